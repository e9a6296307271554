r"""Which neighbouring characters a pattern may join in one match: where a text may be cut first.

Between two characters that no match holds next to each other, and whose look-around would see the
same at the edge of a text, the matches of a text are those of its two parts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from subword._core import unicode
from subword._core.cuts import OTHER, Cuts
from subword._regex import charsets as sets
from subword._regex.simplify import can_be_empty
from subword._regex.tree import (
    Alternate,
    Atomic,
    Chars,
    CharSet,
    Concat,
    Edge,
    Group,
    Node,
    Repeat,
)

START = 1 << 300  # as a character before: the match begins here


class NotKnownError(Exception):
    """The pattern holds something about which nothing is known here."""


@dataclass
class Joints:
    """What a walk through a tree finds; characters are bits of an int.

    Attributes:
        extra: Characters other than ASCII that have bits of their own, from 129 on.
        joined: For each character, those that may stand before it in a match, or that make a
            difference for look-around.
    """

    extra: tuple[str, ...]
    joined: list[int] = field(init=False)
    _masks: dict[CharSet, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with nothing joined."""
        self.joined = [0] * (129 + len(self.extra))

    def bit(self, char: str) -> int:
        """Return the index of a character's bit."""
        return ord(char) if char.isascii() else 129 + self.extra.index(char)

    def mask(self, chars: CharSet) -> int:
        """Return the characters of a set; OTHER if it holds any other that is no white space."""
        if chars not in self._masks:
            found = 0
            for first, last in chars:
                if first < 128:
                    found |= (1 << (min(last, 127) + 1)) - (1 << first)
            for i, char in enumerate(self.extra):
                found |= sets.contains(list(chars), ord(char)) << (129 + i)
            if sets.intersection(list(chars), list(others())):
                found |= 1 << OTHER
            self._masks[chars] = found
        return self._masks[chars]

    def join(self, before: int, behind: int) -> None:
        """Add that any of `before` may stand before any of `behind`."""
        before &= ~START
        for i in range(len(self.joined)):
            if behind >> i & 1:
                self.joined[i] |= before

    def walk(self, node: Node, before: int) -> int:
        """Walk through a node; return the characters that may stand before what follows it.

        Args:
            node: A part of the pattern.
            before: The characters that the match may have consumed last.

        Raises:
            NotKnownError: The node is none of those below.
        """
        match node:
            case Chars(chars):
                self.join(before, self.mask(chars))
                return self.mask(chars)
            case Concat(parts):
                for part in parts:
                    before = self.walk(part, before)
                return before
            case Alternate(branches):
                found = 0
                for branch in branches:
                    found |= self.walk(branch, before)
                return found
            case Repeat(inner, least, most):
                found = self.walk(inner, before)
                if most is None or most > 1:
                    found |= self.walk(inner, found)
                return found if least else found | before
            case Atomic(inner) | Group(inner):
                return self.walk(inner, before)
            case Edge(ahead, chars, at_edge):
                everything = (1 << len(self.joined)) - 1
                other_than = everything & ~self.mask(chars) | 1 << OTHER
                differs = other_than if at_edge else self.mask(chars)
                if ahead:
                    self.join(before, differs)
                elif before & START:
                    self.join(differs, everything)
                return before
        raise NotKnownError


_OTHERS: list[tuple[tuple[int, int], ...]] = []


def others() -> CharSet:
    """Return the characters that are neither ASCII nor white space."""
    if not _OTHERS:
        spaces = unicode.ranges("scan_space")
        _OTHERS.append(tuple(sets.intersection([(128, sets.LAST)], sets.complement(spaces))))
    return _OTHERS[0]


def singles(node: Node) -> sets.Ranges:
    """Return characters each of which the node matches, whatever stands around it."""
    match node:
        case Chars(chars):
            return list(chars)
        case Alternate(branches):
            return sets.union(*map(singles, branches))
        case Repeat(inner, least):
            return singles(inner) if least <= 1 else []
        case Atomic(inner) | Group(inner):
            return singles(inner)
        case Concat(parts):
            needed = [part for part in parts if not _may_be_left_out(part)]
            if not needed:
                return sets.union(*map(singles, parts))
            return singles(needed[0]) if len(needed) == 1 else []
    return []


def _may_be_left_out(node: Node) -> bool:
    return isinstance(node, Repeat) and node.least == 0 and node.kind == "greedy"


def characters(node: Node) -> sets.Ranges:
    """Return the characters that a match may hold.

    Raises:
        NotKnownError: The node looks at characters that it does not match, or may match nothing.
    """
    match node:
        case Chars(chars):
            return list(chars)
        case Concat(nodes) | Alternate(nodes):
            return sets.union(*map(characters, nodes))
        case Repeat(inner) | Atomic(inner) | Group(inner):
            return characters(inner)
    raise NotKnownError


def limit_to_matches(cuts: Cuts, tree: Node, behavior: str, invert: bool) -> None:
    """Limit cuts to those that a pre-tokenizer keeps that splits at the matches of a pattern.

    Args:
        cuts: The cuts so far.
        tree: The pattern in normal form.
        behavior: What becomes of the matches, one of `BEHAVIORS`.
        invert: Whether that becomes of the text between the matches instead.
    """
    extra = tuple(sorted({c for forms in cuts.behind for c in forms if not c.isascii()}))
    joints = Joints(extra)
    try:
        joints.walk(tree, START)
    except NotKnownError:
        cuts.keep_ended()
        return
    if can_be_empty(tree):
        cuts.keep_ended()
        return
    joined = np.zeros((129, 128), np.bool_)
    for column, forms in enumerate(cuts.behind):
        bits = 0
        for char in forms:
            bits |= joints.joined[joints.bit(char)]
        packed = np.frombuffer((bits & ((1 << 129) - 1)).to_bytes(17, "little"), np.uint8)
        joined[:, column] = np.unpackbits(packed, count=129, bitorder="little")
    cuts.keep(~(cuts.forms_before() @ joined))
    single = singles(tree)
    inside = cuts.before_rows(True, lambda char: sets.contains(single, ord(char)))[:, None]
    inside[OTHER] = not sets.intersection(list(others()), sets.complement(single)) and all(
        sets.contains(single, ord(char)) for char in cuts.before[OTHER]
    )
    follows = cuts.behind_columns(True, lambda char: sets.contains(single, ord(char)))[None, :]
    if behavior in ("isolated", "removed"):
        cuts.end(inside | follows)
    elif not invert and behavior == "merged_with_previous":
        cuts.end(np.broadcast_to(inside, (129, 128)))
    elif not invert and behavior == "merged_with_next":
        cuts.end(np.broadcast_to(follows, (129, 128)))
