"""Rows of ids of different lengths, in flat arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from subword._core.arrays import ArrayI32, ArrayI64, ArrayU32
from subword._core.checks import check_side
from subword._core.limits import MAX_UINT32

if TYPE_CHECKING:
    import numpy.typing as npt


class Ragged:
    """The ids of many texts, one after the other.

    Attributes:
        ids: uint32 (n,): every text's ids.
        row_splits: int64 (texts + 1,): text i owns ``ids[row_splits[i]:row_splits[i + 1]]``.
        offsets: int32 (n, 2): characters [start, end) of its text that each id stands for, None
            unless asked for.

    >>> rows = Ragged.from_rows([[5, 6], [], [7]])
    >>> len(rows), rows[0].tolist(), rows.row_splits.tolist()
    (3, [5, 6], [0, 2, 2, 3])
    """

    __slots__ = ("ids", "offsets", "row_splits")

    def __init__(
        self, ids: ArrayU32, row_splits: ArrayI64, offsets: ArrayI32 | None = None
    ) -> None:
        self.ids = ids
        self.row_splits = row_splits
        self.offsets = offsets

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[int] | npt.NDArray[Any]]) -> Self:
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

    def offsets_of(self, index: int) -> ArrayI32:
        """Return the offsets of one row, a view: int32 (n, 2), characters of its text.

        Raises:
            ValueError: The offsets were not asked for.
        """
        if self.offsets is None:
            raise ValueError("offsets must be asked for when encoding: return_offsets=True")
        return type(self)(self.offsets, self.row_splits)[index]  # type: ignore[arg-type, return-value]

    def to_padded(
        self, length: int | None = None, *, pad_id: int = 0, side: str = "right"
    ) -> tuple[ArrayI64, npt.NDArray[np.bool_]]:
        """Return the ids as a rectangle, and where they are.

        Args:
            length: Columns; None for those of the longest row.
            pad_id: Id of the padding.
            side: Where the padding goes, "right" or "left".

        Returns:
            int64 (texts, length), the ids, and bool (texts, length), True where they are not
            padding.

        Raises:
            ValueError: A row is longer than `length`.
        """
        lengths = self.lengths[:, None]
        longest = int(lengths.max(initial=0))
        if length is not None and longest > length:
            raise ValueError(
                f"length must be at least that of the longest row, {longest}, got {length}"
            )
        columns = np.arange(longest if length is None else length)
        mask = (
            columns < lengths
            if check_side("side", side) == "right"
            else columns >= len(columns) - lengths
        )
        rectangle: ArrayI64 = np.full(mask.shape, pad_id, np.int64)
        rectangle[mask] = self.ids
        return rectangle, mask

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ragged):
            return NotImplemented
        same = np.array_equal(self.ids, other.ids) and np.array_equal(
            self.row_splits, other.row_splits
        )
        if self.offsets is None or other.offsets is None:
            return same and self.offsets is other.offsets
        return same and np.array_equal(self.offsets, other.offsets)

    __hash__ = None  # type: ignore[assignment]

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
    if array.min() < 0 or array.max() > MAX_UINT32:
        raise ValueError(
            f"row {index}: ids must be in [0, 2**32 - 1], got {array.min()} to {array.max()}"
        )
    return array.astype(np.uint32, copy=False)
