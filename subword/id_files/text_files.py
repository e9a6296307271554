"""Text files into ids: mapped into memory, without a Python object for each document.

Where ids go to a file, text is read in windows of whole documents, so memory does not grow with the
files.
"""

from __future__ import annotations

import errno
import mmap
import os
import select
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from subword._core.atomic_file import atomic_file
from subword._core.progress import progress_bar
from subword.encode.documents import NotUTF8
from subword.encode.text_encoder import TextEncoder
from subword.id_files.writers import Writer, format_of, id_dtype, writer
from subword.results.ragged import Ragged
from subword.results.truncation import tokens_left

PathLike = str | os.PathLike[str]
Mapped = bytes | mmap.mmap
WINDOW = 1 << 25  # bytes of text between two writes


class Piece(NamedTuple):
    """A stretch of a file that holds whole documents: its bytes, and where they begin."""

    data: Mapped | memoryview
    name: str
    start: int


class Written(NamedTuple):
    """What was written to a file.

    Attributes:
        path: The file.
        documents: How many documents there were.
        ids: How many ids.
        dtype: What an id is stored as: "uint16" or "uint32".
    """

    path: str
    documents: int
    ids: int
    dtype: str


class Job(NamedTuple):
    """How to encode.

    Attributes:
        encoder: Encodes.
        separator: What stands between documents; None: a piece is one.
        threads: How many may work.
        prefix, suffix: Ids around each document.
        max_length: The most ids of a document, those included.
        offsets: Whether places are wanted.
    """

    encoder: TextEncoder
    separator: bytes | None
    threads: int | None
    prefix: tuple[int, ...]
    suffix: tuple[int, ...]
    max_length: int | None
    offsets: bool

    def encode(self, pieces: Sequence[Piece]) -> Ragged:
        """Encode pieces; ValueError with file and byte where one is not UTF-8."""
        try:
            return self.encoder.encode_buffers(
                [piece.data for piece in pieces],
                self.separator,
                self.prefix,
                self.suffix,
                self.offsets,
                self.max_length,
                self.threads,
            )
        except NotUTF8 as error:
            piece = pieces[error.buffer]
            raise ValueError(
                f"{piece.name}: not UTF-8 at byte {piece.start + error.byte}"
            ) from None


def plan(
    encoder: TextEncoder,
    *,
    separator: str | None = None,
    threads: int | None = None,
    add_special_tokens: bool = True,
    end_token: str | None = None,
    max_length: int | None = None,
    return_offsets: bool = False,
) -> Job:
    """Check the options of `encode_files` and return them as a `Job`."""
    if separator is not None and not isinstance(separator, str):
        raise TypeError(f"separator must be a str or None, got {type(separator).__name__}")
    if separator == "":
        raise ValueError("separator must not be empty; None takes each file as one document")
    prefix, suffix = encoder.affixes(add_special_tokens)
    if end_token is not None:
        index = encoder.vocabulary.token_to_id(end_token)
        if index is None:
            raise ValueError(f"end_token {end_token!r} is not in the vocabulary")
        suffix = (*suffix, index)
    tokens_left(max_length, len(prefix) + len(suffix))
    cut_at = None if separator is None else separator.encode()
    return Job(encoder, cut_at, threads, prefix, suffix, max_length, return_offsets)


def encode_files(
    encoder: TextEncoder,
    paths: PathLike | Iterable[PathLike],
    output: PathLike | None = None,
    *,
    dtype: str | None = None,
    progress: bool = True,
    **options: object,
) -> Ragged | Written:
    """See `Tokenizer.encode_files`; `options` are those of `plan`."""
    job = plan(encoder, **options)  # type: ignore[arg-type]
    names = []
    for path in [paths] if isinstance(paths, str | os.PathLike) else paths:
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f"a path must be a str or os.PathLike, got {type(path).__name__}")
        names.append(os.fspath(path))
    total = total_size(names)  # a missing file is found before any work
    if output is None:
        return job.encode([Piece(map_file(name), name, 0) for name in names])
    form, kind = format_of(output), id_dtype(encoder.vocabulary.highest_id, dtype)
    with progress_bar(progress, "encoding", total, "B") as advance, atomic_file(output) as file:
        target = writer(file, form, kind)
        documents, ids = encode_into(target, job, windows(names, job.separator), advance)
    return Written(os.fspath(output), documents, ids, kind.name)


def encode_into(
    target: Writer,
    job: Job,
    batches: Iterable[Sequence[Piece]],
    advance: Callable[[int], object] | None = None,
) -> tuple[int, int]:
    """Encode batch after batch into a writer; return how many documents and ids there were."""
    documents = ids = 0
    try:
        for pieces in batches:
            rows = job.encode(pieces)
            target.write(rows)
            documents += len(rows)
            ids += len(rows.ids)
            if advance is not None:
                advance(sum(len(piece.data) for piece in pieces))
        target.finish()
    except BaseException:
        target.abandon()
        raise
    return documents, ids


def total_size(names: Iterable[str]) -> int | None:
    """Return the size of the files in bytes, None if one is a pipe.

    Raises:
        OSError: A file is not there, or is a folder.
    """
    modes = [os.stat(name) for name in names]
    for name, mode in zip(names, modes, strict=True):
        if stat.S_ISDIR(mode.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
    if not all(stat.S_ISREG(mode.st_mode) for mode in modes):
        return None
    return sum(mode.st_size for mode in modes)


def map_file(name: str) -> Mapped:
    """Map a file into memory. What cannot be mapped (an empty file, a pipe) is read."""
    with open(name, "rb") as file:
        try:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (ValueError, OSError):
            return file.read()
    if hasattr(mmap, "MADV_SEQUENTIAL"):
        mapped.madvise(mmap.MADV_SEQUENTIAL)
    return mapped


def windows(
    names: Iterable[str], separator: bytes | None, size: int = WINDOW
) -> Iterator[list[Piece]]:
    """Cut files into windows of whole documents, of about `size` bytes; small files share one.

    What comes out of a pipe is cut as soon as it is there.
    """
    batch: list[Piece] = []
    room = size
    for name in names:
        if separator is not None and not stat.S_ISREG(os.stat(name).st_mode):
            if batch:
                yield batch
                batch, room = [], size
            with open(name, "rb", buffering=0) as file:
                yield from stream(partial(available, file.fileno(), size), name, separator)
            continue
        data = map_file(name)
        start = 0
        while start < len(data) or start == 0:
            stop = len(data) if separator is None else cut(data, separator, start, start + room)
            batch.append(Piece(memoryview(data)[start:stop], name, start))
            room -= stop - start
            if room <= 0:
                yield batch
                batch, room = [], size
            start = stop or 1  # an empty file is done
    if batch:
        yield batch


def overlaps(separator: bytes) -> bool:
    """Whether a separator can overlap itself: then only counting from the start tells."""
    return any(separator.startswith(separator[i:]) for i in range(1, len(separator)))


def cut(data: Mapped, separator: bytes, start: int, wanted: int) -> int:
    """Return the first end of a document, separator included, at or behind `wanted`."""
    if not overlaps(separator):
        start = max(start, wanted - len(separator))
    end = start
    while end < wanted:
        found = data.find(separator, start)
        if found < 0:
            return len(data)
        start = end = found + len(separator)
    return end


def available(handle: int, size: int) -> bytes:
    """Return what is there to be read, up to `size` bytes; nothing at the end.

    Waits for the first byte only: a pipe that is slower than we are is answered at once.
    """
    waiting = select.poll()
    waiting.register(handle, select.POLLIN)
    parts: list[bytes] = []
    while size > 0 and (not parts or waiting.poll(0)):
        data = os.read(handle, size)
        if not data:
            break
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def stream(read: Callable[[], bytes], name: str, separator: bytes) -> Iterator[list[Piece]]:
    """Cut what comes out of a stream into pieces of whole documents, as soon as they are there.

    Args:
        read: Returns the next bytes, none at the end.
        name: What to call the stream in errors.
        separator: What stands between documents.
    """
    rest = bytearray()
    start = done = (
        0  # `rest` begins at byte `start` of the stream; its first `done` bytes hold no separator
    )
    while data := read():
        rest += data
        if overlaps(separator):
            end = 0
            while (found := rest.find(separator, max(done, end))) >= 0:
                end = found + len(separator)
        else:
            found = rest.rfind(separator, done)
            end = found + len(separator) if found >= 0 else 0
        if end:
            yield [Piece(bytes(memoryview(rest)[:end]), name, start)]
            del rest[:end]
            start += end
        done = max(0, len(rest) - len(separator) + 1)
    if rest:
        yield [Piece(bytes(rest), name, start)]


def read_ids(path: PathLike, dtype: np.dtype[np.uint16] | np.dtype[np.uint32]) -> npt.NDArray[Any]:
    """Map a .bin file of ids; ValueError if its size does not fit the type."""
    size = os.stat(path).st_size
    if size % dtype.itemsize:
        raise ValueError(f"{os.fspath(path)}: {size} bytes are no whole number of {dtype.name} ids")
    return np.memmap(path, dtype, "r") if size else np.empty(0, dtype)
