"""Compile the tree of a pattern to a program: instructions that both engines run.

An instruction names the one that follows it, so a program is a graph. It is built from its end:
each node is compiled together with what comes after it (K. Thompson, Regular expression search
algorithm, 1968; R. Cox, https://swtch.com/~rsc/regexp/regexp2.html).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from subword._regex.char_classes import CharClasses
from subword._regex.first_chars import first_chars
from subword._regex.joints import singles
from subword._regex.simplify import can_be_empty
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

if TYPE_CHECKING:
    import numpy.typing as npt

MAX_INSTRUCTIONS = 100_000  # a counted repetition is written out
MAX_CONDITIONS = 30  # on the character before: bits of an automaton's state


class Op(IntEnum):
    """What an instruction does; the order is that of the enum in program.pxd."""

    MATCH = 0  # the pattern, or the body of look-around and of an atomic group, has matched
    CHARS = 1  # one character of set `arg`
    SPLIT = 2  # go on with `next`; if that fails, with `other`
    AHEAD = 3  # condition `arg` on the next character
    BEHIND = 4  # condition `arg` on the character before, which is number `other` of its kind
    # The rest only backtracking can run.
    SAVE = 5  # the position in register `arg`
    REFERENCE = 6  # the text between the registers `arg` and `arg` + 1
    PROGRESS = 7  # go on with `next` unless the position is that in register `arg`, else `other`
    ATOMIC = 8  # the program at `other`, once
    LOOK_AHEAD = 9  # the program at `other` matches here; `arg` 1: it does not
    LOOK_BEHIND = 10  # the same for text that ends here
    KEEP = 11  # the match begins here


class Program(NamedTuple):
    """A compiled pattern.

    Attributes:
        pattern: What was compiled, for messages.
        start: The first instruction.
        op: `Op` of each instruction, int32, as are the next three.
        next: The instruction that follows.
        other: See `Op`.
        arg: See `Op`.
        classes: The classes of characters.
        chars: Which classes each set of CHARS holds, uint8 of shape (sets, classes).
        conditions: Which classes satisfy each condition of AHEAD and BEHIND; the last column is the
            edge of the text. uint8 of shape (conditions, classes + 1).
        begins: Of each class, whether a match that is not empty may begin with it. uint8.
        alone: Of each class, whether a match begins there whatever stands around it. uint8.
        registers: How many registers there are.
        backtracks: Whether an automaton cannot run it.
    """

    pattern: str
    start: int
    op: npt.NDArray[np.int32]
    next: npt.NDArray[np.int32]
    other: npt.NDArray[np.int32]
    arg: npt.NDArray[np.int32]
    classes: CharClasses
    chars: npt.NDArray[np.uint8]
    conditions: npt.NDArray[np.uint8]
    begins: npt.NDArray[np.uint8]
    alone: npt.NDArray[np.uint8]
    registers: int
    backtracks: bool


class Compiler:
    """Collects the instructions of one pattern."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.rows: list[list[int]] = []  # op, next, other, arg
        self.sets: dict[CharSet, int] = {}
        self.ahead: dict[tuple[CharSet, bool], int] = {}
        self.behind: dict[tuple[CharSet, bool], int] = {}
        self.registers: dict[object, int] = {}

    def add(self, op: Op, then: int, other: int = -1, arg: int = 0) -> int:
        if len(self.rows) == MAX_INSTRUCTIONS:
            raise ValueError(
                f"the pattern {self.pattern[:80]!r} takes more than {MAX_INSTRUCTIONS} instructions"
            )
        self.rows.append([op, then, other, arg])
        return len(self.rows) - 1

    def compile(self, node: Node, then: int) -> int:
        """Add a node that goes on at the instruction `then`; return its first instruction."""
        match node:
            case Chars(chars):
                return self.add(Op.CHARS, then, arg=self.sets.setdefault(chars, len(self.sets)))
            case Concat(parts):
                for part in reversed(parts):
                    then = self.compile(part, then)
                return then
            case Alternate(branches):
                starts = [self.compile(branch, then) for branch in branches]
                first = starts.pop()
                while starts:
                    first = self.add(Op.SPLIT, starts.pop(), first)
                return first
            case Edge(ahead, chars, at_edge):
                known = self.ahead if ahead else self.behind
                number = known.setdefault((chars, at_edge), len(known))
                return self.add(Op.AHEAD if ahead else Op.BEHIND, then, number, number)
            case Repeat():
                return self.repeat(node, then)
            case Atomic(inner):
                return self.add(Op.ATOMIC, then, self.compile(inner, self.add(Op.MATCH, -1)))
            case Look(inner, ahead, negated):
                body = self.compile(inner, self.add(Op.MATCH, -1))
                return self.add(Op.LOOK_AHEAD if ahead else Op.LOOK_BEHIND, then, body, negated)
            case Group(inner, key):
                register = self.register(key)
                body = self.compile(inner, self.add(Op.SAVE, then, arg=register + 1))
                return self.add(Op.SAVE, body, arg=register)
            case Reference(key):
                return self.add(Op.REFERENCE, then, arg=self.register(key))
            case Keep():
                return self.add(Op.KEEP, then)
        raise TypeError(f"not a node of a pattern: {node!r}")

    def register(self, key: object) -> int:
        """Return the first of two registers for a group, or for the start of an iteration."""
        return self.registers.setdefault(key, 2 * len(self.registers))

    def repeat(self, node: Repeat, then: int) -> int:
        if node.kind == "possessive":
            return self.compile(Atomic(Repeat(node.node, node.least, node.most)), then)
        first = then
        if node.most is None:
            first = again = self.add(Op.SPLIT, -1)
            if can_be_empty(node.node):  # an iteration that matches nothing ends the loop
                register = self.register(object())
                again = self.add(Op.PROGRESS, first, then, register)
                body = self.add(Op.SAVE, self.compile(node.node, again), arg=register)
            else:
                body = self.compile(node.node, again)
            self.rows[first][1:3] = preferred(node, body, then)
        else:
            for _ in range(node.most - node.least):
                body = self.compile(node.node, first)
                first = self.add(Op.SPLIT, *preferred(node, body, then))
        for _ in range(node.least):
            first = self.compile(node.node, first)
        return first


def preferred(node: Repeat, body: int, then: int) -> tuple[int, int]:
    """Return the two ways of a repetition, the one that is tried first at the start."""
    return (then, body) if node.kind == "lazy" else (body, then)


def compile_tree(tree: Node, pattern: str, told_apart: Sequence[CharSet] = ()) -> Program:
    """Compile a tree.

    Args:
        tree: What `simplify` returned.
        pattern: The pattern that it stands for, as messages name it.
        told_apart: Sets of characters that no class is to mix with others.

    Raises:
        ValueError: The program would be too large.
    """
    compiler = Compiler(pattern)
    end = compiler.add(Op.MATCH, -1)
    start = compiler.compile(tree, end)
    op, following, other, arg = np.array(compiler.rows, dtype=np.int32).reshape(-1, 4).T.copy()
    conditions = [*compiler.ahead, *compiler.behind]
    arg[op == Op.BEHIND] += len(compiler.ahead)
    first, alone = first_chars(tree), [] if can_be_empty(tree) else singles(tree)
    named = [*compiler.sets, *(chars for chars, _ in conditions)]
    classes = CharClasses([*named, *told_apart, first, tuple(alone)])
    members = classes.members.reshape(-1, classes.count).astype(np.uint8)
    edges = np.array([[at_edge] for _, at_edge in conditions], dtype=np.uint8).reshape(-1, 1)
    return Program(
        pattern,
        start,
        op,
        following,
        other,
        arg,
        classes,
        members[: len(compiler.sets)].copy(),
        np.hstack([members[len(compiler.sets) : len(named)], edges]),
        members[-2].copy(),
        members[-1].copy(),
        2 * len(compiler.registers),
        bool((op > Op.BEHIND).any()) or len(compiler.behind) > MAX_CONDITIONS,
    )
