"""Rows of ids of different lengths in flat arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

ArrayU32 = npt.NDArray[np.uint32]
ArrayI32 = npt.NDArray[np.int32]
ArrayI64 = npt.NDArray[np.int64]


class Ragged:
    """The ids of many texts, one after the other.

    Attributes:
        ids: uint32 (n,): every text's ids.
        row_splits: int64 (texts + 1,): text i owns ``ids[row_splits[i]:row_splits[i + 1]]``.
        offsets: int32 (n, 2): characters [start, end) of its text that each id stands for, None unless asked for.

    >>> rows = Ragged.from_rows([[5, 6], [], [7]])
    >>> len(rows), rows[0].tolist(), rows.row_splits.tolist()
    (3, [5, 6], [0, 2, 2, 3])
    """

    __slots__ = ("ids", "offsets", "row_splits")

    def __init__(self, ids: ArrayU32, row_splits: ArrayI64, offsets: ArrayI32 | None = None) -> None:
        self.ids = ids
        self.row_splits = row_splits
        self.offsets = offsets

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[int]]) -> Self:
        """Build from rows of ids.

        Raises:
            TypeError: A row is not a flat sequence of int.
            ValueError: An id is negative or has more than 32 bits.
        """
        arrays = [_as_ids(row, i) for i, row in enumerate(rows)]
        splits = np.zeros(len(arrays) + 1, np.int64)
        np.cumsum([len(array) for array in arrays], out=splits[1:])
        return cls(np.concatenate(arrays) if arrays else np.empty(0, np.uint32), splits)

    def __len__(self) -> int:
        return len(self.row_splits) - 1

    def __getitem__(self, index: int) -> ArrayU32:
        if not -len(self) <= index < len(self):
            raise IndexError(f"row must be in [{-len(self)}, {len(self) - 1}], got {index}")
        index %= len(self)
        return self.ids[self.row_splits[index] : self.row_splits[index + 1]]

    def __iter__(self) -> Iterator[ArrayU32]:
        return (self[i] for i in range(len(self)))

    @property
    def lengths(self) -> ArrayI64:
        """int64 (texts,): how many ids each text has."""
        lengths: ArrayI64 = np.diff(self.row_splits)
        return lengths

    def to_lists(self) -> list[list[int]]:
        """Return one list of int per row."""
        return [row.tolist() for row in self]

    def __repr__(self) -> str:
        return f"Ragged({len(self)} rows, {len(self.ids)} ids)"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.ids, self.row_splits, self.offsets)


def _as_ids(row: Any, index: int) -> ArrayU32:
    array = np.asarray(row)
    if array.size == 0:
        return np.empty(0, np.uint32)
    if array.dtype.kind not in "iu" or array.ndim != 1:
        raise TypeError(f"row {index}: ids must be a flat sequence of int, got {row!r:.80}")
    if array.min() < 0 or array.max() >= 2**32:
        raise ValueError(f"row {index}: ids must be in [0, 2**32 - 1], got {array.min()} to {array.max()}")
    return array.astype(np.uint32, copy=False)
