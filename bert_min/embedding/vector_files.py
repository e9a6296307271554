"""Files of vectors, written in parts: .npy and Parquet.

A file takes its name when it is complete. A .npy file can be appended to, because its header has
space for any number of rows: it is written for 0 rows first and again at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from subword.file_access import atomic_file


class VectorWriter(Protocol):
    """Where vectors go, some rows at a time."""

    def write(self, vectors: NDArray[Any]) -> None:
        """Append (n, W) vectors."""

    def close(self) -> None:
        """Write what follows the last row, or depends on the number of rows."""


class NpyWriter:
    """Append to a .npy file; `numpy.load(path, mmap_mode="r")` reads it back."""

    def __init__(self, file: BinaryIO, width: int, kind: str = "<f4") -> None:
        """Begin a file of vectors of W = width numbers, stored as this kind of numpy."""
        if not file.seekable():
            raise ValueError("a .npy file cannot be written to a pipe: its header is written last")
        self.file, self.width, self.rows, self.kind = file, width, 0, kind
        self._header()

    def _header(self) -> None:
        self.file.seek(0)
        np.lib.format.write_array_header_1_0(
            self.file,
            {"descr": self.kind, "fortran_order": False, "shape": (self.rows, self.width)},
        )

    def write(self, vectors: NDArray[Any]) -> None:
        """Append (n, W) vectors."""
        self.rows += len(vectors)
        self.file.write(np.ascontiguousarray(vectors, self.kind).data)

    def close(self) -> None:
        """Write the header with the number of rows."""
        self._header()


class ParquetWriter:
    """Append row groups to a Parquet file with one column, `embedding`."""

    def __init__(self, file: BinaryIO, width: int, kind: str = "<f4") -> None:
        """Begin a file of vectors of W = width numbers, stored as this kind of numpy."""
        import pyarrow
        from pyarrow import parquet

        self.arrow: Any = pyarrow
        self.kind = pyarrow.list_(pyarrow.from_numpy_dtype(np.dtype(kind)), width)
        self.file = parquet.ParquetWriter(file, pyarrow.schema([("embedding", self.kind)]))

    def write(self, vectors: NDArray[Any]) -> None:
        """Append (n, W) vectors."""
        flat = self.arrow.array(vectors.reshape(-1))
        column = self.arrow.FixedSizeListArray.from_arrays(flat, type=self.kind)
        self.file.write_table(self.arrow.table({"embedding": column}))

    def close(self) -> None:
        """Write the index."""
        self.file.close()


@contextmanager
def open_writer(path: str, width: int, kind: str = "<f4") -> Iterator[VectorWriter]:
    """Choose the writer by the file's ending; the file is there if the block ends well.

    Args:
        path: The file.
        width: Numbers of a row.
        kind: What they are stored as, in numpy's words.

    Yields:
        Takes the rows.

    Raises:
        OSError: The file cannot be written.
        ValueError: It ends neither in .npy nor in .parquet.
    """
    kinds: dict[str, Callable[[BinaryIO, int, str], VectorWriter]]
    kinds = {".npy": NpyWriter, ".parquet": ParquetWriter}
    chosen = kinds.get(Path(path).suffix)
    if chosen is None:
        raise ValueError(f"the output must end in .npy or .parquet, got {path!r}")
    with atomic_file(path) as file:
        writer = chosen(file, width, kind)
        try:
            yield writer
        except BaseException:
            with suppress(Exception):  # pyarrow would try when it has no file any more
                writer.close()
            raise
        writer.close()
