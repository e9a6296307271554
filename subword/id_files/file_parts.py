"""Text files in parts of whole documents: mapped into memory, or read from a pipe as it comes."""

from __future__ import annotations

import errno
import mmap
import os
import select
import stat
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

Mapped = bytes | mmap.mmap


class FilePart(NamedTuple):
    """Whole documents of a file.

    Attributes:
        data: Their bytes.
        name: What errors call the file.
        start: The offset of the first byte in the file.
    """

    data: Mapped | memoryview
    name: str
    start: int


def total_size(names: Iterable[str]) -> int | None:
    """Return the size of the files in bytes, None if one is a pipe.

    Raises:
        OSError: A file is not there, or is a folder.
    """
    found = [os.stat(name) for name in names]
    for name, status in zip(names, found, strict=True):
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
    if not all(stat.S_ISREG(status.st_mode) for status in found):
        return None
    return sum(status.st_size for status in found)


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


def file_windows(
    names: Iterable[str], separator: bytes | None, size: int
) -> Iterator[list[FilePart]]:
    """Cut files into windows of whole documents; small files share a window.

    What comes out of a pipe is cut as soon as it is there.

    Args:
        names: The files.
        separator: What separates documents; None: each file is one document.
        size: About how many bytes of text a window has.

    Yields:
        The parts of each window.
    """
    window: list[FilePart] = []
    left = size
    for name in names:
        if separator is not None and not stat.S_ISREG(os.stat(name).st_mode):
            if window:
                yield window
                window, left = [], size
            with open(name, "rb", buffering=0) as file:
                read = partial(read_available, file.fileno(), size)
                yield from stream_parts(read, name, separator)
            continue
        data = map_file(name)
        start = 0
        while start < len(data) or start == 0:
            end = (
                len(data)
                if separator is None
                else document_end(data, separator, start, start + left)
            )
            window.append(FilePart(memoryview(data)[start:end], name, start))
            left -= end - start
            if left <= 0:
                yield window
                window, left = [], size
            start = end or 1  # an empty file is done
    if window:
        yield window


def stream_parts(
    read: Callable[[], bytes], name: str, separator: bytes
) -> Iterator[list[FilePart]]:
    """Cut a stream into parts of whole documents, each as soon as its bytes are there.

    Args:
        read: Returns the next bytes, none at the end.
        name: What errors call the stream.
        separator: What separates documents.

    Yields:
        Windows of one part each.
    """
    rest = bytearray()
    # `rest` begins at byte `start` of the stream; its first `searched` bytes hold no separator.
    start = searched = 0
    while data := read():
        rest += data
        if overlaps_itself(separator):
            end = 0
            while (found := rest.find(separator, max(searched, end))) >= 0:
                end = found + len(separator)
        else:
            found = rest.rfind(separator, searched)
            end = found + len(separator) if found >= 0 else 0
        if end:
            yield [FilePart(bytes(memoryview(rest)[:end]), name, start)]
            del rest[:end]
            start += end
        searched = max(0, len(rest) - len(separator) + 1)
    if rest:
        yield [FilePart(bytes(rest), name, start)]


def document_end(data: Mapped, separator: bytes, start: int, wanted: int) -> int:
    """Return where a document ends, its separator included: the first end from `wanted` on."""
    if not overlaps_itself(separator):
        start = max(start, wanted - len(separator))
    end = start
    while end < wanted:
        found = data.find(separator, start)
        if found < 0:
            return len(data)
        start = end = found + len(separator)
    return end


def overlaps_itself(separator: bytes) -> bool:
    """Whether a separator can overlap itself: then only a search from the start is right."""
    return any(separator.startswith(separator[i:]) for i in range(1, len(separator)))


def read_available(handle: int, size: int) -> bytes:
    """Return what can be read now, up to `size` bytes; nothing at the end.

    Waits for the first byte only: what comes out of a slow pipe is worked on at once.
    """
    waiting = select.poll()
    waiting.register(handle, select.POLLIN)
    chunks: list[bytes] = []
    while size > 0 and (not chunks or waiting.poll(0)):
        data = os.read(handle, size)
        if not data:
            break
        chunks.append(data)
        size -= len(data)
    return b"".join(chunks)
