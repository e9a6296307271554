"""Pre-tokenizers one after the other that one pass does together: which, and as what pattern."""

from __future__ import annotations

from typing import Any

from subword._core import unicode
from subword._regex.cutter import Cutter
from subword._regex.joined import ClassSplit, joined_cutter
from subword._regex.patterns import normal_form
from subword._regex.split_patterns import PATTERNS
from subword._regex.tree import CharSet, Node
from subword.pre_tokenizers.bert import BertPreTokenizer
from subword.pre_tokenizers.byte_level import ByteLevel
from subword.pre_tokenizers.splits import CharDelimiterSplit, Digits, Punctuation, Split
from subword.pre_tokenizers.whitespace import WhitespaceSplit


def cutter_of_steps(steps: tuple[Any, ...]) -> Cutter | None:
    """Return what does in one pass what several pre-tokenizers do, or one at a class of characters.

    Args:
        steps: The pre-tokenizers, in order, without those that do nothing.

    Returns:
        None if there is no such thing.
    """
    *first, last = steps
    splits = list(map(class_splits, first))
    if not all(splits):
        return None
    classes = [split for found in splits for split in found]
    tree: Node | None = None
    if isinstance(last, ByteLevel):
        if last.use_regex and not last.maps_bytes and not last.add_prefix_space:
            tree = normal_form(PATTERNS["gpt2"])
    elif isinstance(last, Split) and last.regex is not None and first:
        if not last.invert and last.behavior == "isolated":
            tree = normal_form(last.regex)
    else:
        found = class_splits(last)
        tree = found[-1].tree() if found else None
        classes += found if found and found[-1].removed else found[:-1]
    return joined_cutter(tuple(classes), tree) if tree is not None else None


def class_splits(step: Any) -> list[ClassSplit]:
    """Return the splits at classes of characters that a pre-tokenizer does, in order, if any."""
    blanks = ClassSplit(_named("bert_space"), removed=True)
    if isinstance(step, WhitespaceSplit):
        return [blanks]
    if isinstance(step, BertPreTokenizer):
        return [blanks, ClassSplit(_named("bert_punct"))]
    if isinstance(step, Digits):
        return [ClassSplit(_named("bert_numeric"), runs=not step.individual_digits)]
    if isinstance(step, CharDelimiterSplit):
        return [ClassSplit(_one(step.delimiter), removed=True)]
    if isinstance(step, Punctuation) and step.behavior in ("isolated", "removed", "contiguous"):
        chars = _named("bert_punct")
        return [ClassSplit(chars, step.behavior == "contiguous", step.behavior == "removed")]
    if isinstance(step, Split) and step.literal is not None and len(step.literal) == 1:
        removed = step.behavior == "removed"
        if not step.invert and (removed or step.behavior == "isolated"):
            return [ClassSplit(_one(step.literal), removed=removed)]
    return []


def _named(name: str) -> CharSet:
    return tuple(unicode.ranges(name))


def _one(char: str) -> CharSet:
    return ((ord(char), ord(char)),)
