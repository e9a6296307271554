"""Read files in batches: text, JSON lines, Parquet and Arrow, also compressed.

Reading can begin and stop wherever a batch ended before, so that counting can be resumed, and a
file can be divided among machines.
"""

from __future__ import annotations

import gzip
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

from subword.corpus.text_batches import ArrowBatch, Batch, JsonBatch, LineBatch
from subword.encode.split_points import UTF8_SPLIT

CHUNK = 1 << 18  # bytes of a batch
PACKED = (".gz", ".zst")
ARROW = (".parquet", ".arrow", ".feather", ".ipc")
JSONL = (".jsonl", ".ndjson")

Advance = Callable[[int], object]


def kind_of(path: str, field: str | None, column: str | None) -> str:
    """Return "text", "json" or "arrow".

    Raises:
        ValueError: `field` or `column` is missing, or both are given.
    """
    if field is not None and column is not None:
        raise ValueError(
            f"field is for JSON lines and column for Parquet, got both: {field!r} and {column!r}"
        )
    name = path.lower()
    inner = name.removesuffix(".gz").removesuffix(".zst")
    if column is not None or name.endswith(ARROW):
        if column is None:
            raise ValueError(f"{path}: column= must name the column of text")
        return "arrow"
    if field is not None or inner.endswith(JSONL):
        if field is None:
            raise ValueError(f"{path}: field= must name the field of text")
        return "json"
    return "text"


def read_file(
    path: str,
    *,
    field: str | None = None,
    column: str | None = None,
    start: int = 0,
    stop: int | None = None,
    cut: bool = False,
    advance: Advance | None = None,
) -> Iterator[Batch]:
    """Read a file in batches.

    Args:
        path: Read by its suffix: .jsonl/.ndjson, .parquet/.arrow/.feather/.ipc, else text by line
            (lines keep their newline); .gz and .zst are unpacked. A pipe is read once, and from a
            later place by reading over what comes before; a table cannot be.
        field: Read JSON lines, and take this field.
        column: Read Parquet or Arrow, and take this column.
        start: Where to begin: the `end` of a batch (unpacked bytes; rows of a table).
        stop: Where to stop, None for the end of the file. Text and JSON lines only.
        cut: Lines longer than a batch may be cut at blanks between letters.
        advance: Called with the number of bytes read of the file, packed as it is, since the last
            time.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is damaged, or has no such field or column, or not of text; the message names
            the place.
    """
    report = advance or (lambda done: None)
    kind = kind_of(path, field, column)
    regular = is_regular(path)
    if column is not None:
        if not regular:
            raise ValueError(f"{path}: Parquet and Arrow cannot be read from a pipe, only a file")
        yield from _arrow_batches(path, column, start, report)
        return
    # A pipe cannot seek, nor be read again to count its lines for an error.
    passed = 0
    for chunk, at in chunks(path, start if regular else 0, stop, cut and kind == "text", report):
        if at < start:
            whole, chunk, at = chunk, chunk[start - at :], min(at + len(chunk), start)
            passed += whole.count(b"\n") - chunk.count(b"\n")
            if not chunk:
                continue
        if field is not None:
            lines = partial(lines_before, path) if regular else partial(_same, passed)
            yield JsonBatch(chunk, path, at, field, lines)
        else:
            yield LineBatch(chunk, path, at)
        if not regular:
            passed += chunk.count(b"\n")


def _same(number: int, end: int) -> int:
    return number


def is_regular(path: str) -> bool:
    """Say whether a file has a size and can be read from any place; pipes and devices cannot."""
    return stat.S_ISREG(os.stat(path).st_mode)


def lines_before(path: str, end: int) -> int:
    """Return how many lines a file has in its first `end` unpacked bytes."""
    return sum(chunk.count(b"\n") for chunk, _ in chunks(path, 0, end))


def is_packed(path: str) -> bool:
    """Say whether a file is unpacked while it is read."""
    return path.lower().endswith(PACKED)


def last_blank(data: bytes) -> int:
    """Return where to cut before the last blank between letters, 0 if there is none."""
    for first in (max(len(data) - 4096, 0), 0):
        found = [match.end() for match in UTF8_SPLIT.finditer(data, first)]
        if found:
            return found[-1]
    return 0


def chunks(
    path: str,
    start: int = 0,
    stop: int | None = None,
    cut: bool = False,
    report: Advance = lambda done: None,
) -> Iterator[tuple[bytes, int]]:
    """Yield a file's unpacked bytes in chunks that end with a line, and where each begins.

    Args:
        path: The file.
        start: Where to begin, in unpacked bytes; a line, or a part of one, begins there.
        stop: Where to stop, None for the end.
        cut: A chunk may also end before a blank between letters.
        report: Told how many bytes of the packed file were read since the last time.
    """
    told, at = 0, start
    rest: list[bytes] = []  # the bytes of a line that has not ended; they begin at `begin`
    begin = start
    with open(path, "rb", buffering=0) as file:
        stream = _unpacked(path, file)
        seekable = file.seekable()
        try:
            if stream is not file:
                _drop(stream, start)
            elif start:
                file.seek(start)
            while True:
                data = stream.read(CHUNK if stop is None else min(CHUNK, stop - at))
                at += len(data)
                # Of a pipe that is unpacked, nobody knows how much of it was read.
                now = file.tell() if seekable else at if stream is file else told
                report(now - told)
                told = now
                end = data.rfind(b"\n") + 1 or (last_blank(data) if cut else 0)
                if data and not end:
                    rest.append(data)
                    continue
                chunk = b"".join([*rest, data[:end]])
                if chunk:
                    yield chunk, begin
                begin += len(chunk)
                rest = [data[end:]]
                if not data:
                    return
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(
                f"{path}: cut off or damaged behind {at} unpacked bytes: {error}"
            ) from None


def _drop(stream: Any, size: int) -> None:
    """Read over the first `size` bytes."""
    while size > 0:
        data = stream.read(min(size, CHUNK))
        if not data:
            raise EOFError(f"{size} more bytes were expected")
        size -= len(data)


class _ZstdFile:
    """Reads a zstd file; one that ends in the middle of a frame is an error."""

    def __init__(self, file: BinaryIO, path: str) -> None:
        try:
            import zstandard
        except ImportError:
            raise ImportError(
                f"{path}: .zst files need the package zstandard (pip install subword[zstd])"
            ) from None
        self._file = file
        self._new = zstandard.ZstdDecompressor().decompressobj
        self._frame = self._new()
        self._started = False
        self._held = memoryview(b"")  # unpacked, not returned yet
        self._error = zstandard.ZstdError

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, none at the end."""
        while not self._held:
            packed = self._frame.unused_data if self._frame.eof else b""
            packed = packed or self._file.read(size // 4 + 1)
            if not packed:
                if self._started and not self._frame.eof:
                    raise EOFError("the last frame is not complete")
                return b""
            if self._frame.eof:
                self._frame = self._new()
            self._started = True
            try:
                self._held = memoryview(self._frame.decompress(packed))
            except self._error as error:
                raise EOFError(str(error)) from error
        data, self._held = bytes(self._held[:size]), self._held[size:]
        return data


def _unpacked(path: str, file: BinaryIO) -> gzip.GzipFile | _ZstdFile | BinaryIO:
    """Return a file that reads what `file` holds packed, by the suffix of its name."""
    name = path.lower()
    if name.endswith(".gz"):
        return gzip.GzipFile(fileobj=file)
    return _ZstdFile(file, path) if name.endswith(".zst") else file


def _arrow_batches(path: str, column: str, start: int, report: Advance) -> Iterator[ArrowBatch]:
    try:
        import pyarrow as pa
    except ImportError:
        raise ImportError(
            f"{path}: Parquet and Arrow files need pyarrow (pip install subword[arrow])"
        ) from None
    try:
        schema, rows, parts = _table(path, column)
    except pa.ArrowInvalid as error:
        raise ValueError(f"{path}: not a Parquet or Arrow file, or cut off: {error}") from None
    if column not in schema.names:
        raise ValueError(
            f"{path}: no column {column!r}; there are {', '.join(map(repr, schema.names))}"
        )
    kind = schema.field(column).type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise ValueError(f"{path}: column {column!r} must hold strings, got {kind}")
    row = 0
    size = os.path.getsize(path)
    for part in parts:
        report(size * len(part) // max(rows, 1))
        if row + len(part) > start:
            rest = part.slice(max(start - row, 0))
            # A missing value has no words, and neither has an empty string.
            yield ArrowBatch(rest.fill_null("") if rest.null_count else rest, path, max(start, row))
        row += len(part)


def _table(path: str, column: str) -> tuple[Any, int, Iterator[Any]]:
    """Return the schema of a Parquet or Arrow file, how many rows it has, and them in parts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.lower().endswith(ARROW[1:]):
        file = pa.ipc.open_file(pa.memory_map(path))
        batches = [file.get_batch(i) for i in range(file.num_record_batches)]
        rows = sum(batch.num_rows for batch in batches)
        return file.schema, rows, (batch.column(column) for batch in batches)
    parquet = pq.ParquetFile(path)
    rows, size = parquet.metadata.num_rows, os.path.getsize(path)
    batches = parquet.iter_batches(max(1, rows * CHUNK // size), columns=[column])
    return parquet.schema_arrow, rows, (batch.column(0) for batch in batches)
