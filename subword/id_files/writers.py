"""Writers of id files: raw binary, .npy, Parquet, text and JSON lines, appended batch by batch."""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from contextlib import suppress
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from subword.results.ragged import Ragged

# Bytes kept for the header of a .npy file: it holds the shape, which is known at the end.
NPY_HEADER_BYTES = 128
# Parquet stores about this many ids as one group of rows.
ROW_GROUP_IDS = 1 << 22


class Writer(ABC):
    """Writes rows of ids to an open file."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    @abstractmethod
    def write(self, rows: Ragged) -> None:
        """Append rows."""

    def finish(self) -> None:  # noqa: B027 - most forms need nothing at the end
        """Write what follows the last row."""

    def abandon(self) -> None:  # noqa: B027 - as above
        """Release what holds a file that will not be finished, while the file is still open."""


class BinWriter(Writer):
    """The ids of all rows one after the other, little-endian, and nothing else."""

    def __init__(self, file: BinaryIO, dtype: np.dtype[Any]) -> None:
        super().__init__(file)
        self.dtype = dtype
        self.count = 0

    def write(self, rows: Ragged) -> None:
        """Append the ids."""
        ids: npt.NDArray[Any] = rows.ids.astype(self.dtype, copy=False)
        self.file.write(ids.data)
        self.count += len(ids)


class NpyWriter(BinWriter):
    """Ids as `BinWriter` writes them, after a header that `numpy.load` reads, written last."""

    def __init__(self, file: BinaryIO, dtype: np.dtype[Any]) -> None:
        super().__init__(file, dtype)
        if not file.seekable():
            raise ValueError("an .npy file cannot be written to a pipe: its header is written last")
        self.start = file.tell()  # stdout may be a file that has something already
        file.write(b"\0" * NPY_HEADER_BYTES)

    def finish(self) -> None:
        """Write the header (NEP 1, version 1.0)."""
        shape = (
            f"{{'descr': '{self.dtype.str}', 'fortran_order': False, 'shape': ({self.count},), }}"
        )
        start = b"\x93NUMPY\x01\x00" + (NPY_HEADER_BYTES - 10).to_bytes(2, "little")
        self.file.seek(self.start)
        self.file.write(start + shape.encode().ljust(NPY_HEADER_BYTES - 11) + b"\n")
        self.file.seek(0, os.SEEK_END)


class ParquetWriter(Writer):
    """A column `ids` of lists, one a row; needs pyarrow."""

    def __init__(self, file: BinaryIO, dtype: np.dtype[Any]) -> None:
        super().__init__(file)
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            raise ImportError(
                "writing Parquet needs pyarrow (pip install 'subword[arrow]')"
            ) from None
        self._arrow = pyarrow
        self.dtype = dtype
        self.schema = pyarrow.schema([("ids", pyarrow.large_list(pyarrow.from_numpy_dtype(dtype)))])
        self._parquet = pyarrow.parquet.ParquetWriter(
            file, self.schema, use_dictionary=False, compression="zstd"
        )
        self._waiting: list[Any] = []
        self.count = 0

    def write(self, rows: Ragged) -> None:
        """Append rows; they are stored in groups of some millions of ids."""
        values = self._arrow.array(rows.ids.astype(self.dtype, copy=False))
        self._waiting.append(
            self._arrow.LargeListArray.from_arrays(self._arrow.array(rows.row_splits), values)
        )
        self.count += len(rows.ids)
        if self.count >= ROW_GROUP_IDS:
            self._store()

    def _store(self) -> None:
        if self._waiting:
            self._parquet.write_table(
                self._arrow.table([self._arrow.chunked_array(self._waiting)], schema=self.schema)
            )
        self._waiting.clear()
        self.count = 0

    def finish(self) -> None:
        """Store the last group and the index."""
        self._store()
        self._parquet.close()

    def abandon(self) -> None:
        """Close the writer now: pyarrow would later, and fail, the file being closed."""
        with suppress(Exception):
            self._parquet.close()


class TextWriter(Writer):
    """One row a line, ids in decimal with spaces between them."""

    def write(self, rows: Ragged) -> None:
        """Append lines."""
        self.file.write("".join([" ".join(map(str, row.tolist())) + "\n" for row in rows]).encode())


class JsonlWriter(Writer):
    """One JSON object a line: ``{"ids": [...]}``, with "offsets" if the rows have them."""

    def write(self, rows: Ragged) -> None:
        """Append lines."""
        bounds = rows.row_splits.tolist()
        lines = []
        for i, (start, end) in enumerate(pairwise(bounds)):
            line: dict[str, Any] = {"ids": rows[i].tolist()}
            if rows.offsets is not None:
                line["offsets"] = rows.offsets[start:end].tolist()
            lines.append(json.dumps(line, separators=(",", ":")) + "\n")
        self.file.write("".join(lines).encode())


def make_writer(file: BinaryIO, form: str, dtype: np.dtype[Any]) -> Writer:
    """Return the writer of a format, one of the values of `FORMATS`."""
    if form == "text":
        return TextWriter(file)
    if form == "jsonl":
        return JsonlWriter(file)
    return {"bin": BinWriter, "npy": NpyWriter, "parquet": ParquetWriter}[form](file, dtype)
