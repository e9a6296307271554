"""Many texts' ids in one array: `Ragged`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from .encoding import check_side
from .token_table import ArrayI32, ArrayU32

ArrayI64 = npt.NDArray[np.int64]


class Ragged:
    """The ids of many texts, one after the other in one array.

    Args:
        ids: (n,) uint32, every text's ids.
        row_splits: (rows + 1,) int64: text i owns `ids[row_splits[i]:row_splits[i + 1]]`.
        offsets: (n, 2) int32, start and end of each token in characters of its text, if known.

    Example:
        >>> ragged = Ragged(np.arange(5, dtype=np.uint32), np.array([0, 2, 2, 5]))
        >>> len(ragged), ragged[0].tolist(), ragged.to_lists()
        (3, [0, 1], [[0, 1], [], [2, 3, 4]])
    """

    __slots__ = ("ids", "offsets", "row_splits")

    def __init__(
        self, ids: ArrayU32, row_splits: ArrayI64, offsets: ArrayI32 | None = None
    ) -> None:
        self.ids, self.row_splits, self.offsets = ids, row_splits, offsets

    def __len__(self) -> int:
        return len(self.row_splits) - 1

    def _row(self, index: int) -> slice:
        rows = len(self)
        if not -rows <= index < rows:
            raise IndexError(f"row must be at least {-rows} and less than {rows}, got {index}")
        index %= rows
        return slice(int(self.row_splits[index]), int(self.row_splits[index + 1]))

    def __getitem__(self, index: int) -> ArrayU32:
        """Return the ids of one text, a view of `ids`."""
        return self.ids[self._row(index)]

    def offsets_of(self, index: int) -> ArrayI32:
        """Return the offsets of one text, a view of `offsets`.

        Args:
            index: which text.

        Returns:
            (n, 2) int32, characters of that text.

        Raises:
            ValueError: when the offsets were not asked for.
        """
        if self.offsets is None:
            raise ValueError("offsets must be asked for when encoding (return_offsets=True)")
        return self.offsets[self._row(index)]

    def __iter__(self) -> Iterator[ArrayU32]:
        splits = self.row_splits.tolist()
        return (self.ids[a:b] for a, b in pairwise(splits))

    def __repr__(self) -> str:
        offsets = "" if self.offsets is None else ", with offsets"
        return f"Ragged({len(self)} rows, {len(self.ids)} ids{offsets})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ragged):
            return NotImplemented
        if not np.array_equal(self.row_splits, other.row_splits):
            return False
        if not np.array_equal(self.ids, other.ids):
            return False
        if self.offsets is None or other.offsets is None:
            return self.offsets is other.offsets
        return np.array_equal(self.offsets, other.offsets)

    __hash__ = None  # type: ignore[assignment]

    @property
    def lengths(self) -> ArrayI64:
        """(rows,) int64: how many ids each text has."""
        return np.diff(self.row_splits)

    def to_lists(self) -> list[list[int]]:
        """Return each text's ids as a list."""
        ids: list[int] = self.ids.tolist()
        splits = self.row_splits.tolist()
        return [ids[a:b] for a, b in pairwise(splits)]

    def to_padded(
        self, length: int | None = None, *, pad_id: int = 0, side: str = "right"
    ) -> tuple[ArrayI64, npt.NDArray[np.bool_]]:
        """Return the ids as a rectangle.

        Args:
            length: columns; None for those of the longest text. Longer texts are an error.
            pad_id: id of the padding.
            side: where the padding goes, "right" or "left".

        Returns:
            (rows, length) int64, the ids, and (rows, length) bool, True where they are not padding.

        Raises:
            ValueError: when a text is longer than `length`.
        """
        lengths = self.lengths
        longest = int(lengths.max(initial=0))
        if length is None:
            length = longest
        elif longest > length:
            raise ValueError(
                f"length must be at least that of the longest text, {longest}, got {length}"
            )
        columns = np.arange(length)
        if check_side("side", side) == "right":
            mask = columns < lengths[:, None]
        else:
            mask = columns >= length - lengths[:, None]
        rectangle: ArrayI64 = np.full(mask.shape, pad_id, np.int64)
        rectangle[mask] = self.ids[int(self.row_splits[0]) : int(self.row_splits[-1])]
        return rectangle, mask

    def __getstate__(self) -> tuple[Any, ...]:
        return self.ids, self.row_splits, self.offsets

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.ids, self.row_splits, self.offsets = state
