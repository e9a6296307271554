"""Text files as lines of characters; what cannot be decoded is named with its file and line."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from subword.file_access import standard_input

# Byte order marks, the longest first, and what they announce.
MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ENCODED_SURROGATE = re.compile(rb"\xed[\xa0-\xbf]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")


def read_lines(path: str | Path) -> Iterator[str]:
    """Yield the lines of a file without their ends, and without a byte order mark.

    A line ends at a line feed, with or without a carriage return before it; other line separators
    of Unicode belong to the text. UTF-16 and UTF-32 are read where a byte order mark announces
    them; every other file must be UTF-8.

    Args:
        path: The file; "-" is the standard input.

    Yields:
        Its lines, without holding more than one of them.

    Raises:
        ValueError: If a line is not UTF-8; the message names file and line, and the encoding its
            bytes look like.
        OSError: If the file cannot be read.
    """
    if str(path) == "-":
        stream = standard_input()
        source = getattr(stream, "buffer", None)
        if source is None:  # a stream that somebody put in its place
            yield from (line.rstrip("\r\n") for line in stream)
            return
        yield from _decoded(source, "standard input")
        return
    with open(path, "rb") as file:
        yield from _decoded(file, str(path))


def read_text(path: str | Path) -> str:
    """Read a file whole; see `read_lines`."""
    return "\n".join(read_lines(path))


def refuse_surrogates(text: str, where: str) -> None:
    """Refuse half of a pair of surrogates, which an escape of JSON can make.

    Raises:
        ValueError: If the text has one.
    """
    if not text.isascii() and (found := _SURROGATE.search(text)):
        raise ValueError(
            f"{where}: a text must be whole characters, got the lone surrogate "
            f"{found[0]!a} at character {found.start()}"
        )


def _decoded(file: Iterable[bytes], name: str) -> Iterator[str]:
    lines = iter(file)
    first = next(lines, b"")
    encoding = next((encoding for mark, encoding in MARKS if first.startswith(mark)), "utf-8")
    if encoding.startswith(("utf-16", "utf-32")):
        whole = first + b"".join(lines)  # a line feed is more than one byte here
        try:
            text = whole.decode(encoding)
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{name}: the file must be {encoding}, as its mark says: {error}"
            ) from error
        yield from (line.rstrip("\r\n") for line in io.StringIO(text, newline="\n"))
        return
    if b"\r" in first and not first.endswith(b"\n"):  # as old programs of Apple wrote lines
        lines = iter([part + b"\n" for part in first.split(b"\r")])
        first = next(lines)
    number, raw = 1, first.removeprefix(codecs.BOM_UTF8)
    while raw or number == 1:
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{name}: the file must be UTF-8, but {name}:{number} has "
                f"{_what_is_wrong(raw, error)}"
            ) from error
        if raw:
            yield line.rstrip("\r\n")
        number, raw = number + 1, next(lines, b"")


def _what_is_wrong(raw: bytes, error: UnicodeDecodeError) -> str:
    byte = f"byte 0x{raw[error.start]:02x} at byte {error.start + 1} of the line"
    if _ENCODED_SURROGATE.match(raw, error.start):
        return f"{byte} begins a lone surrogate, which is no character"
    if b"\0" in raw:
        return f"{byte}; with zero bytes as here it may be UTF-16 without a byte order mark"
    for encoding in ("cp949", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252" or _HANGUL.search(text):
            return f"{byte}; it looks like {encoding.upper()}: iconv -f {encoding.upper()} -t UTF-8"
    return byte
