"""Rows of token ids in one flat array, and the index arithmetic of flat arrays."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]


class FlatRows(NamedTuple):
    """Rows of token ids, one row after the other; a row is a text, a word or part of a text.

    Attributes:
        ids: (T,) int32 ids.
        splits: (N + 1,) int64; row i owns ids[splits[i]:splits[i + 1]].
    """

    ids: NDArray[np.int32]
    splits: Int

    @classmethod
    def from_ranges(cls, ids: NDArray[np.int32], starts: Int, lengths: Int) -> "FlatRows":
        """Make a row of each range of some ids.

        Args:
            ids: Any number of ids.
            starts: (N,) where each row begins in `ids`.
            lengths: (N,) tokens of each row.

        Returns:
            N rows.
        """
        return cls(ids[ranges_index(starts, lengths)], splits_of(lengths))

    @property
    def lengths(self) -> Int:
        """(N,) tokens of each row."""
        return np.diff(self.splits)

    def take(self, rows: Int) -> "FlatRows":
        """Copy some of the rows, in the order given.

        Example:
            >>> rows = FlatRows(np.arange(6, dtype=np.int32), np.array([0, 1, 4, 6]))
            >>> rows.take(np.array([2, 0])).ids.tolist()
            [4, 5, 0]
        """
        return FlatRows.from_ranges(self.ids, self.splits[rows], self.lengths[rows])


def splits_of(lengths: Int) -> Int:
    """Turn N lengths into N + 1 splits: 0, then the running sum.

    Example:
        >>> splits_of(np.array([2, 0, 3])).tolist()
        [0, 2, 2, 5]
    """
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)))


def ranges_index(starts: Int, lengths: Int) -> Int:
    """List the indices starts[i], starts[i] + 1, ..., lengths[i] of them, for each i.

    Example:
        >>> ranges_index(np.array([7, 2]), np.array([2, 3])).tolist()
        [7, 8, 2, 3, 4]
    """
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))
