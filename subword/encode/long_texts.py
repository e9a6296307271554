r"""One long text as several, with the ids and places of the whole.

Threads can share the parts, and one thread has each in its caches while it works on it.

A text may be cut before a space or a newline that stands between two letters:

* No alternative of any pattern with a scanner goes on from a letter to white space: white space
  only begins a match, or follows symbols. So the word of the letter before ends there, and the next
  word begins there, whatever else the text holds.
* The words before see that something ends there, but not what: the only things a pattern asks of
  what lies ahead are `(?!\S)` and `\z` behind white space, and a letter stands before the cut.
* NFC leaves a space and a newline alone, and what is before them, as does BERT's normalizer.
* No added token reaches over the cut if none holds white space, nor takes white space along if the
  letter next to that cannot be its own.

The models this is done for give every word a token, so words can be counted by their last token.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from subword import normalizers
from subword._core.pipeline import Normalizer, PreTokenizer
from subword.encode.encoder import Encoder
from subword.encode.parallel import any_longer, encode_texts
from subword.models.bpe import BPE
from subword.models.wordpiece import WordPiece
from subword.normalizers.unicode import NFC, TextNormalizer
from subword.pre_tokenizers import is_scanned
from subword.pre_tokenizers.splits import BertPreTokenizer
from subword.vocab.added_tokens import AddedToken
from subword.vocab.byte_alphabet import has_all_bytes

# Letters in every version of Unicode: Latin, Cyrillic, Hangul, and common Chinese and kana.
LETTERS = "A-Za-zÀ-ÖØ-öø-ʯА-яぁ-ゖァ-ヺ一-鿋가-힣"
CUT = re.compile(f"(?<=[{LETTERS}])[ \n](?=[{LETTERS}])")
LETTER = re.compile(f"[{LETTERS}]")
PART = 1 << 18  # characters of a part
WINDOW = 1 << 12  # characters that are searched for a place to cut
MANY = 256  # texts that keep the threads busy without cutting any
LONGEST = 1 << 29  # characters: more may be more bytes than a text can have


def can_cut(
    model: BPE | WordPiece,
    normalizer: TextNormalizer | None,
    pre_tokenizer: PreTokenizer | None,
    added: list[AddedToken],
) -> bool:
    """Return whether the parts of a text have the tokens of the whole.

    Args:
        model: The model.
        normalizer: Works on the text before it is cut into words.
        pre_tokenizer: Cuts it into words; of a byte-level model the one that leaves bytes alone.
        added: All added tokens.
    """
    if isinstance(model, BPE):
        safe = model.byte_level and not model.dropout and is_scanned(pre_tokenizer)
        safe = safe and is_nfc(normalizer)
        safe = safe and has_all_bytes(model.vocab)
    else:
        safe = isinstance(pre_tokenizer, BertPreTokenizer)
        safe = safe and isinstance(normalizer, normalizers.BertNormalizer)
    return safe and not any(reaches_over_cuts(token) for token in added)


def is_nfc(normalizer: Normalizer | None) -> bool:
    """Return whether a normalizer is NFC or does nothing, as the empty one of DeepSeek-V3."""
    if isinstance(normalizer, normalizers.Sequence):
        return all(is_nfc(step) for step in normalizer.normalizers)
    return normalizer is None or isinstance(normalizer, NFC)


def reaches_over_cuts(token: AddedToken) -> bool:
    """Return whether an added token may match across a cut or take its white space.

    >>> reaches_over_cuts(AddedToken("<mask>", lstrip=True)), reaches_over_cuts(AddedToken("a b"))
    (False, True)
    """
    content = token.content
    if re.search(r"\s", content):
        return True
    ends = content[:1] + content[-1:]
    return (token.lstrip or token.rstrip) and any(LETTER.match(char) for char in ends)


def cut(text: str, size: int = PART) -> list[int]:
    """Return where the parts of a text begin, 0 first: about every `size` characters.

    Only the first of them are searched, so that a text that cannot be cut costs no more than one
    that can.
    """
    starts, at = [0], size
    while at < len(text):
        place = CUT.search(text, at, at + WINDOW)
        if place is not None:
            starts.append(at := place.start())
        at += size
    return starts


def encode_cut(
    encoder: Encoder,
    texts: list[str],
    full: bool,
    threads: int | None,
    most: int | None,
    prefix: tuple[int, ...],
    suffix: tuple[int, ...],
    words: bool = False,
    size: int = PART,
) -> tuple[Any, ...]:
    """Do what `encode_texts` does, with long texts in parts of about `size` characters.

    Only for a tokenizer of which `can_cut` is true.
    """
    if most is not None or len(texts) > MANY or not any_longer(texts, 2 * size):
        return encode_texts(encoder, texts, full, threads, most, prefix, suffix, words)
    long = [type(text) is str and 2 * size <= len(text) < LONGEST for text in texts]
    starts = [cut(text, size) if cuts else [0] for text, cuts in zip(texts, long, strict=True)]
    parts = [
        text[start:end] if cuts else text
        for text, places, cuts in zip(texts, starts, long, strict=True)
        for start, end in zip(places, [*places[1:], None], strict=True)
    ]
    try:
        ids, splits, offsets, indices = encode_texts(encoder, parts, full, threads, words=words)
    except ValueError:  # a lone surrogate: let the error say where it is in the whole text
        return encode_texts(encoder, texts, full, threads, most, prefix, suffix, words)
    first = np.concatenate([[0], np.cumsum([len(places) for places in starts])])
    if offsets is not None:
        shifts = np.array([place for places in starts for place in places], np.int32)
        offsets += np.repeat(shifts, np.diff(splits))[:, None]
    if indices is not None:
        shift_words(indices, splits, first)
    rows = splits[first]
    sides = len(prefix), len(suffix)
    nowhere, none = [[(0, 0)] * side for side in sides], [[-1] * side for side in sides]
    return (
        with_affixes(ids, rows, prefix, suffix),
        rows + sum(sides) * np.arange(len(rows)),
        None if offsets is None else with_affixes(offsets, rows, *nowhere),
        None if indices is None else with_affixes(indices, rows, *none),
    )


def shift_words(words: npt.NDArray[Any], splits: npt.NDArray[Any], first: npt.NDArray[Any]) -> None:
    """Count the words of each text through its parts, in place.

    Args:
        words: The word of each token, counted anew in each part.
        splits: Where the tokens of each part begin.
        first: The first part of each text, and behind the last.
    """
    for row in range(len(first) - 1):
        for part in range(first[row] + 1, first[row + 1]):
            words[splits[part] : splits[part + 1]] += words[splits[part] - 1] + 1


def with_affixes(
    values: npt.NDArray[Any], rows: npt.NDArray[Any], prefix: Sequence[Any], suffix: Sequence[Any]
) -> npt.NDArray[Any]:
    """Put the same values before and behind each row."""
    if not prefix and not suffix:
        return values
    shape = (-1, *values.shape[1:])
    before, behind = (np.array(affix, values.dtype).reshape(shape) for affix in (prefix, suffix))
    pieces = [(before, values[a:b], behind) for a, b in pairwise(rows)]
    return np.concatenate([piece for row in pieces for piece in row])
