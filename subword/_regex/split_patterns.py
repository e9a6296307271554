"""The split patterns of published tokenizers that have a scanner in include/scan.

A pattern is recognised by its meaning, however it is spelled: by the normal form of its tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from subword._regex.patterns import normal_form
from subword._regex.tree import Node

CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
TAIL = r"\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
START = r"[^\r\n\p{L}\p{N}]?"


def _alternatives(*patterns: str) -> str:
    return "|".join(patterns)


# By the names that `Tokenizer.from_tiktoken` takes; in the order of scan/patterns.h.
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama3": _alternatives(
        CONTRACTION, START + r"\p{L}+", r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n]*", TAIL
    ),
    "qwen2": _alternatives(
        CONTRACTION, START + r"\p{L}+", r"\p{N}", r" ?[^\s\p{L}\p{N}]+[\r\n]*", TAIL
    ),
    "qwen3.5": _alternatives(
        CONTRACTION, START + r"[\p{L}\p{M}]+", r"\p{N}", r" ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*", TAIL
    ),
    "cl100k_base": _alternatives(
        *(r"'(?i:[sdmt]|ll|ve|re)", r"[^\r\n\p{L}\p{N}]?+\p{L}++", r"\p{N}{1,3}"),
        *(r" ?[^\s\p{L}\p{N}]++[\r\n]*+", r"\s++\z", r"\s*[\r\n]", r"\s+(?!\S)", r"\s"),
    ),
    "o200k_base": _alternatives(
        START + UPPER + "*" + LOWER + "+" + CONTRACTION + "?",
        START + UPPER + "+" + LOWER + "*" + CONTRACTION + "?",
        *(r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", TAIL),
    ),
    "tekken": _alternatives(
        START + UPPER + "*" + LOWER + "+",
        START + UPPER + "+" + LOWER + "*",
        *(r"\p{N}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", TAIL),
    ),
}

# How tiktoken writes two of them. In its engine $ is the end of the text and {1,3}+ matches at most
# three; in that of Hugging Face `tokenizers` $ is the end of a line and {1,3}+ matches any number.
TIKTOKEN_SPELLINGS = {
    r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s": "gpt2",
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|"
    r"\s++$|\s*[\r\n]|\s+(?!\S)|\s": "cl100k_base",
}

# CLIP keeps the matches and removes the white space between; older files lack the special tokens.
CLIP_BARE = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
CLIP = r"<\|startoftext\|>|<\|endoftext\|>|" + CLIP_BARE

# The scanners, in the order of scan/patterns.h. The matches of those of PATTERNS cover every text.
_SCANNED = (*PATTERNS.values(), CLIP, CLIP_BARE)

# DeepSeek-V3 splits three times, each time the parts of the split before; one scanner does all.
DEEPSEEK = (
    r"\p{N}{1,3}",
    "[一-龥\u3040-ゟ゠-ヿ]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
    r"| ?[\p{P}\p{S}]+[\r\n]*|" + TAIL,
)

# What becomes of matches, in the order of the enum in pre_tokenizers/splits.pxd.
BEHAVIORS = ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous")


def checked_behavior(behavior: str) -> str:
    """Return `behavior` in lower snake case if it is one of the five; an error otherwise.

    >>> checked_behavior("MergedWithNext")
    'merged_with_next'
    """
    if not isinstance(behavior, str):
        raise TypeError(f"behavior must be a str, got {type(behavior).__name__}")
    name = "".join("_" + c.lower() if c.isupper() else c for c in behavior).lstrip("_")
    if name not in BEHAVIORS:
        raise ValueError(f"behavior must be one of {', '.join(BEHAVIORS)}, got {behavior!r}")
    return name


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
