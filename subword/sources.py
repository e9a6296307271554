"""Where text comes from: files of several kinds, or any iterable of str.

A source is read in batches of some hundred kilobytes, each of which knows how to have its words counted
and which file and place to name when it is not text. Batches of files never become str objects.
"""

from __future__ import annotations

import gzip
import itertools
import json
import os
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

if TYPE_CHECKING:
    from subword.trainers.counting import WordCounter

CHUNK = 1 << 18  # bytes (of an iterable: characters) of a batch
PACKED = (".gz", ".zst")
ARROW = (".parquet", ".arrow", ".feather", ".ipc")
JSONL = (".jsonl", ".ndjson")
SUFFIXES = (".txt", ".text", ".csv", ".tsv", ".md", *JSONL, *ARROW, *PACKED)

PathLike = str | os.PathLike[str]
Source = PathLike | Iterable[str] | Iterable[os.PathLike[str]]
Advance = Callable[[int], object]


class Lines:
    """Whole lines of a UTF-8 file.

    Args:
        data: The bytes.
        path, offset: Where they begin.
    """

    def __init__(self, data: bytes, path: str, offset: int) -> None:
        self.data = data
        self.path = path
        self.offset = offset

    def count(self, counter: WordCounter) -> None:
        """Have the words of each line counted."""
        try:
            counter.count_lines(self.data)
        except ValueError as error:
            if len(error.args) != 2:
                raise
            raise ValueError(
                f"{self.path}: not UTF-8 at byte {self.offset + error.args[1]}"
            ) from None


class Texts:
    """A list of str.

    Args:
        texts: The texts.
        place: Says where the text with a given number comes from.
    """

    def __init__(self, texts: list[Any], place: Callable[[int], str]) -> None:
        self.texts = texts
        self.place = place

    def count(self, counter: WordCounter) -> None:
        """Have the words of each text counted."""
        try:
            counter.count_texts(self.texts)
        except (TypeError, ValueError) as error:
            if len(error.args) < 2:
                raise
            message, number, *more = error.args
            at = f" at character {more[0]}" if more else ""
            raise type(error)(f"{self.place(number)}: {message}{at}") from None


class Rows:
    """Rows of a column of strings, in Arrow's buffers.

    Args:
        chunk: An Arrow array of strings without nulls.
        wide: Its offsets have 64 bits.
        path, first: The file, and the number of the first row there.
    """

    def __init__(self, chunk: Any, wide: bool, path: str, first: int) -> None:
        self.chunk = chunk
        self.wide = wide
        self.path = path
        self.first = first

    def count(self, counter: WordCounter) -> None:
        """Have the words of each row counted."""
        _, offsets, data = self.chunk.buffers()
        if not len(self.chunk):
            return
        rows = np.frombuffer(data or b"", np.uint8)
        places = np.frombuffer(offsets, np.uint8)
        try:
            counter.count_rows(rows, places, self.wide, self.chunk.offset, len(self.chunk))
        except ValueError as error:
            if len(error.args) != 2:
                raise
            raise ValueError(
                f"{self.path}: row {self.first + error.args[1]}: {error.args[0]}"
            ) from None


Batch = Lines | Texts | Rows


def paths_of(source: Any) -> list[str] | None:
    """Return the paths that a source names, or None when it is an iterable of texts.

    A str or path is a path. A list or tuple is one of paths when its first item is a path object,
    or a str that is the name of a file, or looks like one by its suffix; any other iterable gives
    texts.

    Raises:
        FileNotFoundError: A file is not there; nothing has been read then.
        ValueError: The list of paths is empty.

    Example:
        >>> paths_of(["low lower lowest"]) is None
        True
    """
    if isinstance(source, str | os.PathLike):
        paths = [os.fspath(source)]
    elif isinstance(source, list | tuple) and source and _is_path(source[0]):
        for i, item in enumerate(source):
            if not isinstance(item, str | os.PathLike):
                raise TypeError(
                    f"item {i} of the list of paths must be a path, got {type(item).__name__}"
                )
        paths = [os.fspath(item) for item in source]
    else:
        return None
    for i, path in enumerate(paths):
        if not os.path.exists(path):
            where = (
                f" (item {i} of {len(paths)}; iter(texts) trains on the strings themselves)"
                if len(paths) > 1
                else ""
            )
            raise FileNotFoundError(f"no such file: {path!r}{where}")
        if os.path.isdir(path):
            raise IsADirectoryError(f"expected a file, got a folder: {path!r}")
    return paths


def _is_path(item: Any) -> bool:
    if isinstance(item, os.PathLike):
        return True
    if not isinstance(item, str) or "\n" in item or len(item) > 4096:
        return False
    return os.path.isfile(item) or item.lower().endswith(SUFFIXES)


def total_bytes(paths: list[str] | None) -> int | None:
    """Return the size of the files, compressed as they are; None for an iterable."""
    return None if paths is None else sum(os.path.getsize(path) for path in paths)


def batches(
    source: Source,
    *,
    field: str | None = None,
    column: str | None = None,
    advance: Advance | None = None,
) -> Iterator[Batch]:
    """Read a source in batches.

    Args:
        source: A path, a list of paths, or an iterable of str. A file is read by its suffix:
            .jsonl/.ndjson, .parquet/.arrow/.feather/.ipc, else text by line (lines keep their
            newline); .gz and .zst are unpacked.
        field: Read files as JSON lines, and take this field.
        column: Read files as Parquet or Arrow, and take this column.
        advance: Called with the number of bytes read of a file, or of texts given, since the last
            time.

    Raises:
        OSError: A file is not there or cannot be read.
        ValueError: A file is damaged, or has no such field or column, or not of text; the message
            names the place.
        TypeError: The source is none of these.
    """
    paths = paths_of(source)
    report = advance or (lambda done: None)
    if paths is None:
        if isinstance(source, bytes) or not isinstance(source, Iterable):
            raise TypeError(
                "a source is a path, a list of paths or an iterable of str,"
                f" got {type(source).__name__}"
            )
        return _iterable_batches(iter(source), report)
    if field is not None and column is not None:
        raise ValueError(
            f"field is for JSON lines and column for Parquet, got both: {field!r} and {column!r}"
        )
    readers = [_reader(path, field, column) for path in paths]
    return itertools.chain.from_iterable(
        read(path, report) for read, path in zip(readers, paths, strict=True)
    )


def _reader(
    path: str, field: str | None, column: str | None
) -> Callable[[str, Advance], Iterator[Batch]]:
    name = path.lower()
    inner = name.removesuffix(".gz").removesuffix(".zst")
    if column is not None or name.endswith(ARROW):
        if column is None:
            raise ValueError(f"{path}: column= must name the column of text")
        return lambda path, report: _arrow_batches(path, column, report)
    if field is not None or inner.endswith(JSONL):
        if field is None:
            raise ValueError(f"{path}: field= must name the field of text")
        return lambda path, report: _json_batches(path, field, report)
    return _line_batches


def _iterable_batches(texts: Iterator[Any], report: Advance) -> Iterator[Batch]:
    number, size = 0, 16
    while batch := list(itertools.islice(texts, size)):
        characters = sum([len(text) if isinstance(text, str) else 0 for text in batch])
        yield Texts(batch, lambda i, first=number: f"item {first + i}")  # type: ignore[misc]
        report(characters)
        number += len(batch)
        # As many at a time as make up a batch, by the lengths seen so far.
        size = min(max(16, size * CHUNK // max(characters, 1)), 4 * size)


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
        self._error = zstandard.ZstdError

    def read(self, size: int) -> bytes:
        """Return some bytes, none at the end."""
        while True:
            packed = self._frame.unused_data if self._frame.eof else b""
            packed = packed or self._file.read(size // 4)
            if not packed:
                if self._started and not self._frame.eof:
                    raise EOFError("the last frame is not complete")
                return b""
            if self._frame.eof:
                self._frame = self._new()
            self._started = True
            try:
                data: bytes = self._frame.decompress(packed)
            except self._error as error:
                raise EOFError(str(error)) from error
            if data:
                return data


def _unpacked(path: str, file: BinaryIO) -> gzip.GzipFile | _ZstdFile | BinaryIO:
    """Return a file that reads what `file` holds packed, by the suffix of its name."""
    name = path.lower()
    if name.endswith(".gz"):
        return gzip.GzipFile(fileobj=file)
    return _ZstdFile(file, path) if name.endswith(".zst") else file


def _chunks(path: str, report: Advance) -> Iterator[tuple[bytes, int]]:
    """Yield a file's unpacked bytes in chunks that end with a line, and where each begins."""
    offset, told = 0, 0
    rest: list[bytes] = []
    with open(path, "rb", buffering=0) as file:
        stream = _unpacked(path, file)
        while True:
            try:
                data = stream.read(CHUNK)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                behind = offset + sum(map(len, rest))
                raise ValueError(
                    f"{path}: cut off or damaged behind {behind} unpacked bytes: {error}"
                ) from None
            report(file.tell() - told)
            told = file.tell()
            end = data.rfind(b"\n") + 1
            if data and not end:
                rest.append(data)
                continue
            chunk = b"".join([*rest, data[:end]])
            if chunk:
                yield chunk, offset
            offset += len(chunk)
            rest = [data[end:]]
            if not data:
                return


def _line_batches(path: str, report: Advance) -> Iterator[Batch]:
    for chunk, offset in _chunks(path, report):
        yield Lines(chunk, path, offset)


def _json_batches(path: str, field: str, report: Advance) -> Iterator[Batch]:
    number = 0
    for chunk, _ in _chunks(path, report):
        texts, numbers = [], []
        for line in chunk.split(b"\n"):
            number += 1
            if not line.strip():
                continue
            try:
                text = json.loads(line)[field]
            except (ValueError, KeyError, TypeError, IndexError) as error:
                what = (
                    f"no field {field!r}"
                    if isinstance(error, KeyError)
                    else f"not a JSON object: {error}"
                )
                raise ValueError(f"{path}:{number}: {what}") from None
            if not isinstance(text, str):
                raise ValueError(
                    f"{path}:{number}: field {field!r} must be a string, got {type(text).__name__}"
                )
            texts.append(text)
            numbers.append(number)
        number -= 1  # behind the last newline there is no line
        yield Texts(texts, lambda i, numbers=numbers: f"{path}:{numbers[i]}")  # type: ignore[misc]


def _arrow_batches(path: str, column: str, report: Advance) -> Iterator[Batch]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ImportError(
            f"{path}: Parquet and Arrow files need pyarrow (pip install subword[arrow])"
        ) from None
    try:
        if path.lower().endswith(ARROW[1:]):
            table = pa.ipc.open_file(pa.memory_map(path))
            schema, groups = table.schema, range(table.num_record_batches)
            rows = sum(table.get_batch(i).num_rows for i in groups)
            chunks = (table.get_batch(i).column(column) for i in groups)
        else:
            parquet = pq.ParquetFile(path)
            schema, rows = parquet.schema_arrow, parquet.metadata.num_rows
            chunks = (batch.column(0) for batch in parquet.iter_batches(columns=[column]))
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
    for chunk in chunks:
        # A missing value has no words, and neither has an empty string.
        yield Rows(
            chunk.fill_null("") if chunk.null_count else chunk,
            pa.types.is_large_string(kind),
            path,
            row,
        )
        row += len(chunk)
        report(size * len(chunk) // max(rows, 1))


class Shared:
    """An iterator that several threads may draw from."""

    def __init__(self, items: Iterator[Batch]) -> None:
        self._items = items
        self._lock = threading.Lock()

    def draw(self) -> Batch | None:
        """Return the next item, None behind the last."""
        with self._lock:
            return next(self._items, None)
