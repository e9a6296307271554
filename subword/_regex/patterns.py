"""Regexes of tokenizer files, which Split and Replace search.

A pattern means what it means to Hugging Face's `tokenizers`: its dialect is Oniguruma's, and its
classes are those of the frozen Unicode tables. `parser` reads it into a tree, `simplify` brings the
tree into a normal form, `program` compiles that; then an `Automaton` runs it, or a `Backtracker`
what an automaton cannot. Where one pass finds all words of a split (`boundaries`), a `Cutter` does.
The parser and the compiler are imported by the first pattern.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from subword._regex.automaton import Automaton
from subword._regex.backtracker import Backtracker
from subword._regex.boundaries import find_boundaries
from subword._regex.cutter import Cutter
from subword._regex.matcher import Matcher

if TYPE_CHECKING:
    from subword._regex.tree import Node


@dataclass(frozen=True)
class Regex:
    """A pattern, as opposed to a literal string.

    Args:
        pattern: A regex in the dialect of tokenizer files.
    """

    pattern: str


@lru_cache(maxsize=256)
def normal_form(pattern: str) -> Node:
    r"""Return the tree that stands for all spellings of a regex.

    Args:
        pattern: The regex, in Oniguruma's dialect.

    Raises:
        ValueError: The pattern is wrong, or holds something that is not supported; the message
            names the position.

    >>> normal_form(r"\p{Letter}{1,}") == normal_form(r"(?:\p{L})+")
    True
    """
    from subword._regex.parser import parse
    from subword._regex.simplify import simplify

    try:
        return simplify(parse(pattern))
    except RecursionError:
        raise ValueError(
            f"cannot translate the pattern {pattern[:80]!r}...: its groups are nested too deeply"
        ) from None


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Matcher:
    """Compile a regex of a tokenizer file. Equal patterns share one compiled object.

    Args:
        pattern: The regex, in Oniguruma's dialect.

    Returns:
        An object whose `find_spans(text)` finds the matches of the reference's engine.

    Raises:
        ValueError: The pattern is wrong, or holds something that is not supported, or would take
            too many instructions.

    >>> compile_pattern("a+").find_spans("aab a")
    [(0, 2), (4, 5)]
    """
    from subword._regex.program import compile_tree

    program = compile_tree(normal_form(pattern), pattern)
    return Backtracker(program) if program.backtracks else Automaton(program)


@lru_cache(maxsize=256)
def compile_cutter(pattern: str, behavior: str, invert: bool) -> Cutter | None:
    r"""Compile a regex to what splits a text in one pass.

    Args:
        pattern: The regex, in Oniguruma's dialect.
        behavior: What becomes of its matches, one of `BEHAVIORS`.
        invert: Whether that becomes of the text between them instead.

    Returns:
        An object whose `find_words(text)` returns the words; None if a `Matcher` has to find the
        matches.

    Raises:
        ValueError: As `compile_pattern`.

    >>> compile_cutter(r"\s", "merged_with_next", False).find_words("a bc  d")
    [(0, 1), (1, 4), (4, 5), (5, 7)]
    """
    matcher = compile_pattern(pattern)
    if not isinstance(matcher, Automaton):
        return None
    boundaries = find_boundaries(matcher, behavior, invert)
    return None if boundaries is None else Cutter(boundaries, matcher.program.classes)
