"""Regexes of tokenizer files, which Split and Replace search: compile them and find matches.

The engine is the `regex` package from PyPI, an optional dependency. A pattern means what it means
to Hugging Face's `tokenizers`: `translate` translates its dialect (Oniguruma) and its version of
Unicode.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Protocol

from subword._regex.translate import Translator


class Match(Protocol):
    """The result of a search."""

    def span(self) -> tuple[int, int]:
        """Return where the match starts and ends, in characters."""


class Pattern(Protocol):
    """A compiled pattern."""

    def search(self, text: str, start: int = 0) -> Match | None:
        """Return the first match at or after a character of the text."""

    def sub(self, replace: Callable[[object], str], text: str) -> str:
        """Return the text with each match replaced by the result of `replace`."""


@dataclass(frozen=True)
class Regex:
    """A pattern, as opposed to a literal string.

    Args:
        pattern: A regex in the dialect of tokenizer files.
    """

    pattern: str


def translate(pattern: str) -> str:
    r"""Translate a regex of a tokenizer file into the syntax of the `regex` package.

    Args:
        pattern: The regex, in Oniguruma's dialect.

    Returns:
        An equivalent regex in which every class is a list of ranges.

    Raises:
        ValueError: The pattern is wrong, or holds something that cannot be translated; the message
            names the position.

    >>> translate(r"(?i:'s)|\h{2}+")
    "(?:\\x27[Ss\\u017f])|(?:(?:[0-9A-Fa-f]){2})+"
    """
    translator = Translator(pattern)
    text = translator.translate()
    if translator.names and translator.groups:
        text = Translator(pattern, capture_plain=False).translate()
    return text


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Pattern:
    """Compile a regex of a tokenizer file. Equal patterns share one compiled object.

    Args:
        pattern: The regex, in Oniguruma's dialect.

    Returns:
        An object whose `search(text, start)` finds the matches of the reference's engine. Use
        `find_spans` for all matches.

    Raises:
        ImportError: The `regex` package is not installed.
        ValueError: The pattern is wrong, or holds something that cannot be translated.
    """
    text = translate(pattern)
    try:
        engine = import_module("regex")
    except ImportError:
        raise ImportError(
            f"the pattern {pattern!r} needs the package 'regex': pip install 'subword[regex]'"
        ) from None
    try:
        compiled: Pattern = engine.compile(text, engine.VERSION0)
    except engine.error as error:
        raise ValueError(f"cannot translate the pattern {pattern!r}: {error}") from None
    return compiled


def find_spans(compiled: Pattern, text: str) -> Iterator[tuple[int, int]]:
    """Yield the matches of a pattern from left to right, none overlapping another.

    An empty match directly after another match does not count; the search continues after the next
    character.

    Args:
        compiled: What `compile_pattern` returned.
        text: The text to search; lookahead and lookbehind see all of it.

    Yields:
        (start, end) of each match, in characters.
    """
    pos, last = 0, -1
    while pos <= len(text):
        match = compiled.search(text, pos)
        if match is None:
            return
        start, end = match.span()
        if start == end == last:
            pos = end + 1
            continue
        yield start, end
        pos = last = end
