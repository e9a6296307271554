"""Vectors in fewer bits: a byte a number, or a bit.

The forms are those of `quantize_embeddings` of sentence-transformers, number by number:

    int8, uint8    255 equal steps from the smallest to the largest value of each dimension
    binary         a bit a dimension, 1 where the value is above 0; eight to a byte, the first the
                   highest, stored as int8, which is the byte minus 128
"""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

Precision = Literal["float32", "int8", "uint8", "binary"]

STEPS: Final = 255
BLOCK_ROWS: Final = 4_096  # rows that are worked on at once


def calibrate(vectors: NDArray[Any]) -> NDArray[np.float32]:
    """Find the range of each dimension, for `quantize`.

    Args:
        vectors: (N, E) floats, at least one row; may be a memmap.

    Returns:
        (2, E): the smallest values and the largest.

    Raises:
        ValueError: There is no row, or a value is not finite.

    Example:
        >>> calibrate(np.array([[1.0, 5.0], [3.0, -1.0]])).tolist()
        [[1.0, -1.0], [3.0, 5.0]]
    """
    vectors = _checked(vectors)
    if not len(vectors):
        raise ValueError("calibration needs at least one vector, got none")
    parts = [vectors[first : first + BLOCK_ROWS] for first in range(0, len(vectors), BLOCK_ROWS)]
    low = np.min([part.min(0) for part in parts], 0)
    high = np.max([part.max(0) for part in parts], 0)
    ranges = np.stack((low, high)).astype(np.float32)
    if not np.isfinite(ranges).all():
        column = int(np.flatnonzero(~np.isfinite(ranges).all(0))[0])
        raise ValueError(f"vectors must be finite, got {ranges[:, column]} in dimension {column}")
    return ranges


def quantize(
    vectors: NDArray[Any], precision: Precision, ranges: NDArray[Any] | None = None
) -> NDArray[Any]:
    """Store vectors in fewer bits.

    Args:
        vectors: (N, E) floats; may be a memmap, which is read in blocks.
        precision: "int8" and "uint8" keep a byte a number, "binary" a bit; "float32" changes the
            type alone.
        ranges: (2, E) of `calibrate`, for int8 and uint8: values outside are moved to the nearest
            end. None takes those of the vectors themselves; whoever will quantize other vectors in
            the same way (queries, later documents) keeps the ranges of a good sample instead.

    Returns:
        (N, E) int8, uint8 or float32, or (N, E / 8 rounded up) int8 for "binary".

    Raises:
        ValueError: An unknown precision, vectors that are no rows of floats or not finite, ranges
            of another width or upside down, or a single vector whose ranges are to be found in
            itself.

    Example:
        >>> quantize(np.array([[0.0, 255.0], [255.0, 0.0]]), "int8").tolist()
        [[-128, 127], [127, -128]]
        >>> quantize(np.array([[0.5, -2.0, 0.1]]), "binary").tolist()
        [[32]]
    """
    check_precision(precision)
    vectors = _checked(vectors)
    if precision == "float32":
        return vectors.astype(np.float32)
    rows, width = vectors.shape
    if precision == "binary":
        out = np.empty((rows, (width + 7) // 8), np.int8)
    else:
        out = np.empty((rows, width), precision)
        start, step = _steps(vectors, ranges)
    for first in range(0, rows, BLOCK_ROWS):
        part = vectors[first : first + BLOCK_ROWS]
        if not np.isfinite(part).all():
            row = int(np.flatnonzero(~np.isfinite(part).all(1))[0])
            raise ValueError(f"vectors must be finite, got NaN or infinity in row {first + row}")
        if precision == "binary":
            found = (np.packbits(part > 0, axis=1) ^ np.uint8(128)).view(np.int8)
        else:
            level = np.clip(np.floor((part - start) / step), 0, STEPS)
            found = level - 128 if precision == "int8" else level
        out[first : first + BLOCK_ROWS] = found
    return out


def check_precision(precision: str) -> None:
    """Raise ValueError unless the name is one of `Precision`."""
    if precision not in get_args(Precision):
        raise ValueError(f"precision must be one of {get_args(Precision)}, got {precision!r}")


def steps_of(ranges: NDArray[Any], width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return where the first step of each dimension begins, and how wide its steps are.

    Raises:
        ValueError: Ranges of another shape than (2, width), not finite, or upside down.
    """
    ranges = np.asarray(ranges, np.float32)
    if ranges.shape != (2, width) or not np.isfinite(ranges).all():
        raise ValueError(
            f"ranges must be finite and of shape (2, {width}), got shape {ranges.shape}"
        )
    if width and (wrong := np.flatnonzero(ranges[0] > ranges[1])).size:
        low, high = ranges[:, wrong[0]].tolist()
        raise ValueError(
            f"ranges must hold the smallest values and then the largest, got {low:g} and {high:g} "
            f"in dimension {wrong[0]}"
        )
    step = (ranges[1] - ranges[0]) / np.float32(STEPS)
    return ranges[0], np.where(step == 0, np.float32(1), step)


def _steps(
    vectors: NDArray[Any], ranges: NDArray[Any] | None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if ranges is None:
        if len(vectors) == 1:
            raise ValueError(
                "int8 and uint8 need ranges, or more than one vector to find them in, got one"
            )
        if not len(vectors):
            ranges = np.zeros((2, vectors.shape[1]), np.float32)
        else:
            ranges = calibrate(vectors)
    return steps_of(ranges, vectors.shape[1])


def _checked(vectors: NDArray[Any]) -> NDArray[Any]:
    if not isinstance(vectors, np.ndarray):
        vectors = np.asarray(vectors)
    if vectors.ndim != 2 or not np.issubdtype(vectors.dtype, np.floating):
        raise ValueError(
            f"vectors must be (N, E) floats, got {vectors.dtype} of shape {vectors.shape}"
        )
    return vectors
