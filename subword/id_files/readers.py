"""Readers of id files: rows of ids, as `subword encode` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from subword._core.limits import MAX_UINT32
from subword._core.streams import standard_input
from subword.id_files.id_formats import FORMATS
from subword.results.ragged import Ragged

READABLE = ("text", "jsonl", "bin")  # of `FORMATS`
BATCH_LINES = 4096  # rows of text at a time
BATCH_IDS = 1 << 20  # binary ids at a time


def read_rows(
    name: str, form: str | None, dtype: np.dtype[Any], end_id: int | None
) -> Iterator[Ragged]:
    """Read the rows of a file in batches.

    Args:
        name: The file, "-" for stdin.
        form: "text" (ids in decimal, a row a line), "jsonl" (a list a line, or an object with
            "ids") or "bin"; None tells by the name.
        dtype: What binary ids are stored as.
        end_id: The id that ends a row of binary ids and is no part of it; None: they are one row.

    Yields:
        Batches of rows.

    Raises:
        OSError: The file cannot be read.
        ValueError: It holds something else; the message names the line.
    """
    form = form or FORMATS.get(Path(name).suffix.lower(), "text")
    if form not in READABLE:
        raise ValueError(f"{name}: ids are read from {', '.join(READABLE)}, not from {form}")
    shown = "stdin" if name == "-" else name
    with nullcontext(standard_input().buffer) if name == "-" else open(name, "rb") as file:
        yield from (
            _binary_rows(file, shown, dtype, end_id)
            if form == "bin"
            else _line_rows(file, shown, form)
        )


def _line_rows(file: BinaryIO, name: str, form: str) -> Iterator[Ragged]:
    number = 0
    while lines := list(islice(file, BATCH_LINES)):
        batch = []
        for line in lines:
            number += 1
            batch.append(_row(line, f"{name}:{number}", form))
        yield Ragged.from_rows(batch)


def _row(line: bytes, source: str, form: str) -> npt.NDArray[np.uint32]:
    try:
        values: Any = json.loads(line) if form == "jsonl" else [int(word) for word in line.split()]
    except ValueError:
        what = "JSON" if form == "jsonl" else "ids"
        raise ValueError(
            f"{source}: expected {what}, got {line.strip()[:60].decode(errors='replace')!r}"
        ) from None
    if isinstance(values, dict):
        values = values.get("ids")
    if not isinstance(values, list) or not all(type(value) is int for value in values):
        raise ValueError(
            f"{source}: expected a list of ids, or an object with one under 'ids', "
            f"got {values!r:.60}"
        )
    if values and not 0 <= min(values) <= max(values) <= MAX_UINT32:
        raise ValueError(
            f"{source}: ids must be in [0, 2**32 - 1], got {min(values)} to {max(values)}"
        )
    return np.array(values, np.uint32)


def _binary_rows(
    file: BinaryIO, name: str, dtype: np.dtype[Any], end_id: int | None
) -> Iterator[Ragged]:
    rest = np.empty(0, np.uint32)
    seen = 0
    size = -1 if end_id is None else BATCH_IDS * dtype.itemsize
    while data := file.read(size):
        seen += len(data)
        if len(data) % dtype.itemsize:
            raise ValueError(f"{name}: {seen} bytes are no whole number of {dtype.name} ids")
        ids = np.concatenate([rest, np.frombuffer(data, dtype).astype(np.uint32)])
        ends = np.flatnonzero(ids == end_id) if end_id is not None else np.empty(0, np.int64)
        if len(ends):
            starts = np.concatenate([[0], ends[:-1] + 1])
            yield Ragged.from_rows(
                [ids[start:end] for start, end in zip(starts, ends, strict=True)]
            )
            ids = ids[ends[-1] + 1 :]
        rest = ids
    if len(rest):
        yield Ragged.from_rows([rest])
