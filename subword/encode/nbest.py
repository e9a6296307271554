"""The best ways to cut a text into the pieces of a Unigram model."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, TypeVar

import numpy as np

from subword.encode._text_words import text_words
from subword.encode.added_texts import AddedTexts
from subword.models import Unigram
from subword.models.unigram_options import checked_count
from subword.results.encoding import Encoding
from subword.vocab.vocabulary import Vocabulary

Way = TypeVar("Way")
# The id of a token, the bytes of the text that it stands for, its word, and its text if that is not
# the one of the id.
Token = tuple[int, int, int, int, str | None]


def best_ways(
    before: Sequence[tuple[list[Way], float]], behind: Sequence[tuple[list[Way], float]], count: int
) -> list[tuple[list[Way], float]]:
    """Return the best `count` ways made of one of each list, both sorted with the best first.

    Of equal ones that which is best before comes first.

    Example:
        >>> best_ways([(["a"], -1.0), (["b"], -2.0)], [(["c"], -1.0), (["d"], -1.5)], 3)
        [(['a', 'c'], -2.0), (['a', 'd'], -2.5), (['b', 'c'], -3.0)]
    """
    waiting = [(-(before[0][1] + behind[0][1]), 0, 0)]
    found: list[tuple[list[Way], float]] = []
    while waiting and len(found) < count:
        cost, i, k = heapq.heappop(waiting)
        found.append((before[i][0] + behind[k][0], -cost))
        if k + 1 < len(behind):
            heapq.heappush(waiting, (-(before[i][1] + behind[k + 1][1]), i, k + 1))
        if k == 0 and i + 1 < len(before):
            heapq.heappush(waiting, (-(before[i + 1][1] + behind[0][1]), i + 1, 0))
    return found


def nbest_encodings(
    vocabulary: Vocabulary, normalizer: Any, pre_tokenizer: Any, model: Any, text: str, count: int
) -> list[tuple[Encoding, float]]:
    """Return the best encodings of a text, without the post-processor, with their scores.

    Args:
        vocabulary: Of the tokenizer.
        normalizer: Of the tokenizer, or None.
        pre_tokenizer: The same.
        model: Of the tokenizer.
        text: The text.
        count: How many, at least 1; there may be fewer.

    Raises:
        TypeError: The text is no str.
        ValueError: The model is no Unigram, the count is less than 1, or the text holds a lone
            surrogate.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a str, got {type(text).__name__}")
    if not isinstance(model, Unigram):
        raise ValueError(
            f"n-best lists need a Unigram model, this one is {type(model).__name__}: its tokens "
            "have no scores"
        )
    checked_count(count)
    stages = (vocabulary.before_normalizer, vocabulary.after_normalizer, normalizer, pre_tokenizer)
    ways: list[tuple[list[Token], float]] = [([], 0.0)]
    for word, item in enumerate(text_words(*stages, text)):
        ways = best_ways(ways, _ways_of(model, word, item, count), count)
    characters = list(accumulate((_is_first(byte) for byte in text.encode()), initial=0))
    added = AddedTexts(vocabulary, normalizer, pre_tokenizer)
    spell = vocabulary.id_to_token
    return [(_encoding(tokens, characters, spell, added, text), score) for tokens, score in ways]


def _ways_of(
    model: Unigram, word: int, item: tuple[Any, Any, Any], count: int
) -> list[tuple[list[Token], float]]:
    """Return the best ways to cut a word, or the one token that an added token is."""
    if isinstance(item[0], int):
        return [([(*item, word, None)], 0.0)]
    text, starts, ends = item
    data = text.encode()
    return [
        (
            [
                (
                    *(index, starts[start], ends[end - 1], word),
                    data[start:end].decode() if index == model.unk_id else None,
                )
                for index, start, end in tokens
            ],
            score,
        )
        for tokens, score in model.nbest(text, count)
    ]


def _is_first(byte: int) -> bool:
    """Return whether a byte begins a character."""
    return byte & 0xC0 != 0x80


def _encoding(
    tokens: list[Token],
    characters: list[int],
    spell: Callable[[int], str | None],
    added: AddedTexts,
    text: str,
) -> Encoding:
    """Return the encoding of tokens.

    Args:
        tokens: The tokens.
        characters: How many characters begin before each byte of the text, and before its end.
        spell: Gives the token of an id.
        added: Finds the texts of added tokens.
        text: The text.
    """
    ids = np.array([token[0] for token in tokens], np.uint32)
    offsets = np.array(
        [(characters[start], characters[end]) for _, start, end, _, _ in tokens], np.int32
    ).reshape(-1, 2)
    words = np.array([token[3] for token in tokens], np.int32)
    texts = {i: token[4] for i, token in enumerate(tokens) if token[4] is not None}
    texts |= added.find(text, ids, words)
    return Encoding(ids, offsets, words, spell, texts or None)
