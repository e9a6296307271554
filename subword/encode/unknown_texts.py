"""The texts of unknown tokens: what they stand for, and not that of their id.

As in the originals, an unknown token of a Unigram or SentencePiece model says in `Encoding.tokens`
which characters it stands for, as the normalizer and the pre-tokenizer left them. Texts with such
tokens are tokenized once more.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from subword._core.pipeline import Model, Normalizer, PreTokenizer
from subword.encode._unknown_words import unknown_words
from subword.encode.added_texts import AddedTexts
from subword.vocab.vocabulary import Vocabulary


class UnknownTexts:
    """Does what `AddedTexts` does, and finds the texts of unknown tokens too.

    Args:
        vocabulary: Holds the added tokens.
        normalizer, pre_tokenizer: Of the tokenizer.
        model: Of the tokenizer.
        unk_id: The id of its unknown token; None if it has none.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        normalizer: Normalizer | None,
        pre_tokenizer: PreTokenizer | None,
        model: Model,
        unk_id: int | None,
    ) -> None:
        self._added = AddedTexts(vocabulary, normalizer, pre_tokenizer)
        before, after = vocabulary.before_normalizer, vocabulary.after_normalizer
        self._stages = (before, after, normalizer, pre_tokenizer, model)
        self._unk_id = unk_id

    def rows(self, ids: Any, splits: Any) -> set[int]:
        """Return the texts of a batch that `find` may find something in; see `AddedTexts.rows`."""
        rows = np.searchsorted(splits, self._unknown(ids), "right") - 1
        return self._added.rows(ids, splits).union(rows.tolist())

    def find(self, text: str, ids: Any, words: Any, stream: int = 0) -> dict[int, str]:
        """Return, by position, the texts of the tokens that are not those of their ids.

        Args:
            text: The text.
            ids: (n,) uint32, its ids, from the first.
            words: (n,) int32, the word of each.
            stream: The state in which the text's stream of random numbers began.

        Returns:
            The texts; some may be those of the ids.
        """
        found = self._added.find(text, ids, words)
        positions = self._unknown(ids)
        unknown = self._unk_id
        texts = {}
        if unknown is not None and len(positions):
            texts = unknown_words(*self._stages, unknown, text, stream)
        firsts = np.searchsorted(words, words[positions])
        for i, first in zip(positions.tolist(), firsts.tolist(), strict=True):
            shown = texts[int(words[i])][i - first] if int(words[i]) in texts else None
            if shown is not None:
                found[i] = shown
        return found

    def _unknown(self, ids: Any) -> Any:
        return np.flatnonzero(ids == self._unk_id) if self._unk_id is not None else np.empty(0, int)
