"""Where text comes from: files of several kinds, or any iterable of str, read in batches."""

from __future__ import annotations

import itertools
import os
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from subword.corpus import readers
from subword.corpus.readers import ARROW, JSONL, PACKED, Advance, is_regular
from subword.corpus.text_batches import Batch, StrBatch

CHARACTERS = 1 << 18  # in a batch of texts, about
SUFFIXES = (".txt", ".text", ".csv", ".tsv", ".md", *JSONL, *ARROW, *PACKED)

# A name with a suffix. At most FEW strings that all look like this are taken for paths, not texts.
FILE_NAME = re.compile(r"\S*[^\s./\\]\.[A-Za-z]\w{0,7}")
FEW = 16

PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class Files:
    """Paths, whatever they look like: for a caller who knows that these are no texts.

    Args:
        paths: Each a file or a pipe.
    """

    paths: tuple[PathLike, ...]


Source = PathLike | Files | Iterable[str] | Iterable[os.PathLike[str]]
# How much of a source has been read: whole files, and of the next one unpacked bytes or rows; of an
# iterable 0 and the number of items.
Position = tuple[int, int]


def paths_of(source: Any) -> list[str] | None:
    """Return the paths that a source names, or None when it is an iterable of texts.

    `Files`, a str and a path object name paths. A list or tuple holds paths when its first item is
    a path object, or a str that names an existing file, pipe or folder, is in an existing folder,
    or ends in a known suffix; or when it has at most `FEW` items and all of them look like names of
    files. Any other iterable gives texts.

    Raises:
        FileNotFoundError: A file does not exist; nothing has been read then.
        IsADirectoryError: A path is that of a folder.
        TypeError: An item of a list of paths is not a path.

    Example:
        >>> paths_of(["low lower lowest"]) is None
        True
    """
    single = isinstance(source, str | os.PathLike)
    sure = isinstance(source, Files)
    if single:
        items: Any = [source]
    elif sure:
        items = source.paths
    elif isinstance(source, list | tuple) and source and _are_paths(source):
        items = source
    else:
        return None
    for i, item in enumerate(items):
        if not isinstance(item, str | os.PathLike):
            raise TypeError(
                f"item {i} of the list of paths must be a path, got {type(item).__name__}"
            )
    paths = [os.fspath(item) for item in items]
    for i, path in enumerate(paths):
        if os.path.isdir(path):
            raise IsADirectoryError(f"expected a file, got a folder: {path!r}")
        if not os.path.exists(path):
            hint = f"item {i} of {len(paths)}" if len(paths) > 1 else ""
            if single:
                hint = "to train on a text, give it in a list: [text]"
            elif not sure:
                hint += "; " if hint else ""
                hint += "iter(texts) trains on the strings themselves"
            shown = repr(path) if len(path) <= 200 else f"{path[:200]!r}..."
            raise FileNotFoundError(f"no such file: {shown}{f' ({hint})' if hint else ''}")
    return paths


def _are_paths(items: list[Any] | tuple[Any, ...]) -> bool:
    first = items[0]
    if isinstance(first, os.PathLike):
        return True
    if not isinstance(first, str) or "\n" in first or not 0 < len(first) <= 4096:
        return False
    if first.lower().endswith(SUFFIXES) or (first.strip("./") and os.path.exists(first)):
        return True
    folder = os.path.dirname(first)
    if folder.strip("./") and not re.search(r"\s", first) and os.path.isdir(folder):
        return True
    return len(items) <= FEW and all(
        isinstance(item, str) and FILE_NAME.fullmatch(item) for item in items
    )


def total_bytes(paths: list[str] | None) -> int | None:
    """Return the size of the files, compressed as they are.

    None for an iterable, and when one of the files is a pipe: the size is not known then.
    """
    if paths is None or not all(map(is_regular, paths)):
        return None
    return sum(os.path.getsize(path) for path in paths)


class Reader:
    """Reads a source in batches, for any number of threads.

    Args:
        source: A path, a list of paths, `Files`, or an iterable of str.
        field: Read files as JSON lines, and take this field.
        column: Read files as Parquet or Arrow, and take this column.
        cut: Lines longer than a batch may be cut at blanks between letters.
        advance: Called with the number of bytes read of a file, or of characters of texts, since
            the last time.
        position: Where to begin: the `position` of a reader of the same source.

    Attributes:
        position: How much of the source the batches so far hold.

    Raises:
        OSError: A file does not exist; found before anything is read.
        ValueError: `field` or `column` is missing, or both are given.
        TypeError: The source is none of these.
    """

    def __init__(
        self,
        source: Source,
        *,
        field: str | None = None,
        column: str | None = None,
        cut: bool = False,
        advance: Advance | None = None,
        position: Position = (0, 0),
    ) -> None:
        paths = paths_of(source)
        if paths is None and (isinstance(source, bytes) or not isinstance(source, Iterable)):
            raise TypeError(
                "a source is a path, a list of paths or an iterable of str,"
                f" got {type(source).__name__}"
            )
        for path in paths or ():
            readers.kind_of(path, field, column)
        self.position = position
        self._lock = threading.Lock()
        report = advance or (lambda done: None)
        if paths is None:
            texts: Any = source
            self._batches = _item_batches(iter(texts), report, position[1])
        else:
            self._batches = _file_batches(paths, field, column, cut, report, position)

    def next_batch(self) -> Batch | None:
        """Return the next batch, None after the last.

        Raises:
            OSError: A file cannot be read.
            ValueError: A file is damaged, or has no such field or column, or not of text; the
                message names the place.
        """
        with self._lock:
            file, batch = next(self._batches, (0, None))
            if batch is not None:
                self.position = (file, batch.end)
            return batch


def _file_batches(
    paths: list[str],
    field: str | None,
    column: str | None,
    cut: bool,
    report: Advance,
    position: Position,
) -> Iterator[tuple[int, Batch]]:
    first, start = position
    report(sum(os.path.getsize(path) for path in paths[:first] if is_regular(path)))
    for number, path in enumerate(paths[first:], first):
        for batch in readers.read_file(
            path, field=field, column=column, start=start, cut=cut, advance=report
        ):
            yield number, batch
        start = 0


def _item_batches(texts: Iterator[Any], report: Advance, start: int) -> Iterator[tuple[int, Batch]]:
    for _ in itertools.islice(texts, start):
        pass
    number, size = start, 16
    while batch := list(itertools.islice(texts, size)):
        characters = sum([len(text) if isinstance(text, str) else 0 for text in batch])
        yield 0, StrBatch(batch, number)
        report(characters)
        number += len(batch)
        # The number of texts that makes a full batch, estimated from the lengths in this one.
        size = min(max(16, size * CHARACTERS // max(characters, 1)), 4 * size)
