r"""The characters before which a match of a pattern may begin."""

from __future__ import annotations

from typing import NamedTuple

from subword._regex import charsets as sets
from subword._regex.tree import (
    Alternate,
    Atomic,
    Chars,
    CharSet,
    Concat,
    Edge,
    Group,
    Keep,
    Look,
    Node,
    Reference,
    Repeat,
)

ALL: CharSet = ((0, sets.LAST),)


class First(NamedTuple):
    """What may come next where a node begins to match.

    Attributes:
        chars: The characters that it may take first.
        passes: Whether it may match without taking one.
        wanted: Then the next character must be one of these, if there is one.
    """

    chars: CharSet
    passes: bool = False
    wanted: CharSet = ALL

    def next(self) -> CharSet:
        """Return the characters before which the node may match."""
        return _union(self.chars, self.wanted) if self.passes else self.chars


def first_chars(tree: Node) -> CharSet:
    r"""Return the characters before which a pattern may match; perhaps too many, never too few.

    At the end of a text, where no character comes, it may match in any case.

    >>> from subword._regex.parser import parse
    >>> first_chars(parse(r"(?=b|c)[ab]"))
    ((98, 98),)
    """
    return _first(tree).next()


def _first(node: Node) -> First:
    match node:
        case Chars(chars):
            return First(chars)
        case Concat(parts):
            return _first_of_run(parts)
        case Alternate(branches):
            firsts = [_first(branch) for branch in branches]
            passing = [first.wanted for first in firsts if first.passes]
            return First(_union(*(f.chars for f in firsts)), bool(passing), _union(*passing))
        case Repeat(inner, least):
            first = _first(inner)
            return first if least else First(first.chars, True)
        case Atomic(inner) | Group(inner):
            return _first(inner)
        case Edge(True, chars):
            return First((), True, chars)
        case Look(inner, True, False):
            return First((), True, _first(inner).next())
        case Reference():
            return First(ALL, True)
        case Edge() | Look() | Keep():
            return First((), True)
    raise TypeError(f"not a node of a pattern: {node!r}")


def _first_of_run(parts: tuple[Node, ...]) -> First:
    """Return what may come next where nodes match one after the other."""
    chars: CharSet = ()
    wanted = ALL
    for part in parts:
        first = _first(part)
        chars = _union(chars, _common(first.chars, wanted))
        if not first.passes:
            return First(chars)
        wanted = _common(wanted, first.wanted)
    return First(chars, True, wanted)


def _union(*charsets: CharSet) -> CharSet:
    return tuple(sets.union(*map(list, charsets)))


def _common(a: CharSet, b: CharSet) -> CharSet:
    return tuple(sets.intersection(list(a), list(b)))
