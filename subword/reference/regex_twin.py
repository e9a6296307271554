"""The matches of a regex, found by the `regex` package: the twin of the engines in `_regex`.

The tree of the pattern is written in the syntax of that package. Its engine backtracks, and knows
nothing of the normal form of trees, of programs and automata.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module

from subword._regex.parser import parse
from subword._regex.tree import (
    Alternate,
    Atomic,
    Chars,
    CharSet,
    Concat,
    Edge,
    Group,
    Look,
    Node,
    Reference,
    Repeat,
)

SUFFIX = {"greedy": "", "lazy": "?", "possessive": "+"}
LOOK = {(True, False): "?=", (True, True): "?!", (False, False): "?<=", (False, True): "?<!"}


def spell(node: Node) -> str:
    """Return a tree as a pattern of the `regex` package."""
    match node:
        case Chars(chars):
            return charset(chars)
        case Edge(ahead, chars, at_edge):
            edge = r"\Z" if ahead else r"\A"
            char = f"({LOOK[ahead, False]}{charset(chars)})"
            return f"(?:{char}|{edge})" if at_edge else char
        case Concat(parts):
            return "".join(map(spell, parts))
        case Alternate(branches):
            return f"(?:{'|'.join(map(spell, branches))})"
        case Repeat(inner, least, most, kind):
            limits = f"{{{least},{'' if most is None else most}}}"
            return f"(?:{spell(inner)}){limits}{SUFFIX[kind]}"
        case Atomic(inner):
            return f"(?>{spell(inner)})"
        case Look(inner, ahead, negated):
            return f"({LOOK[ahead, negated]}{spell(inner)})"
        case Group(inner, key):
            return f"({spell(inner)})" if isinstance(key, int) else f"(?P<{key}>{spell(inner)})"
        case Reference(key):
            return f"(?:\\{key})" if isinstance(key, int) else f"(?P={key})"
    return r"\K"


def charset(chars: CharSet) -> str:
    """Return the class that matches exactly a set.

    The engine tries the ranges in turn, so ASCII comes first and then the largest ones.
    """
    pairs = sorted(
        chars, key=lambda pair: (pair[0] > 127, pair[0] - pair[1] if pair[0] > 127 else 0)
    )
    if not pairs:
        return r"[^\x00-\U0010ffff]"
    return "[" + "".join(f"{escape(a)}-{escape(b)}" for a, b in pairs) + "]"


def escape(code: int) -> str:
    """Return a code point in a form that may stand anywhere in a pattern."""
    return f"\\U{code:08x}"


@lru_cache(maxsize=256)
def searcher(pattern: str) -> Callable[[str, int], tuple[int, int] | None]:
    """Return a function that finds the first match at or after a character of a text."""
    engine = import_module("regex")
    compiled = engine.compile(spell(parse(pattern)), engine.VERSION0)

    def search(text: str, start: int) -> tuple[int, int] | None:
        match = compiled.search(text, start)
        return match.span() if match else None

    return search


def find_spans(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield the matches of a pattern from left to right, none overlapping another.

    An empty match directly after another match does not count; the search continues after the next
    character.

    Args:
        pattern: The regex, in Oniguruma's dialect.
        text: The text to search; look-around sees all of it.

    Yields:
        (start, end) of each match, in characters.

    Raises:
        ImportError: The `regex` package is not installed.
        ValueError: The pattern is wrong, or holds something that is not supported.
    """
    search = searcher(pattern)
    pos, last = 0, -1
    while pos <= len(text):
        span = search(text, pos)
        if span is None:
            return
        if span == (last, last):
            pos = last + 1
            continue
        yield span
        pos = last = span[1]
