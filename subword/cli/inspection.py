"""Tokens to look at: in colour over the text, as a table of ids and offsets, as an HTML page."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from typing import TextIO

from subword.results.encoding import Encoding
from subword.results.html import encoding_html

# Backgrounds from the terminal's 256 colours that keep black letters readable, and neighbours
# apart.
BACKGROUNDS = (223, 157, 123, 219, 229, 147)
PLAIN = 252
RESET = "\x1b[0m"
PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><title>subword</title></head>
<body>
{}
</body></html>
"""


def shows_colour(file: TextIO) -> bool:
    """Whether to use colours: on a terminal, unless NO_COLOR is set (no-color.org)."""
    return file.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def visible(text: str) -> str:
    r"""Return text with control characters replaced by their pictures, safe for a terminal.

    >>> visible("a\tb\x1b[0m")
    'a␉b␛[0m'
    """
    return "".join(
        [_picture(c) if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text]
    )


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\ufffd"


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes, about."""
    return sum(
        0
        if unicodedata.combining(c) or unicodedata.category(c) == "Cf"
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def painted(text: str, colour: int) -> str:
    """Return text on a coloured background."""
    return f"\x1b[48;5;{colour};38;5;16m{text}{RESET}"


def boxes(encoding: Encoding, size: int, sequence: int) -> Iterator[tuple[int, int, int | None]]:
    """Cut a text of `size` characters where tokens begin.

    Tokens that share a character (one of several bytes) share a box; what no token covers has a
    box without one.

    Yields:
        (start, end, index of the first token or None), without gaps, in characters.
    """
    done = begin = 0
    owner: int | None = None
    for token_index, ((start, end), token_sequence) in enumerate(
        zip(encoding.offsets, encoding.sequence_ids, strict=True)
    ):
        if token_sequence != sequence or start == end:
            continue
        if start >= done:
            if done > begin:
                yield begin, done, owner
            if start > done:
                yield done, start, None
            begin, owner = start, token_index
        done = max(done, end)
    if done > begin:
        yield begin, done, owner
    if size > done:
        yield done, size, None


def coloured(encoding: Encoding, text: str, sequence: int) -> str:
    """Return the text with the tokens of one sequence in the colours of the table."""
    parts = []
    for start, end, owner in boxes(encoding, len(text), sequence):
        for i, line in enumerate(text[start:end].split("\n")):
            if i:
                parts.append((painted("⏎", _colour(owner)) if owner is not None else "") + "\n")
            if line:
                parts.append(
                    visible(line) if owner is None else painted(visible(line), _colour(owner))
                )
    return "".join(parts)


def _colour(token_index: int) -> int:
    return BACKGROUNDS[token_index % len(BACKGROUNDS)]


def table(encoding: Encoding, text: str, pair: str | None, colour: bool) -> str:
    """Return a line for each token of a text or pair: id, token, characters, text.

    Args:
        encoding: The encoding of the texts.
        text: What was encoded.
        pair: The second text of a pair.
        colour: Paint the tokens, and show the text in the same colours above.
    """
    texts = [text] if pair is None else [text, pair]
    tokens = [visible(token) for token in encoding.tokens]
    spans = [f"{start}-{end}" for start, end in encoding.offsets]
    columns = (
        max(map(len, map(str, encoding.ids)), default=0),
        max(map(width, tokens), default=0),
        max(map(len, spans), default=0),
    )
    lines = [coloured(encoding, one, i) + "\n" for i, one in enumerate(texts)] if colour else []
    rows = zip(encoding.ids, tokens, spans, encoding.offsets, encoding.sequence_ids, strict=True)
    for token_index, (id_, token, span, (start, end), sequence) in enumerate(rows):
        ground = PLAIN if sequence is None else _colour(token_index)
        shown = painted(token, ground) if colour else token
        padding = " " * (columns[1] - width(token))
        covered = "" if sequence is None else visible(texts[sequence][start:end])
        span = "" if sequence is None else span
        lines.append(
            f"{id_:>{columns[0]}}  {shown}{padding}  {span:>{columns[2]}}  {covered}".rstrip()
            + "\n"
        )
    characters = sum(map(len, texts))
    words = len(
        {
            (w, s)
            for w, s in zip(encoding.word_ids, encoding.sequence_ids, strict=True)
            if w is not None
        }
    )
    lines.append(f"{len(encoding)} tokens, {words} words, {characters} characters\n")
    return "".join(lines)


def page(encoding: Encoding, text: str, pair: str | None) -> str:
    """Return an HTML page that shows the tokens over the text, and every token on its own."""
    parts = (
        [encoding._repr_html_()]
        if pair is not None
        else [encoding_html(encoding, text), encoding._repr_html_()]
    )
    return PAGE.format("\n<hr>\n".join(parts))
