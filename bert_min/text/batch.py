"""Batches of unpadded examples: one batch, and how examples are grouped by length."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bert_min.text.flat_rows import ranges_index

Int = NDArray[np.int64]
Labels = (
    NDArray[np.int64] | NDArray[np.float32] | NDArray[np.float64]
)  # classes or positions; numbers to come near to
NO_LABELS: Int = np.zeros(0, np.int64)


class Batch(NamedTuple):
    """Examples one after the other, with labels on tokens, on examples, or on both.

    Attributes:
        input_ids: (T,) token ids.
        token_type_ids: (T,) 0 in segment A, 1 in segment B.
        lengths: (B,) tokens of each example.
        token_labels: (T,) a label for each token, -100 for none; empty if tokens have no labels.
        row_labels: (B, n) labels of each example; empty if examples have no labels.
        numbers: (B,) the number of each example, by which `Objective.alone` finds where it is from.
    """

    input_ids: Int
    token_type_ids: Int
    lengths: Int
    token_labels: Int = NO_LABELS
    row_labels: Labels = NO_LABELS
    numbers: Int = NO_LABELS

    def part(self, number: int, parts: int) -> "Batch":
        """Take every `parts`-th example from `number` on: a share of about equal size."""
        if parts == 1:
            return self
        rows = np.arange(number, len(self.lengths), parts)
        starts = np.cumsum(self.lengths) - self.lengths
        tokens = ranges_index(starts[rows], self.lengths[rows])
        return Batch(
            self.input_ids[tokens],
            self.token_type_ids[tokens],
            self.lengths[rows],
            self.token_labels[tokens] if len(self.token_labels) else NO_LABELS,
            self.row_labels[rows] if len(self.row_labels) else NO_LABELS,
            self.numbers[rows] if len(self.numbers) else NO_LABELS,
        )

    def alone(self) -> Iterator["Batch"]:
        """Yield each example as a batch of its own."""
        for number in range(len(self.lengths)):
            yield self.part(number, len(self.lengths))


def length_batches(lengths: Int, batch_tokens: int) -> Iterator[Int]:
    """Group texts of similar length into batches of at most batch_tokens tokens.

    Args:
        lengths: (N,) tokens of each text.
        batch_tokens: Token budget of a batch; a longer text gets a batch of its own.

    Yields:
        The texts of each batch, the longest first, so that memory runs out at once or never.

    Example:
        >>> [batch.tolist() for batch in length_batches(np.array([2, 9, 3, 2]), 5)]
        [[1], [2, 0], [3]]
    """
    order = np.argsort(-lengths, kind="stable")
    ends = lengths[order].cumsum()
    first = 0
    while first < len(order):
        before = ends[first - 1] if first else 0
        last = int(np.searchsorted(ends, before + batch_tokens, side="right"))
        last = max(last, first + 1)
        yield order[first:last]
        first = last
