"""Raw text files as documents and sentences."""

import collections
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from bert_min.text.decoded_lines import read_lines
from bert_min.text.lists import check_several
from bert_min.text.text_files import has_fields, read_texts

# A sentence ends at . ! ? or an ellipsis (and the CJK forms), with closing quotes or brackets.
_SENTENCE_END = re.compile(r"(?:[.!?…]+[\"')\]”’»]*(?=\s)|[。！？]+[」』”’）]*)\s*")
_CHARS_AT_ONCE = 1 << 20


def split_sentences(text: str) -> list[str]:
    r"""Cut a text at line ends and after . ! ? … 。 with what closes a quotation.

    A rule of thumb that needs no language: an abbreviation ends a "sentence" too, which costs
    nothing here, where sentences only say where a text may be cut in two.

    Args:
        text: Any text.

    Returns:
        The sentences without surrounding white space; none of them is empty.

    Example:
        >>> split_sentences('He said "Stop!" Then he left.\nNobody saw it.')
        ['He said "Stop!"', 'Then he left.', 'Nobody saw it.']
    """
    found = []
    for line in text.splitlines():
        start = 0
        for end in _SENTENCE_END.finditer(line):
            found.append(line[start : end.end()].strip())
            start = end.end()
        found.append(line[start:].strip())
    return [sentence for sentence in found if sentence]


def read_documents(
    paths: Iterable[str | Path], separator: str | None = None
) -> Iterator[list[str]]:
    """Read text files document by document, without holding a file in memory.

    Args:
        paths: UTF-8 text files, or tables of texts (see `read_texts`), each text a document. A
            document never continues in the next file.
        separator: What separates two documents, such as ``<|endoftext|>``; None for blank
            lines.

    Yields:
        The sentences of each document that has any.

    Raises:
        ValueError: If a file is not UTF-8, a table has no texts, or the separator is empty.
        OSError: If a file cannot be read.
    """
    check_several("paths", paths)
    if separator == "":
        raise ValueError("separator must not be empty; None stands for blank lines")
    for path in paths:
        if has_fields(path):
            for text in read_texts([str(path)]):
                parts = [text] if separator is None else text.split(separator)
                yield from filter(None, map(split_sentences, parts))
            continue
        try:
            with Path(path).open(encoding="utf-8-sig") as file:
                texts = (
                    _between_blank_lines(file)
                    if separator is None
                    else _between_separators(file, separator)
                )
                yield from filter(None, map(split_sentences, texts))
        except UnicodeDecodeError as error:
            raise ValueError(f"{path}: text must be UTF-8: {_broken_line(path, error)}") from error


def _broken_line(path: str | Path, error: UnicodeDecodeError) -> ValueError:
    """What is wrong with a file, with the line if it can be read once more."""
    if Path(path).is_file():
        try:
            collections.deque(read_lines(path), maxlen=0)
        except ValueError as found:
            return found
    return error


def _between_blank_lines(file: TextIO) -> Iterator[str]:
    lines: list[str] = []
    for line in file:
        if line.isspace():
            yield "".join(lines)
            lines = []
        else:
            lines.append(line)
    yield "".join(lines)


def _between_separators(file: TextIO, separator: str) -> Iterator[str]:
    open_parts: list[str] = []
    carry = ""  # the end of the last chunk, where a separator may have begun
    while chunk := file.read(_CHARS_AT_ONCE):
        *closed, last = (carry + chunk).split(separator)
        for part in closed:
            yield "".join((*open_parts, part))
            open_parts = []
        known = max(len(last) - len(separator) + 1, 0)
        open_parts.append(last[:known])
        carry = last[known:]
    yield "".join((*open_parts, carry))
