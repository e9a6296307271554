"""Tokenized examples as flat arrays: no padding, no Python object per example.

An example is ``[CLS] A [SEP]`` or ``[CLS] A [SEP] B [SEP]``; all examples lie one after the other
in one array, and a batch is a gather from it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from subword import Tokenizer

Int = NDArray[np.int64]


class SpecialIds(NamedTuple):
    """The ids of the special tokens a BERT input is made of."""

    cls: int
    sep: int

    @classmethod
    def of(cls, tokenizer: "Tokenizer") -> "SpecialIds":
        """Look the ids up.

        Raises:
            ValueError: if the tokenizer lacks one of the two.
        """
        return cls(*(special_id(tokenizer, token) for token in ("[CLS]", "[SEP]")))


def special_id(tokenizer: "Tokenizer", token: str) -> int:
    """The id of a special token.

    Raises:
        ValueError: if the tokenizer lacks it.
    """
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"the tokenizer must know the special token {token}")
    return int(found)


class Flat(NamedTuple):
    """Rows of token ids: row i is ``ids[splits[i]:splits[i + 1]]``."""

    ids: Int
    splits: Int

    @classmethod
    def encode(cls, tokenizer: "Tokenizer", texts: Sequence[str]) -> "Flat":
        """Tokenize texts, without special tokens."""
        ragged = tokenizer.encode_ragged(texts, add_special_tokens=False)
        return cls(ragged.ids.astype(np.int64), ragged.row_splits)

    @classmethod
    def encode_with_offsets(
        cls, tokenizer: "Tokenizer", texts: Sequence[str]
    ) -> tuple["Flat", Int]:
        """Tokenize texts, and say which characters (T, 2) each token stands for."""
        ragged = tokenizer.encode_ragged(texts, add_special_tokens=False, return_offsets=True)
        offsets = np.zeros((0, 2), np.int64) if ragged.offsets is None else ragged.offsets
        return cls(ragged.ids.astype(np.int64), ragged.row_splits), offsets.astype(np.int64)

    @property
    def lengths(self) -> Int:
        """(rows,) tokens of each row."""
        return np.diff(self.splits)


@dataclass(frozen=True)
class Examples:
    """Model inputs of many examples.

    Attributes:
        ids: (T,) token ids, special tokens included.
        splits: (N + 1,) example i owns ``ids[splits[i]:splits[i + 1]]``.
        first: (N,) tokens of segment A with its special tokens; the rest of the example is B.
        truncated: how many examples lost tokens to the length limit.
    """

    ids: Int
    splits: Int
    first: Int
    truncated: int

    def __len__(self) -> int:
        return len(self.first)

    @property
    def lengths(self) -> Int:
        """(N,) tokens of each example."""
        return np.diff(self.splits)

    def by_length(self, rows: Int) -> Int:
        """Sort rows by the length of their examples, so that equal lengths are neighbours."""
        return rows[np.argsort(self.lengths[rows], kind="stable")]

    def gather(self, rows: Int) -> tuple[Int, Int, Int]:
        """Put examples one after the other.

        Args:
            rows: (B,) which examples, in which order.

        Returns:
            Ids (T,), token types (T,) and lengths (B,).
        """
        lengths = self.lengths[rows]
        ids = self.ids[flat_index(self.splits[rows], lengths)]
        place = flat_index(np.zeros(len(rows), np.int64), lengths)
        return ids, (place >= np.repeat(self.first[rows], lengths)).astype(np.int64), lengths


def fit_pair(a: Int, b: Int, room: int) -> tuple[Int, Int]:
    """Shorten pairs to `room` tokens, from the longer side first.

    Args:
        a: (N,) tokens of the first texts.
        b: (N,) tokens of the second texts.
        room: most tokens of both together.

    Returns:
        How many tokens of each to keep; if both sides are cut, the one that was shorter gets half
        of the room, rounded down.

    Example:
        >>> fit_pair(np.array([2, 9, 3]), np.array([9, 8, 2]), 6)
        (array([2, 3, 3]), array([4, 3, 2]))
    """
    short = np.minimum(a, b)
    kept_short = np.where(2 * short > room, room // 2, short)
    kept_long = np.minimum(np.maximum(a, b), room - kept_short)
    over = a + b > room
    kept_a = np.where(a > b, kept_long, kept_short)
    kept_b = np.where(a > b, kept_short, kept_long)
    return np.where(over, kept_a, a), np.where(over, kept_b, b)


def assemble(
    special: SpecialIds,
    max_length: int,
    first: Flat,
    second: Flat | None = None,
) -> Examples:
    """Build ``[CLS] A [SEP]`` or ``[CLS] A [SEP] B [SEP]`` and cut it to the length limit.

    Args:
        special: ids of [CLS] and [SEP].
        max_length: most tokens of an example, special tokens included.
        first: (N rows) the A side.
        second: (N rows) the B side, or None.

    Returns:
        The examples.

    Raises:
        ValueError: if `max_length` leaves no room for a token of each side.
    """
    needed = 3 if second is None else 5
    if max_length < needed:
        raise ValueError(f"max_length must be at least {needed}, got {max_length}")
    rows = len(first.lengths)
    if second is None:
        kept_a = np.minimum(first.lengths, max_length - 2)
        kept_b = np.zeros(rows, np.int64)
        lost = first.lengths - kept_a
    else:
        kept_a, kept_b = fit_pair(first.lengths, second.lengths, max_length - 3)
        lost = first.lengths - kept_a + second.lengths - kept_b
    size_b = kept_b + 1 if second is not None else kept_b
    lengths = kept_a + 2 + size_b
    splits = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    ids = np.full(splits[-1], special.sep, np.int64)
    ids[splits[:-1]] = special.cls
    ids[flat_index(splits[:-1] + 1, kept_a)] = first.ids[flat_index(first.splits[:-1], kept_a)]
    if second is not None:
        ids[flat_index(splits[:-1] + kept_a + 2, kept_b)] = second.ids[
            flat_index(second.splits[:-1], kept_b)
        ]
    return Examples(ids, splits, kept_a + 2, int((lost > 0).sum()))


def flat_index(starts: Int, lengths: Int) -> Int:
    """For each i the indices starts[i], starts[i] + 1, ..., lengths[i] of them."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def token_batches(lengths: Int, batch_tokens: int) -> Iterator[Int]:
    """Group examples of like length into batches of at most `batch_tokens` tokens.

    Args:
        lengths: (N,) tokens of each example.
        batch_tokens: most tokens of a batch; a longer example is a batch of its own.

    Yields:
        Row numbers, the longest examples first, so that memory peaks at the start.
    """
    order = np.argsort(-lengths, kind="stable")
    used = np.cumsum(lengths[order])
    at = 0
    while at < len(order):
        before = int(used[at - 1]) if at else 0
        end = max(int(np.searchsorted(used, before + batch_tokens, side="right")), at + 1)
        yield order[at:end]
        at = end
