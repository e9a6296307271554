"""Batches of text, each with its way of being counted: lines, JSON lines, str or Arrow rows.

An error names the file and the place in it. The text of files never becomes str objects, except for
JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from subword.corpus.word_counter import WordCounter


class LineBatch:
    """Whole lines of a UTF-8 file.

    Args:
        data: The bytes.
        path, start: The file, and the offset of the data in its unpacked bytes.
    """

    def __init__(self, data: bytes, path: str, start: int) -> None:
        self.data = data
        self.path = path
        self.start = start
        self.end = start + len(data)

    def count(self, counter: WordCounter) -> None:
        """Have the words of each line counted."""
        try:
            counter.count_lines(self.data)
        except ValueError as error:
            if len(error.args) != 2:
                raise
            raise ValueError(
                f"{self.path}: not UTF-8 at byte {self.start + error.args[1]}"
            ) from None


class JsonBatch:
    """Whole lines of a file of JSON objects, one of whose fields holds the text.

    Args:
        data: The bytes.
        path, start: The file, and the offset of the data in its unpacked bytes.
        field: The name of the field.
        lines_before: Returns how many lines the file has before an offset; called for errors only.
    """

    def __init__(
        self, data: bytes, path: str, start: int, field: str, lines_before: Callable[[int], int]
    ) -> None:
        self.data = data
        self.path = path
        self.start = start
        self.end = start + len(data)
        self.field = field
        self.lines_before = lines_before

    def count(self, counter: WordCounter) -> None:
        """Have the words of each object's text counted."""
        texts, numbers = [], []
        for number, line in enumerate(self.data.split(b"\n")):
            if line and not line.isspace():
                texts.append(self._text(line, number))
                numbers.append(number)
        _count_texts(counter, texts, lambda i: self._place(numbers[i]))

    def _place(self, number: int) -> str:
        return f"{self.path}:{self.lines_before(self.start) + number + 1}"

    def _text(self, line: bytes, number: int) -> str:
        try:
            text = json.loads(line)[self.field]
        except (ValueError, KeyError, TypeError, IndexError) as error:
            what = (
                f"no field {self.field!r}"
                if isinstance(error, KeyError)
                else f"not a JSON object: {error}"
            )
            raise ValueError(f"{self._place(number)}: {what}") from None
        if not isinstance(text, str):
            raise ValueError(
                f"{self._place(number)}: field {self.field!r} must be a string,"
                f" got {type(text).__name__}"
            )
        return text


class StrBatch:
    """Several items of an iterable of str.

    Args:
        texts: The texts.
        start: The number of the first.
    """

    def __init__(self, texts: list[Any], start: int) -> None:
        self.texts = texts
        self.start = start
        self.end = start + len(texts)

    def count(self, counter: WordCounter) -> None:
        """Have the words of each text counted."""
        _count_texts(counter, self.texts, lambda i: f"item {self.start + i}")


class ArrowBatch:
    """ArrowBatch of a column of strings, in Arrow's buffers.

    Args:
        chunk: An Arrow array of strings (of 32 or 64 bit offsets) without nulls.
        path, start: The file, and the number of the first row there.
    """

    def __init__(self, chunk: Any, path: str, start: int) -> None:
        self.chunk = chunk
        self.path = path
        self.start = start
        self.end = start + len(chunk)

    def count(self, counter: WordCounter) -> None:
        """Have the words of each row counted."""
        _, offsets, data = self.chunk.buffers()
        if not len(self.chunk):
            return
        rows = np.frombuffer(data or b"", np.uint8)
        places = np.frombuffer(offsets, np.uint8)
        wide = str(self.chunk.type) == "large_string"
        try:
            counter.count_rows(rows, places, wide, self.chunk.offset, len(self.chunk))
        except ValueError as error:
            if len(error.args) != 2:
                raise
            raise ValueError(
                f"{self.path}: row {self.start + error.args[1]}: {error.args[0]}"
            ) from None


Batch = LineBatch | JsonBatch | StrBatch | ArrowBatch


def _count_texts(counter: WordCounter, texts: list[Any], place: Callable[[int], str]) -> None:
    """Count texts; an error names the `place` of the text with its number."""
    try:
        counter.count_texts(texts)
    except (TypeError, ValueError) as error:
        if len(error.args) < 2:
            raise
        message, number, *more = error.args
        at = f" at character {more[0]}" if more else ""
        raise type(error)(f"{place(number)}: {message}{at}") from None
