"""Tokenized examples as flat arrays: no padding, no Python object per example.

An example is ``[CLS] A [SEP]`` or ``[CLS] A [SEP] B [SEP]``, in RoBERTa's kin ``<s> A </s>`` or
``<s> A </s></s> B </s>``; all examples lie one after the other
in one array, and a batch is gathered from it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bert_min.text.batch import NO_LABELS, Batch, Labels
from bert_min.text.flat_rows import FlatRows, ranges_index, splits_of
from bert_min.text.special_tokens import SpecialIds

Int = NDArray[np.int64]


@dataclass(frozen=True)
class Examples:
    """Model inputs of many examples.

    Attributes:
        ids: (T,) token ids, special tokens included.
        splits: (N + 1,) example i owns ``ids[splits[i]:splits[i + 1]]``.
        first: (N,) tokens of segment A with [CLS] and one [SEP]; the rest of the example is B.
        cut: The examples that lost tokens to the length limit.
    """

    ids: Int
    splits: Int
    first: Int
    cut: Int

    def __len__(self) -> int:
        return len(self.first)

    @property
    def lengths(self) -> Int:
        """(N,) tokens of each example."""
        return np.diff(self.splits)

    def by_length(self, rows: Int) -> Int:
        """Sort rows by the length of their examples, so that equal lengths are neighbours."""
        return rows[np.argsort(self.lengths[rows], kind="stable")]

    def batch(
        self, rows: Int, *, token_labels: Int = NO_LABELS, row_labels: Labels = NO_LABELS
    ) -> Batch:
        """Put examples one after the other.

        Args:
            rows: (B,) which examples, in which order.
            token_labels: (T,) a label for each token of all examples.
            row_labels: (N, n) labels of all examples.

        Returns:
            The batch, with the labels of these examples.
        """
        lengths = self.lengths[rows]
        tokens = ranges_index(self.splits[rows], lengths)
        position = ranges_index(np.zeros(len(rows), np.int64), lengths)
        is_second = position >= np.repeat(self.first[rows], lengths)
        return Batch(
            self.ids[tokens],
            is_second.astype(np.int64),
            lengths,
            token_labels[tokens] if len(token_labels) else NO_LABELS,
            row_labels[rows] if len(row_labels) else NO_LABELS,
            rows,
        )


def fit_pair(a: Int, b: Int, max_tokens: int) -> tuple[Int, Int]:
    """Shorten pairs to `max_tokens` tokens, from the longer side first.

    Args:
        a: (N,) tokens of the first texts.
        b: (N,) tokens of the second texts.
        max_tokens: Most tokens of both together.

    Returns:
        How many tokens of each to keep; if both sides are cut, the one that was shorter
        keeps half of `max_tokens`, rounded down.

    Example:
        >>> fit_pair(np.array([2, 9, 3]), np.array([9, 8, 2]), 6)
        (array([2, 3, 3]), array([4, 3, 2]))
    """
    short = np.minimum(a, b)
    kept_short = np.where(2 * short > max_tokens, max_tokens // 2, short)
    kept_long = np.minimum(np.maximum(a, b), max_tokens - kept_short)
    over = a + b > max_tokens
    kept_a = np.where(a > b, kept_long, kept_short)
    kept_b = np.where(a > b, kept_short, kept_long)
    return np.where(over, kept_a, a), np.where(over, kept_b, b)


def assemble(
    special: SpecialIds,
    max_length: int,
    first: FlatRows,
    second: FlatRows | None = None,
) -> Examples:
    """Build ``[CLS] A [SEP]`` or ``[CLS] A [SEP] B [SEP]`` and cut it to the length limit.

    Args:
        special: The special tokens.
        max_length: Most tokens of an example, special tokens included.
        first: (N rows) the A side.
        second: (N rows) the B side, or None.

    Returns:
        The examples.

    Raises:
        ValueError: If `max_length` leaves no room for a token of each side.
    """
    around = special.count(pair=second is not None)
    needed = around + (1 if second is None else 2)
    if max_length < needed:
        raise ValueError(f"max_length must be at least {needed}, got {max_length}")
    rows = len(first.lengths)
    if second is None:
        kept_a = np.minimum(first.lengths, max_length - around)
        kept_b = np.zeros(rows, np.int64)
        lost = first.lengths - kept_a
    else:
        kept_a, kept_b = fit_pair(first.lengths, second.lengths, max_length - around)
        lost = first.lengths - kept_a + second.lengths - kept_b
    lengths = kept_a + kept_b + around
    splits = splits_of(lengths)
    ids = np.full(splits[-1], special.sep, np.int64)
    ids[splits[:-1]] = special.cls
    ids[ranges_index(splits[:-1] + 1, kept_a)] = first.ids[ranges_index(first.splits[:-1], kept_a)]
    if second is not None:
        ids[ranges_index(splits[:-1] + kept_a + 1 + special.between, kept_b)] = second.ids[
            ranges_index(second.splits[:-1], kept_b)
        ]
    return Examples(ids, splits, kept_a + 2, np.flatnonzero(lost))
