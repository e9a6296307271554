"""Words and characters of raw text, cut as the words of tagged corpora are."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

# What parts words and belongs to none: white space, control characters, zero width spaces.
_SOLID = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\u200b\ufeff\u2060]+")
_ABBREVIATION = re.compile(r"(?:[^\W\d_]{1,2}\.){2,}")
_ZWJ = "\u200d"
# Han, Hiragana and Bopomofo: their words are not parted, so that each character is one.
_IDEOGRAPH = re.compile("[\u2e80-\u3007\u3021-\u309f\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff"
                        "\uf900-\ufaff\U00020000-\U0003ffff]")  # fmt: skip


class Span(NamedTuple):
    """Characters start to stop (excluded) of a text."""

    start: int
    stop: int


def split_words(text: str) -> list[Span]:
    """Cut a text into words: at white space, then what is punctuation at the edges of each part.

    Inside of a part punctuation stays ("14.2", "AT&T", "Don't"), as do the stops of an abbreviation
    ("U.S.", and an initial that another word follows) and repeated stops and hyphens ("...").
    Brackets, double quotes, emoji, ideographs, and wide punctuation, as of Chinese, are words of
    their own everywhere. Combining marks and joined emoji belong to the character they stand on.

    Args:
        text: Any text.

    Returns:
        The words in order.

    Example:
        >>> text = "(The U.S. paid $14.2 for it.)"
        >>> [text[a:b] for a, b in split_words(text)]
        ['(', 'The', 'U.S.', 'paid', '$', '14.2', 'for', 'it', '.', ')']
    """
    words: list[Span] = []
    for solid in _SOLID.finditer(text):
        run: list[Span] = []  # characters that may be one word
        for character in characters(text, *solid.span()):
            if _stands_alone(text[character.start]):
                words += _peel(text, run, at_end=False)
                words.append(character)
                run = []
            else:
                run.append(character)
        words += _peel(text, run, at_end=not text[solid.end() :].strip())
    return words


def split_characters(text: str) -> list[Span]:
    """Cut a text into its characters, white space left out; marks belong to their letter.

    Example:
        >>> split_characters("e\u0301 a")
        [Span(start=0, stop=2), Span(start=3, stop=4)]
    """
    return [c for solid in _SOLID.finditer(text) for c in characters(text, *solid.span())]


def characters(text: str, start: int, stop: int) -> Iterator[Span]:
    """Yield what a reader takes for one character: a letter with its marks, a joined emoji, a flag.

    Args:
        text: Any text.
        start: Where to begin.
        stop: Where to end.

    Yields:
        The characters; together they are text[start:stop].
    """
    while start < stop:
        end = start + 1
        if _is_regional(text[start]) and end < stop and _is_regional(text[end]):
            end += 1  # two letters are a flag
        while end < stop and _extends(text[end]):
            joins = text[end] == _ZWJ and end + 1 < stop
            end += 1
            if joins and unicodedata.category(text[end]) == "So":
                end += 1
        yield Span(start, end)
        start = end


def _extends(c: str) -> bool:
    return (
        unicodedata.category(c)[0] == "M"
        or c in "\u200c\u200d"
        or "\U0001f3fb" <= c <= "\U0001f3ff"  # colours of skin
        or "\U000e0020" <= c <= "\U000e007f"  # tags, of regional flags
        or "\u1160" <= c <= "\u11ff"  # vowels and finals of decomposed Hangul
    )


def _is_regional(c: str) -> bool:
    return "\U0001f1e6" <= c <= "\U0001f1ff"


def _is_letter(c: str) -> bool:
    return unicodedata.category(c)[0] in "LNMC"


def _stands_alone(c: str) -> bool:
    category = unicodedata.category(c)
    if c == '"' or category in ("Ps", "Pe", "Pi") or (category == "Pf" and c != "’"):
        return True
    if c.isascii():
        return False
    if category == "So" or _IDEOGRAPH.match(c):
        return True
    return category[0] in "PS" and unicodedata.east_asian_width(c) in "WF"


def _peel(text: str, run: list[Span], *, at_end: bool) -> list[Span]:
    """Part the punctuation at the edges of a run of characters from the word inside of it."""
    first, last = 0, len(run)
    while first < last and not _is_letter(text[run[first].start]):
        first += 1
    while last > first and not _is_letter(text[run[last - 1].start]):
        last -= 1
    if first < last < len(run) and text[run[last].start] == ".":
        word = text[run[first].start : run[last].stop]
        is_initial = len(word) == 2 and word[0].isupper() and not at_end
        if _ABBREVIATION.fullmatch(word) or (is_initial and last + 1 == len(run)):
            last += 1
    inside = [Span(run[first].start, run[last - 1].stop)] if first < last else []
    return [*_marks(text, run[:first]), *inside, *_marks(text, run[last:])]


def _marks(text: str, run: list[Span]) -> list[Span]:
    """Each a word of its own, but for repeated stops and hyphens."""
    found: list[Span] = []
    for span in run:
        mark = text[span.start : span.stop]
        if found and mark in ".-" and text[found[-1].start : found[-1].stop].strip(mark) == "":
            found[-1] = Span(found[-1].start, span.stop)
        else:
            found.append(span)
    return found
