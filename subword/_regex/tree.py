"""The tree of a pattern: what the parser makes, what is simplified, and what becomes a program.

A node is one of the classes below; all are immutable and compare by value, so that two spellings of
one pattern can be recognised as equal.
"""

from __future__ import annotations

from typing import Literal

from subword._core.records import record

# Sorted (first, last) pairs of code points, both inclusive.
CharSet = tuple[tuple[int, int], ...]
Kind = Literal["greedy", "lazy", "possessive"]


@record
class Chars:
    """One character of a set."""

    chars: CharSet


@record
class Edge:
    """A condition on one neighbouring character; it consumes nothing.

    Attributes:
        ahead: Whether it looks at the next character; else at the one before.
        chars: The characters that satisfy it.
        at_edge: Whether the edge of the text, where there is no such character, satisfies it.
    """

    ahead: bool
    chars: CharSet
    at_edge: bool


@record
class Concat:
    """One node after the other."""

    parts: tuple[Node, ...]


@record
class Alternate:
    """The first branch with which the whole pattern matches."""

    branches: tuple[Node, ...]


@record
class Repeat:
    """A node several times; `most` is None if there is no limit.

    Greedy tries more before fewer, lazy fewer before more; possessive gives nothing back.
    """

    node: Node
    least: int
    most: int | None
    kind: Kind = "greedy"


@record
class Atomic:
    """A node that is not entered again once it has matched: (?>...)."""

    node: Node


@record
class Look:
    """A condition on the text ahead of a position or behind it; it consumes nothing."""

    node: Node
    ahead: bool
    negated: bool


@record
class Group:
    """A node whose match a `Reference` with the same key repeats."""

    node: Node
    key: int | str


@record
class Reference:
    """The text that a group has matched."""

    key: int | str


@record
class Keep:
    r"""The match begins here instead: \K."""


Node = Chars | Edge | Concat | Alternate | Repeat | Atomic | Look | Group | Reference | Keep

EMPTY = Concat(())


def concat(*parts: Node) -> Node:
    """Return the parts one after the other, as few nodes as possible.

    >>> concat(EMPTY, Chars(((97, 97),)))
    Chars(chars=((97, 97),))
    """
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Concat) else [part])
    return flat[0] if len(flat) == 1 else Concat(tuple(flat))


def alternate(*branches: Node) -> Node:
    """Return the branches as one node; those of a branch that is an alternation join in."""
    flat: list[Node] = []
    for branch in branches:
        flat.extend(branch.branches if isinstance(branch, Alternate) else [branch])
    return flat[0] if len(flat) == 1 else Alternate(tuple(flat))
