r"""Where a text may be split so that its parts have the ids of the whole: the only statement.

**Before a space or newline between two letters**, the matches of `split_pattern`, for the
tokenizers of which `can_split` is true. Long texts are encoded in such parts (`long_texts`), only
the beginning of a text is encoded if few ids of it are wanted (`rows.pyx`, whose table is made of
LETTER_RANGES), and files of words to count are read in such parts (`corpus.readers`). It is safe
for these reasons:

* No alternative of any pattern with a scanner goes on from a letter to white space: white space
  only begins a match, or follows symbols. So the word of the letter before ends there, and the next
  word begins there, whatever else the text holds.
* The words before see that something ends there, but not what: the only things a pattern asks of
  the text after a word are `(?!\S)` and `\z` after white space, and before the split is a letter.
* NFC leaves a space and a newline alone, and what is before them, as does BERT's normalizer.
* No added token reaches over the split if none holds white space, nor takes white space along if
  the letter next to that cannot be its own.

**Before a space, or before a punctuation mark that follows a letter**, for the tokenizers of which
`split_characters` names some. These are more tokenizers, but whoever splits there must also see
from the words and offsets that one word ends there and another begins (`GrowingText`).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from subword import normalizers, pre_tokenizers
from subword._core.pipeline import Normalizer, PreTokenizer, flatten
from subword._regex.scanners import is_published
from subword.models import BPE, Unigram, WordLevel, WordPiece
from subword.normalizers.base import TextNormalizer
from subword.normalizers.unicode import NFC
from subword.pre_tokenizers import is_scanned
from subword.pre_tokenizers.bert import BertPreTokenizer
from subword.vocab.added_tokens import AddedToken
from subword.vocab.vocabulary import Vocabulary

# Letters in every version of Unicode: Latin, Cyrillic, kana, and common Chinese and Hangul.
LETTER_RANGES = (
    *(("A", "Z"), ("a", "z"), ("À", "Ö"), ("Ø", "ö"), ("ø", "ʯ")),
    *(("А", "я"), ("ぁ", "ゖ"), ("ァ", "ヺ"), ("一", "鿋"), ("가", "힣")),
)
LETTERS = "".join(f"{first}-{last}" for first, last in LETTER_RANGES)
# The same in UTF-8, for files, with the letters that take least time to find: Latin ones without
# accents, and the Hangul whose first byte is EB or EC. A match ends where the text may be split.
UTF8_SPLIT = re.compile(rb"(?:[A-Za-z]|[\xeb\xec][\x80-\xbf]{2})(?= [A-Za-z\xeb\xec])")

SPACE = " "
PUNCTUATION = frozenset(",.;:!?()。、，；：！？（）")
# Normalizers that change characters one by one, or by normal forms.
LOCAL_NORMALIZERS = (
    *(normalizers.NFC, normalizers.NFD, normalizers.NFKC, normalizers.NFKD, normalizers.Nmt),
    *(normalizers.Lowercase, normalizers.StripAccents, normalizers.BertNormalizer),
)
# Pre-tokenizers that decide by a character and its neighbours.
LOCAL_PRE_TOKENIZERS = (
    *(pre_tokenizers.BertPreTokenizer, pre_tokenizers.Whitespace, pre_tokenizers.Digits),
    *(pre_tokenizers.WhitespaceSplit, pre_tokenizers.ByteLevel),
)


@cache
def letter_pattern() -> re.Pattern[str]:
    """Return the pattern of a letter: it is compiled when it is first needed."""
    return re.compile(f"[{LETTERS}]")


@cache
def split_pattern() -> re.Pattern[str]:
    """Return the pattern of what a text may be split before."""
    return re.compile(f"(?<=[{LETTERS}])[ \n](?=[{LETTERS}])")


def can_split(
    model: BPE | Unigram | WordLevel | WordPiece,
    normalizer: TextNormalizer | None,
    pre_tokenizer: PreTokenizer | None,
    added: list[AddedToken],
) -> bool:
    """Return whether the parts between matches of `split_pattern` have the tokens of the whole.

    Args:
        model: The model.
        normalizer: Works on the text before it is split into words.
        pre_tokenizer: Splits it into words; of a byte-level model the one that leaves bytes alone.
        added: All added tokens.
    """
    if isinstance(model, BPE):
        safe = model.byte_level and not model.dropout and is_scanned(pre_tokenizer)
        safe = safe and is_nfc(normalizer)
    else:
        safe = isinstance(pre_tokenizer, BertPreTokenizer)
        safe = safe and isinstance(normalizer, normalizers.BertNormalizer)
    return safe and not any(crosses_split(token) for token in added)


def is_nfc(normalizer: Normalizer | None) -> bool:
    """Return whether a normalizer is NFC or does nothing, as the empty one of DeepSeek-V3."""
    return all(isinstance(step, NFC) for step in flatten(normalizer))


def crosses_split(token: AddedToken) -> bool:
    """Return whether an added token may match across a split, or take its white space.

    >>> crosses_split(AddedToken("<mask>", lstrip=True)), crosses_split(AddedToken("a b"))
    (False, True)
    """
    content = token.content
    if re.search(r"\s", content):
        return True
    ends = content[:1] + content[-1:]
    return (token.lstrip or token.rstrip) and any(letter_pattern().match(char) for char in ends)


def split_characters(
    normalizer: Normalizer | None,
    pre_tokenizer: PreTokenizer | None,
    model: Any,
    vocabulary: Vocabulary,
) -> frozenset[str]:
    """Return the characters before which a text that grows may be split.

    Args:
        normalizer: Of the tokenizer.
        pre_tokenizer: Of the tokenizer.
        model: Of the tokenizer.
        vocabulary: Of the tokenizer: its added tokens must not reach over a split.

    Returns:
        SPACE, or it and PUNCTUATION; no character if only the whole text has the right ids.
    """
    steps = flatten(pre_tokenizer)
    known = pre_tokenizer is not None and all(map(_is_local_pre_tokenizer, steps))
    known = known and all(isinstance(step, LOCAL_NORMALIZERS) for step in flatten(normalizer))
    if not known or getattr(model, "samples", False):
        return frozenset()
    # A space that is put before a segment must be there already.
    prefixed = any(getattr(step, "add_prefix_space", False) for step in steps)
    characters = frozenset({SPACE}) if prefixed else PUNCTUATION | {SPACE}
    for index, token in vocabulary.added.items():
        for content in (token.content, vocabulary.normalized_texts.get(index, "")):
            # A single_word token depends on the character before it.
            characters = characters.difference(content if token.single_word else content[1:])
    return characters


def may_split_between(before: str, after: str, characters: frozenset[str]) -> bool:
    """Return whether a text may be split between two of its characters.

    Args:
        before: The character before the split.
        after: The character after it.
        characters: What `split_characters` returned.

    >>> may_split_between("a", ".", PUNCTUATION), may_split_between(".", ".", PUNCTUATION)
    (True, False)
    """
    return after in characters and (before.isalpha() or (after == SPACE and not before.isspace()))


def _is_local_pre_tokenizer(step: Any) -> bool:
    if isinstance(step, pre_tokenizers.Split):
        return step.regex is not None and is_published(step.regex, step.behavior, step.invert)
    if isinstance(step, pre_tokenizers.Punctuation):
        return step.behavior == "isolated"
    return isinstance(step, LOCAL_PRE_TOKENIZERS)
