"""Encoding with stages that are written in Python: one after the other, a text at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from subword._core.checks import check_list
from subword.compat.tokenizers.models import Model, Token
from subword.compat.tokenizers.normalized_string import NormalizedString
from subword.compat.tokenizers.pre_tokenized_string import PreTokenizedString
from subword.processors.base import PostProcessor
from subword.reference.tokenizer import AddedToken, by_first_character, find_added
from subword.results.encoding import Encoding
from subword.vocab.vocabulary import Vocabulary


class CustomEncoder:
    """Does what a `TextEncoder` does for encodings.

    Args:
        model, normalizer, pre_tokenizer: Of this package; any of the last two may be None.
        post_processor: Of subword, or None.
        vocabulary: Has the added tokens.
        ignore_special: Special tokens in texts are text like any other.
    """

    def __init__(
        self,
        model: Model,
        normalizer: Any,
        pre_tokenizer: Any,
        post_processor: PostProcessor | None,
        vocabulary: Vocabulary,
        ignore_special: bool,
    ) -> None:
        self.post_processor = post_processor
        self._model = model
        self._normalizer = normalizer
        self._pre_tokenizer = pre_tokenizer
        self._ignore_special = ignore_special
        known = [
            AddedToken(
                *(i, token.content, token.single_word, token.lstrip, token.rstrip),
                *(bool(token.normalized), token.content in vocabulary.special),
            )
            for i, token in vocabulary.added.items()
        ]
        self._before = by_first_character(token for token in known if not token.normalized)
        self._after = by_first_character(
            token._replace(content=self._normalized(token.content))
            for token in known
            if token.normalized
        )

    def _normalized(self, text: str) -> str:
        return text if self._normalizer is None else str(self._normalizer.normalize_str(text))

    def encode_texts(self, texts: Iterable[Any], threads: int | None) -> list[Encoding]:
        """Encode texts; `threads` do not help Python."""
        return [self._encode(text) for text in check_list("texts", texts)]

    def encode_words(self, words: Sequence[str]) -> Encoding:
        """Encode one text, given as a list of its words."""
        given = check_list("a pre-tokenized text", words)
        return Encoding.merge([self._encode(word, i) for i, word in enumerate(given)], False)

    def _encode(self, text: Any, word: int | None = None) -> Encoding:
        if not isinstance(text, str):
            raise TypeError(f"a text must be a str, got {type(text).__name__}")
        steps = PreTokenizedString(text)
        self._find_added(steps, self._before)
        if self._normalizer is not None:
            steps.normalize(self._normalizer.normalize)
        self._find_added(steps, self._after)
        if self._pre_tokenizer is not None:
            self._pre_tokenizer.pre_tokenize(steps)
        steps.tokenize(self._model.tokenize)
        return steps.to_encoding(word_idx=word)

    def _find_added(self, steps: PreTokenizedString, known: Any) -> None:
        """Split off the added tokens, and give them their ids."""
        ids: list[int | None] = []

        def parts(_: int, part: NormalizedString) -> list[NormalizedString]:
            found = []
            for start, stop, index in find_added(part.normalized, known, self._ignore_special):
                new = part.slice((start, stop)) if start < stop else None
                if new is not None:
                    found.append(new)
                    ids.append(index)
            return found

        steps.split(parts)
        after = steps.get_splits()
        made = iter(ids)
        steps.set_tokens(
            (number, Token(index, text, (0, len(text.encode()))))
            for number, (text, _, tokens) in enumerate(after)
            if tokens is None and (index := next(made)) is not None
        )
