"""Splits one after the other as one pattern, so that one pass finds the words of all.

The first splits at a class of characters, so each of its words holds characters of the class alone
or none. The next sees one such word at a time: of its pattern only the characters on that side may
match, and a character of the other side is to it the edge of the text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from subword._regex import charsets as sets
from subword._regex.automaton import Automaton
from subword._regex.boundaries import find_boundaries
from subword._regex.cutter import Cutter
from subword._regex.program import compile_tree
from subword._regex.simplify import simplify
from subword._regex.tree import (
    Alternate,
    Atomic,
    Chars,
    CharSet,
    Concat,
    Edge,
    Node,
    Repeat,
    concat,
)


class ClassSplit(NamedTuple):
    """A split at each character of a class.

    Attributes:
        chars: The class.
        runs: Neighbouring characters of the class stay together.
        removed: They are left out.
    """

    chars: CharSet
    runs: bool = False
    removed: bool = False

    def tree(self) -> Node:
        """Return the pattern whose matches are the words, those that are left out as well."""
        inside, outside = Chars(self.chars), Chars(complement(self.chars))
        return Alternate(
            (Repeat(inside, 1, None) if self.runs else inside, Repeat(outside, 1, None))
        )


class NotKnownError(Exception):
    """The pattern holds something about which nothing is known here."""


@lru_cache(maxsize=64)
def joined_cutter(classes: tuple[ClassSplit, ...], last: Node) -> Cutter | None:
    """Return what does several splits in one pass.

    Args:
        classes: The first ones, in order, and the last one too if it is one of these.
        last: The pattern of the last one, in normal form, whose matches must cover every text.

    Returns:
        None if one pass cannot do it.
    """
    try:
        tree = last
        for split in reversed(classes):
            tree = _behind(split, tree)
        removed = [split.chars for split in classes if split.removed]
        program = compile_tree(simplify(tree), "several splits", removed)
    except (NotKnownError, ValueError):
        return None
    kept = np.ones(program.classes.count, np.bool_)
    for lowest, highest in (pair for chars in removed for pair in chars):
        kept[program.classes.of(np.arange(lowest, highest + 1))] = False
    found = find_boundaries(Automaton(program), "isolated", False, kept if removed else None)
    return Cutter(found, program.classes) if found is not None and found.covers else None


def _behind(split: ClassSplit, tree: Node) -> Node:
    """Return the pattern of a split and another behind it."""
    inside: Node = Chars(split.chars)
    if split.runs:
        inside = _within(tree, split.chars)
    return Alternate((inside, _within(tree, complement(split.chars))))


def _within(node: Node, chars: CharSet) -> Node:
    """Return what a node matches in a text of certain characters, to which others are the edge."""
    match node:
        case Chars(own):
            return Chars(common(own, chars))
        case Edge(ahead, own, at_edge):
            edge = complement(chars) if at_edge else ()
            return Edge(ahead, union(common(own, chars), edge), at_edge)
        case Concat(parts):
            return concat(*(_within(part, chars) for part in parts))
        case Alternate(branches):
            return Alternate(tuple(_within(branch, chars) for branch in branches))
        case Repeat(inner, least, most, kind):
            return Repeat(_within(inner, chars), least, most, kind)
        case Atomic(inner):
            return Atomic(_within(inner, chars))
    raise NotKnownError


def complement(chars: CharSet) -> CharSet:
    """Return the characters that are not in a set."""
    return tuple(sets.complement(list(chars)))


def common(a: CharSet, b: CharSet) -> CharSet:
    """Return the characters that are in both sets."""
    return tuple(sets.intersection(list(a), list(b)))


def union(a: CharSet, b: CharSet) -> CharSet:
    """Return the characters that are in one of two sets."""
    return tuple(sets.union(list(a), list(b)))
