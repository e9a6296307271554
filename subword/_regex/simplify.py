r"""Bring the tree of a pattern into a normal form, which many spellings share.

What does not change any match is removed: groups that nothing refers to, repetitions of exactly
one, possessive repetitions that could give nothing back, and a look that what has just been
repeated does not come once more. Alternatives of one character become one set, look-around of one
character becomes an `Edge`, a reference to one character of a few becomes that character. So
`(?:\p{L})++` and `\p{Letter}+` are one tree, and what an automaton can run is recognised as such.
"""

from __future__ import annotations

from functools import lru_cache

from subword._regex import charsets as sets
from subword._regex.references import references, written_out
from subword._regex.tree import (
    EMPTY,
    Alternate,
    Atomic,
    Chars,
    CharSet,
    Concat,
    Edge,
    Group,
    Kind,
    Look,
    Node,
    Reference,
    Repeat,
    alternate,
    concat,
)

ALL: CharSet = ((0, sets.LAST),)
NEVER = Chars(())
LOOKED_AT = 32  # parts behind a node that decide on it; so long patterns take linear time


def simplify(tree: Node) -> Node:
    """Return an equivalent tree in normal form.

    Args:
        tree: What `parser.parse` returned.

    Returns:
        A tree whose matches are the same in every text.

    >>> from subword._regex.parser import parse
    >>> simplify(parse("(?:a|b){1,1}")) == simplify(parse("[ab]"))
    True
    """
    tree = written_out(tree)
    return _simplify(tree, references(tree), EMPTY)


def next_chars(parts: tuple[Node, ...]) -> CharSet:
    """Return which characters may come next where nodes match one after the other.

    The set may be too large, never too small. Behind a match of nothing, any character may come.
    """
    if not parts:
        return ALL
    node, rest = parts[0], parts[1:]
    match node:
        case Chars(chars):
            return chars
        case Edge(True, chars):
            return _common(chars, next_chars(rest))
        case Concat(inner):
            return next_chars(inner + rest)
        case Alternate(branches):
            return _union(*(next_chars((branch, *rest)) for branch in branches))
        case Atomic(inner) | Group(inner):
            return next_chars((inner, *rest))
        case Repeat(inner, least):
            found = next_chars((inner,))
            return found if least and not can_be_empty(inner) else _union(found, next_chars(rest))
        case Reference():
            return ALL
    return next_chars(rest)


def can_be_empty(node: Node) -> bool:
    """Whether the node may match no character; True where that is not known."""
    match node:
        case Chars():
            return False
        case Concat(parts):
            return all(map(can_be_empty, parts))
        case Alternate(branches):
            return any(map(can_be_empty, branches))
        case Repeat(inner, least):
            return least == 0 or can_be_empty(inner)
        case Atomic(inner) | Group(inner):
            return can_be_empty(inner)
    return True


@lru_cache(maxsize=1024)
def _size(chars: CharSet) -> int:
    return sum(last - first + 1 for first, last in chars)


@lru_cache(maxsize=1024)
def _union(*charsets: CharSet) -> CharSet:
    return tuple(sets.union(*map(list, charsets)))


@lru_cache(maxsize=1024)
def _common(a: CharSet, b: CharSet) -> CharSet:
    return tuple(sets.intersection(list(a), list(b)))


def _without_sure_looks(parts: list[Node], after: Node) -> list[Node]:
    """Leave out each look that what has just been repeated does not come once more.

    A greedy repetition goes on as long as it can, so where it ends first, nothing more comes; if
    what follows matches whatever comes, no other end is tried.

    Args:
        parts: In normal form.
        after: How the pattern goes on behind them.
    """
    kept: list[Node] = []
    for i, part in enumerate(parts):
        match part, kept[-1] if kept else None:
            case Look(again, True, True), Repeat(inner, _, None, kind) if (
                again == inner and kind != "lazy" and not can_be_empty(inner)
            ):
                if _always_matches(concat(*parts[i + 1 :], after)):
                    continue
        kept.append(part)
    return kept


def _simplify(node: Node, referred: set[int | str], after: Node) -> Node:
    """Return the normal form of a node behind which the whole pattern goes on with `after`."""
    match node:
        case Concat(parts):
            done: list[Node] = []
            for part in reversed(parts):
                near = done[: -LOOKED_AT - 1 : -1]
                rest = after if len(done) <= LOOKED_AT else Chars(ALL)
                part = _simplify(part, referred, concat(*near, rest))
                if part == NEVER:
                    return NEVER
                done.append(part)
            done.reverse()
            if not referred:
                done = _without_sure_looks(done, after)
            return _joined_runs(concat(*done))
        case Alternate(branches):
            return _alternatives([_simplify(branch, referred, after) for branch in branches])
        case Repeat():
            return _repeat(node, referred, after)
        case Atomic(inner):
            inner = _simplify(inner, referred, EMPTY)
            return inner if _is_rigid(inner) or _always_matches(after) else Atomic(inner)
        case Look(inner, ahead, negated):
            # What is behind must end here, so it may have to give back; what is ahead may not.
            rest = EMPTY if ahead else Chars(ALL)
            return _look(_simplify(inner, referred, rest), ahead, negated)
        case Group(inner, key):
            if key in referred:
                # Nothing is known of what a reference will ask of this match later.
                return Group(_simplify(inner, referred, Reference(key)), key)
            return _simplify(inner, referred, after)
        case Edge(ahead, chars, at_edge):
            return _edge(ahead, chars, at_edge)
    return node


def _edge(ahead: bool, chars: CharSet, at_edge: bool) -> Node:
    if not chars and not at_edge:
        return NEVER
    return EMPTY if chars == ALL and at_edge else Edge(ahead, chars, at_edge)


def _joined_runs(node: Node) -> Node:
    """Join neighbouring greedy repetitions of one set: x and x* are x+."""
    if not isinstance(node, Concat):
        return node
    joined: list[Node] = []
    for part in node.parts:
        run, last = _run_of(part), _run_of(joined[-1]) if joined else None
        if run and last and run.node == last.node:
            most = None if run.most is None or last.most is None else run.most + last.most
            joined[-1] = Repeat(run.node, run.least + last.least, most)
        else:
            joined.append(part)
    return concat(*joined)


def _run_of(node: Node) -> Repeat | None:
    """Return a node as a greedy repetition of a set, if it is one."""
    if isinstance(node, Chars):
        return Repeat(node, 1, 1)
    is_run = isinstance(node, Repeat) and node.kind == "greedy" and isinstance(node.node, Chars)
    return node if is_run else None  # type: ignore[return-value]


def _alternatives(branches: list[Node]) -> Node:
    """Bring branches into their normal form.

    Those that never match, or never more than one before them, are left out. Neighbours that begin
    with the same set are joined, and neighbours of one character. The order of branches of which
    only one can match at a position is of no account: it becomes that of their first characters.
    """
    flat = alternate(*branches)
    heads: list[tuple[Node, list[Node]]] = []  # and what follows each of them
    seen: set[Node] = {NEVER}
    for branch in _sorted(list(flat.branches) if isinstance(flat, Alternate) else [flat]):
        if branch in seen:
            continue
        seen.add(branch)
        head, tail = _head(branch)
        if heads and isinstance(head, Chars) and head == heads[-1][0]:
            heads[-1][1].append(tail)
        else:
            heads.append((head, [tail]))
    kept: list[Node] = []
    for head, tails in heads:
        branch = concat(head, tails[0] if len(tails) == 1 else _alternatives(tails))
        if kept and isinstance(branch, Chars) and isinstance(kept[-1], Chars):
            kept[-1] = Chars(_union(kept[-1].chars, branch.chars))
        else:
            kept.append(branch)
    if len(kept) == 2 and EMPTY in kept:
        kind: Kind = "greedy" if kept[1] == EMPTY else "lazy"
        inner = kept[0] if kept[1] == EMPTY else kept[1]
        if not can_be_empty(inner):
            return Repeat(inner, 0, 1, kind)
    return alternate(*kept) if kept else NEVER


def _head(node: Node) -> tuple[Node, Node]:
    """Return the first part of a node, and the rest."""
    if isinstance(node, Concat) and node.parts:
        return node.parts[0], concat(*node.parts[1:])
    return node, EMPTY


def _sorted(branches: list[Node]) -> list[Node]:
    """Return branches by their first characters, if no two can begin with the same one."""
    branches = [branch for branch in branches if branch != NEVER]
    if any(map(can_be_empty, branches)):
        return branches
    firsts = [next_chars((branch,)) for branch in branches]
    if sum(map(_size, firsts)) > _size(_union(*firsts)):
        return branches
    order = sorted(
        range(len(branches)), key=lambda i: (not isinstance(branches[i], Chars), firsts[i])
    )
    return [branches[i] for i in order]


def _repeat(node: Repeat, referred: set[int | str], after: Node) -> Node:
    # What follows an iteration: perhaps others. Where two or more must match, nothing that follows
    # one matches whatever comes; a possessive repetition says so.
    again: Node = EMPTY
    if node.most != 1:
        again = Repeat(node.node, 0, None, "greedy" if node.least < 2 else "possessive")
    inner = _simplify(node.node, referred, concat(again, after))
    least, most, kind = node.least, node.most, node.kind
    if inner == NEVER:
        return EMPTY if least == 0 else NEVER
    if most == 0 or inner == EMPTY:
        return EMPTY
    if least == most and kind != "possessive":
        kind = "greedy"
    if kind == "possessive" and isinstance(inner, Chars) and _gives_nothing_back(inner, after):
        kind = "greedy"
    if least == most == 1 and kind == "greedy":
        return inner
    if isinstance(inner, Repeat) and isinstance(inner.node, Chars):
        joined = _join(inner, least, most, kind)
        if joined is not None:
            return joined
    return Repeat(inner, least, most, kind)


def _join(inner: Repeat, least: int, most: int | None, kind: str) -> Node | None:
    """Return a repeated repetition as one, where each number of characters can be reached.

    (?:x{1,3})+ is x+, (?:x+)? is x* and (?:xx?)? is x{0,2}; but (?:x{2})+ is no x{2,}.
    """
    if kind != "greedy" or inner.kind != "greedy" or inner.least > 1:
        return None
    if inner.most is not None and most is not None and 1 not in (inner.most, most):
        return None
    if least > 1 and inner.least == 0:
        return None
    total = None if inner.most is None or most is None else inner.most * most
    return Repeat(inner.node, inner.least * least, total)


def _gives_nothing_back(chars: Chars, after: Node) -> bool:
    """Whether a greedy run never has to be shortened for what follows it.

    It has not if what follows matches whatever comes, or can come before no character of the run.
    """
    return _always_matches(after) or not _common(chars.chars, next_chars((after,)))


def _always_matches(node: Node) -> bool:
    """Whether the node matches at every position, perhaps nothing."""
    match node:
        case Concat(parts):
            return all(map(_always_matches, parts))
        case Alternate(branches):
            return any(map(_always_matches, branches))
        case Repeat(inner, least, _, kind):
            return kind != "possessive" and (least == 0 or _always_matches(inner))
    return False


def _is_rigid(node: Node) -> bool:
    """Whether a node matches at a position in one way at most."""
    match node:
        case Chars() | Edge() | Look():
            return True
        case Concat(parts):
            return all(map(_is_rigid, parts))
        case Repeat(inner, least, most):
            return least == most and _is_rigid(inner)
    return False


def _look(inner: Node, ahead: bool, negated: bool) -> Node:
    """Return look-around as an `Edge` where it asks for one character or the edge of the text."""
    condition = _condition(inner, ahead)
    if condition is None:
        return Look(inner, ahead, negated)
    chars, at_edge = condition
    if negated:
        chars, at_edge = tuple(sets.complement(list(chars))), not at_edge
    return _edge(ahead, chars, at_edge)


def _condition(node: Node, ahead: bool) -> tuple[CharSet, bool] | None:
    """Return which neighbours, and whether the edge, satisfy look-around; None if it is more."""
    match node:
        case Chars(chars):
            return chars, False
        case Edge(same, chars, at_edge) if same == ahead:
            return chars, at_edge
        case Concat(()):
            return ALL, True
        case Repeat(Chars(chars), 1):
            return chars, False
        case Alternate(branches):
            found = [_condition(branch, ahead) for branch in branches]
            known = [condition for condition in found if condition is not None]
            if len(known) < len(found):
                return None
            return _union(*(chars for chars, _ in known)), any(at_edge for _, at_edge in known)
        case Concat((Edge(same, chars, at_edge), Edge(other, more, too))) if same == other == ahead:
            both = tuple(sets.intersection(list(chars), list(more)))
            return both, at_edge and too
    return None
