"""The texts of added tokens whose text is not that of their id.

The text of an added token is what it matched: with the white space that it takes along, and as the
normalizer left it if it is looked for in normalized text. A token that the model made of the same
id has the model's spelling. Where these may differ from what `Vocabulary.id_to_token` says, the
added tokens of the text are looked for once more.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from subword._core.pipeline import Normalizer, PreTokenizer
from subword.encode._added_words import added_words
from subword.vocab.vocabulary import Vocabulary


class AddedTexts:
    """Finds the texts of the tokens of one text, where they are not those of their ids.

    Args:
        vocabulary: Holds the added tokens.
        normalizer, pre_tokenizer: Of the tokenizer.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        normalizer: Normalizer | None,
        pre_tokenizer: PreTokenizer | None,
    ) -> None:
        self._vocabulary = vocabulary
        self._stages = (
            vocabulary.before_normalizer,
            vocabulary.after_normalizer,
            normalizer,
            pre_tokenizer,
        )

    @cached_property
    def _spelling(self) -> dict[int, str]:
        """The model's spelling of each added token that may have another text than its id."""
        vocabulary = self._vocabulary
        spelling = {}
        for i, token in vocabulary.added.items():
            shown = vocabulary.id_to_token(i) or ""
            matched = vocabulary.normalized_texts.get(i, token.content)
            by_model = vocabulary.tokens.token_of(i)
            spelled = shown if by_model is None else by_model
            if token.lstrip or token.rstrip or not shown == matched == spelled:
                spelling[i] = spelled
        return spelling

    @cached_property
    def _ids(self) -> Any:
        return np.array(list(self._spelling), np.uint32)

    def positions(self, ids: Any) -> list[int]:
        """Return where in the ids there are tokens that `find` may have a text for."""
        return np.flatnonzero(np.isin(ids, self._ids)).tolist() if len(self._ids) else []

    def rows(self, ids: Any, splits: Any) -> set[int]:
        """Return the texts of a batch that `find` may find something in.

        Args:
            ids: The ids of all texts.
            splits: Where those of each text begin, and the last end.
        """
        positions = self.positions(ids)
        return set((np.searchsorted(splits, positions, "right") - 1).tolist() if positions else ())

    def find(self, text: str, ids: Any, words: Any, stream: int = 0) -> dict[int, str]:
        """Return, by position, the texts of the tokens that are not those of their ids.

        Args:
            text: The text.
            ids: (n,) uint32, its ids, from the first.
            words: (n,) int32, the word of each.
            stream: Not used: added tokens are not drawn at random.

        Returns:
            The texts; some may be those of the ids.
        """
        positions = self.positions(ids)
        matched = added_words(*self._stages, text) if positions else {}
        return {i: matched.get(int(words[i]), self._spelling[int(ids[i])]) for i in positions}
