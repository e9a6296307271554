r"""References to groups of one character: written out, so that an automaton can run the pattern."""

from __future__ import annotations

from collections.abc import Callable

from subword._regex.tree import (
    Alternate,
    Atomic,
    Chars,
    CharSet,
    Concat,
    Group,
    Look,
    Node,
    Reference,
    Repeat,
    concat,
)

MOST_CHARS = 64  # of a group that is written out
MOST_NODES = 1000  # about, of what is written out


def references(node: Node) -> set[int | str]:
    """Return the keys of the groups that are referred to."""
    match node:
        case Reference(key):
            return {key}
        case Concat(nodes) | Alternate(nodes):
            return set().union(*map(references, nodes))
        case Repeat(inner) | Atomic(inner) | Look(inner) | Group(inner):
            return references(inner)
    return set()


def written_out(tree: Node) -> Node:
    r"""Return the tree in which no group of one character of a few is referred to.

    >>> from subword._regex.parser import parse
    >>> written_out(parse(r"([ab])\1")) == parse("aa|bb")
    True
    """
    written = tree
    for key in sorted(references(tree), key=str):
        written = _without_reference(written, key, _count(written, key))
    return tree if references(written) else written  # all, or an automaton cannot run it


def _size(chars: CharSet) -> int:
    return sum(last - first + 1 for first, last in chars)


def _weight(node: Node) -> int:
    """Return how many nodes a node is, each repetition that may be needed counted."""
    match node:
        case Concat(nodes) | Alternate(nodes):
            return sum(map(_weight, nodes))
        case Repeat(inner, least, most):
            return _weight(inner) * max(least + 1 if most is None else most, 1)
        case Atomic(inner) | Look(inner) | Group(inner):
            return _weight(inner)
    return 1


def _count(node: Node, key: int | str) -> int:
    """Return how often a node refers to a group."""
    match node:
        case Reference(other):
            return int(other == key)
        case Concat(nodes) | Alternate(nodes):
            return sum(_count(inner, key) for inner in nodes)
        case Repeat(inner) | Atomic(inner) | Look(inner) | Group(inner):
            return _count(inner, key)
    return 0


def _map(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return a node with each of the nodes directly in it changed."""
    match node:
        case Concat(parts):
            return concat(*map(change, parts))
        case Alternate(branches):
            return Alternate(tuple(map(change, branches)))
        case Repeat(inner, least, most, kind):
            return Repeat(change(inner), least, most, kind)
        case Atomic(inner):
            return Atomic(change(inner))
        case Look(inner, ahead, negated):
            return Look(change(inner), ahead, negated)
        case Group(inner, key):
            return Group(change(inner), key)
    return node


def _without_reference(node: Node, key: int | str, total: int) -> Node:
    """Write a group of one character out if all that refers to it follows it.

    Args:
        node: A part of the pattern.
        key: Of the group.
        total: How often the whole pattern refers to it.
    """
    if isinstance(node, Concat):
        for i, part in enumerate(node.parts):
            rest = concat(*node.parts[i + 1 :])
            match part:
                case Group(Chars(chars), same) if same == key and (
                    _size(chars) <= MOST_CHARS
                    and _size(chars) * _weight(rest) <= MOST_NODES
                    and _count(rest, key) == total
                ):
                    spelled = [
                        concat(Chars(((code, code),)), _filled_in(rest, key, code))
                        for first, last in chars
                        for code in range(first, last + 1)
                    ]
                    return concat(*node.parts[:i], Alternate(tuple(spelled)))
    return _map(node, lambda inner: _without_reference(inner, key, total))


def _filled_in(node: Node, key: int | str, code: int) -> Node:
    """Return a node with a character in place of the references to a group."""
    if node == Reference(key):
        return Chars(((code, code),))
    return _map(node, lambda inner: _filled_in(inner, key, code))
