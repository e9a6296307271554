"""Ids into files as they come: raw binary, .npy, Parquet, text and JSON lines."""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from subword.results.ragged import Ragged

PathLike = str | os.PathLike[str]
# What the end of a file's name says about its form.
FORMATS = {".bin": "bin", ".npy": "npy", ".parquet": "parquet", ".jsonl": "jsonl", ".txt": "text"}
DTYPES: dict[str, np.dtype[Any]] = {"uint16": np.dtype("<u2"), "uint32": np.dtype("<u4")}
# A .npy file begins with its shape, which is known at the end: this much room is kept for it.
NPY_HEADER = 128
# Rows that Parquet stores as one group.
ROW_GROUP_IDS = 1 << 22


def format_of(path: PathLike) -> str:
    """Return the form that a file's name asks for.

    Raises:
        ValueError: Its suffix is none of .bin, .npy, .parquet, .jsonl and .txt.

    >>> format_of("train.bin")
    'bin'
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(
            f"{os.fspath(path)}: the suffix must be one of {', '.join(FORMATS)}, got {suffix!r}"
        )
    return FORMATS[suffix]


def id_dtype(highest: int, name: str | None = None) -> np.dtype[Any]:
    """Return the type that ids are stored in: uint16 if the highest fits, else uint32.

    Args:
        highest: The highest id there may be.
        name: "uint16" or "uint32" to have that one.

    Raises:
        ValueError: The name is another, or the type too small.
    """
    if name is None:
        return DTYPES["uint16" if highest < 1 << 16 else "uint32"]
    if name not in DTYPES:
        raise ValueError(f"dtype must be uint16 or uint32, got {name!r}")
    if highest > np.iinfo(DTYPES[name]).max:
        raise ValueError(
            f"dtype {name} holds ids up to {np.iinfo(DTYPES[name]).max}, "
            f"the vocabulary has {highest}"
        )
    return DTYPES[name]


class Writer(ABC):
    """Writes rows of ids to an open file."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    @abstractmethod
    def write(self, rows: Ragged) -> None:
        """Append rows."""

    def finish(self) -> None:  # noqa: B027 - most forms need nothing at the end
        """Write what belongs behind the last row."""

    def abandon(self) -> None:  # noqa: B027 - as above
        """Let go of a file that will not be finished, while it is still open."""


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
    """The same with a header that `numpy.load` knows; its shape is filled in at the end."""

    def __init__(self, file: BinaryIO, dtype: np.dtype[Any]) -> None:
        super().__init__(file, dtype)
        if not file.seekable():
            raise ValueError("an .npy file cannot be written to a pipe: its header is written last")
        self.start = file.tell()  # stdout may be a file that has something already
        file.write(b"\0" * NPY_HEADER)

    def finish(self) -> None:
        """Write the header (NEP 1, version 1.0)."""
        shape = (
            f"{{'descr': '{self.dtype.str}', 'fortran_order': False, 'shape': ({self.count},), }}"
        )
        start = b"\x93NUMPY\x01\x00" + (NPY_HEADER - 10).to_bytes(2, "little")
        self.file.seek(self.start)
        self.file.write(start + shape.encode().ljust(NPY_HEADER - 11) + b"\n")
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
        self.arrow = pyarrow
        self.dtype = dtype
        self.schema = pyarrow.schema([("ids", pyarrow.large_list(pyarrow.from_numpy_dtype(dtype)))])
        self.inner = pyarrow.parquet.ParquetWriter(
            file, self.schema, use_dictionary=False, compression="zstd"
        )
        self.waiting: list[Any] = []
        self.count = 0

    def write(self, rows: Ragged) -> None:
        """Append rows; they are stored in groups of some millions of ids."""
        values = self.arrow.array(rows.ids.astype(self.dtype, copy=False))
        self.waiting.append(
            self.arrow.LargeListArray.from_arrays(self.arrow.array(rows.row_splits), values)
        )
        self.count += len(rows.ids)
        if self.count >= ROW_GROUP_IDS:
            self._store()

    def _store(self) -> None:
        if self.waiting:
            self.inner.write_table(
                self.arrow.table([self.arrow.chunked_array(self.waiting)], schema=self.schema)
            )
        self.waiting.clear()
        self.count = 0

    def finish(self) -> None:
        """Store the last group and the index."""
        self._store()
        self.inner.close()

    def abandon(self) -> None:
        """Close what pyarrow would close later, and complain."""
        with suppress(Exception):
            self.inner.close()


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


def writer(file: BinaryIO, form: str, dtype: np.dtype[Any]) -> Writer:
    """Return the writer of a form, one of the values of `FORMATS`."""
    if form == "text":
        return TextWriter(file)
    if form == "jsonl":
        return JsonlWriter(file)
    return {"bin": BinWriter, "npy": NpyWriter, "parquet": ParquetWriter}[form](file, dtype)
