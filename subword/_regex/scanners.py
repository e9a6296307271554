"""Which published split pattern a pattern is, however spelled: by the normal form of its tree."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from subword._regex.patterns import normal_form
from subword._regex.split_patterns import CLIP, CLIP_BARE, DEEPSEEK, PATTERNS
from subword._regex.tree import Node

# The scanners, in the order of scan/patterns.h. The matches of those of PATTERNS cover every text.
_SCANNED = (*PATTERNS.values(), CLIP, CLIP_BARE)
# What scan/patterns.h calls them, and those behind them.
SCANNER_NAMES = (
    *(*PATTERNS, "clip", "clip_bare", "deepseek"),
    *("whitespace", "whitespace_split", "bert"),
)


@cache
def _scanners() -> dict[Node, int]:
    return {normal_form(pattern): number for number, pattern in enumerate(_SCANNED)}


def scanner_of(pattern: str, behavior: str, invert: bool) -> int:
    r"""Return the number of the scanner that splits as a pattern does, -1 if there is none.

    Args:
        pattern: A regex.
        behavior: What becomes of its matches, one of `BEHAVIORS`.
        invert: Whether that becomes of the text between the matches instead.

    >>> scanner_of(r"(?:[\r\n])", "isolated", False)
    -1
    >>> scanner_of(PATTERNS["gpt2"].replace("L}", "Letter}"), "removed", True)
    0
    """
    if pattern in _SCANNED:
        number = _SCANNED.index(pattern)
    else:
        number = _scanners().get(normal_form(pattern), -1)
    if number < len(PATTERNS):
        # Where there is no text between the matches, nothing can be merged with it.
        splits = behavior != "contiguous" and (behavior != "removed" or invert)
    else:
        splits = behavior == "removed" and invert
    return number if splits else -1


@cache
def _deepseek() -> tuple[Node, ...]:
    return tuple(map(normal_form, DEEPSEEK))


def is_deepseek(patterns: Sequence[str | None]) -> bool:
    """Whether patterns are the three of DeepSeek-V3, in any spelling."""
    if tuple(patterns) == DEEPSEEK:
        return True
    regexes = [pattern for pattern in patterns if pattern is not None]
    return len(regexes) == len(patterns) and tuple(map(normal_form, regexes)) == _deepseek()


def is_published(pattern: str, behavior: str, invert: bool) -> bool:
    """Whether a Split is one of `PATTERNS` or of `DEEPSEEK` and keeps all of the text."""
    if 0 <= scanner_of(pattern, behavior, invert) < len(PATTERNS):
        return True
    return behavior == "isolated" and not invert and normal_form(pattern) in _deepseek()
