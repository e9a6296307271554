"""Files of vectors in fewer bits, written as the floats come.

Bits need nothing but the vector itself. For bytes the ranges of the dimensions have to be known:
those of an earlier run, or those of all vectors, which then wait in a file without a name.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bert_min.embedding.precision import BLOCK_ROWS, Precision, calibrate, quantize, steps_of
from bert_min.embedding.vector_files import VectorWriter, open_writer
from subword.file_access import atomic_file

STORED: Final = {"int8": "|i1", "uint8": "|u1", "binary": "|i1"}


class _Quantizer:
    """Quantizes each part and passes it on."""

    def __init__(
        self, writer: VectorWriter, precision: Precision, ranges: NDArray[Any] | None
    ) -> None:
        self.writer, self.precision, self.ranges = writer, precision, ranges

    def write(self, vectors: NDArray[np.float32]) -> None:
        self.writer.write(quantize(vectors, self.precision, self.ranges))

    def close(self) -> None:
        """The writer is closed by whoever has opened it."""


class _Waiting(_Quantizer):
    """Keeps floats in a file until their ranges are known."""

    def __init__(self, writer: VectorWriter, precision: Precision, folder: Path, width: int):
        super().__init__(writer, precision, None)
        self.file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (closed by `close`)
        self.rows, self.width = 0, width

    def write(self, vectors: NDArray[np.float32]) -> None:
        self.file.write(np.ascontiguousarray(vectors, np.float32).data)
        self.rows += len(vectors)

    def close(self) -> None:
        """Find the ranges, and write what waits."""
        if not self.rows:
            raise ValueError("int8 and uint8 need at least one text to find ranges in, got none")
        self.file.flush()
        waiting = np.memmap(self.file, np.float32, "r", shape=(self.rows, self.width))
        self.ranges = calibrate(waiting)
        for first in range(0, self.rows, BLOCK_ROWS):
            super().write(np.asarray(waiting[first : first + BLOCK_ROWS]))


@contextmanager
def open_quantized(
    path: str, width: int, precision: Precision, ranges: NDArray[Any] | None = None
) -> Iterator[VectorWriter]:
    """Open a file of vectors whose rows are given as floats and stored in fewer bits.

    Args:
        path: Ends in .npy or .parquet; it is there if the block ends well.
        width: W, of the floats.
        precision: How to store them.
        ranges: (2, W) of `calibrate` for int8 and uint8; None for those of all vectors, which
            are written to `ranges_path`.

    Yields:
        Takes the floats.

    Raises:
        ValueError: The path has another ending, the ranges are of another width, or there is no
            vector to find them in.
        OSError: A file cannot be written.
    """
    if precision == "float32":
        with open_writer(path, width) as plain:
            yield plain
        return
    in_bytes = precision != "binary"
    if ranges is not None:
        if not in_bytes:
            raise ValueError("ranges are for int8 and uint8, got precision binary")
        steps_of(ranges, width)
    stored = width if in_bytes else (width + 7) // 8
    with open_writer(path, stored, STORED[precision]) as writer:
        if not in_bytes or ranges is not None:
            yield _Quantizer(writer, precision, ranges)
        else:
            waiting = _Waiting(writer, precision, Path(os.path.realpath(path)).parent, width)
            with waiting.file:
                yield waiting
                waiting.close()
                ranges = waiting.ranges
    if ranges is not None:
        with atomic_file(ranges_path(path)) as file:
            np.save(file, np.asarray(ranges, np.float32))


def ranges_path(path: str | Path) -> Path:
    """Return where the ranges of a file of int8 or uint8 are: beside it."""
    return Path(path).with_suffix(".ranges.npy")


def read_ranges(path: str | Path) -> NDArray[np.float32]:
    """Read ranges that `open_quantized` has written.

    Raises:
        ValueError: The file holds something else.
        OSError: It cannot be read.
    """
    try:
        found = np.load(path)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path}: cannot be read as ranges: {error}") from None
    if not isinstance(found, np.ndarray) or found.ndim != 2 or len(found) != 2:
        raise ValueError(f"{path}: ranges must be (2, W) numbers, as bert-min embed writes them")
    return found.astype(np.float32)
