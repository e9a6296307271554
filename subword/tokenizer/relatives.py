"""Tokenizers like another: with other lengths, other special tokens, or a vocabulary of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

from subword.encode.special_tokens import Special
from subword.encode.text_encoder import TextEncoder
from subword.formats.padding_json import padding_from_config, truncation_from_config
from subword.model_inputs.call_options import CallOptions
from subword.tokenizer.id_encoder import IdEncoder

if TYPE_CHECKING:
    from subword.corpus.sources import Source
    from subword.corpus.word_counts import WordCounts


class Relatives(IdEncoder):
    """Makes them: a base class of `Tokenizer`, which itself never changes."""

    _resolve_options: Callable[..., CallOptions]

    def with_lengths(
        self, truncation: Mapping[str, Any] | None, padding: Mapping[str, Any] | None
    ) -> Self:
        """Return a tokenizer like this one with another truncation and padding.

        The two share their stages and word caches, so this takes no time.

        Args:
            truncation: As in tokenizer.json; None for none.
            padding: As in tokenizer.json; None for none.
        """
        return self._like(
            self.text_encoder,
            truncation=truncation_from_config(truncation),
            padding=padding_from_config(padding),
        )

    def with_special(self, special: Special, *, strict: bool = True) -> Self:
        """Return a tokenizer like this one in whose texts only some special tokens count.

        The two share their stages.

        Args:
            special: "all", "none" or the tokens, as for `encode`.
            strict: The model does not give the other special tokens either, if their letters happen
                to make them. False is what `tokenizers` calls `encode_special_tokens`.

        Raises:
            ValueError: One of them is no special token.
        """
        return self._like(self.text_encoder.reading(special, strict))

    def _like(self, text_encoder: TextEncoder, **changes: Any) -> Self:
        other = type(self).__new__(type(self))
        vars(other).update(vars(self), **changes)
        IdEncoder.__init__(other, text_encoder, self._resolve_options)
        return other

    def train_new(
        self, source: Source | Mapping[str, int] | WordCounts, vocab_size: int, **options: Any
    ) -> Self:
        """Train a tokenizer with the pipeline of this one and a vocabulary of its own.

        Normalizer, pre-tokenizer, decoder and the options of the model stay as they are. Special
        tokens take the first ids, in the order they have here, and the post-processor and the
        padding their new ids; added tokens that are not special follow after the vocabulary. A
        model that falls back to bytes keeps its 256 byte tokens. In the source, special tokens are
        text like any other, as for `train_new_from_iterator` of transformers; BPE models come out
        as theirs do.

        Args:
            source: As for `subword.train`. Counts must be of words as this pipeline splits them.
            vocab_size: Tokens wanted, special tokens and alphabet included.
            options: `new_special_tokens` to add to those that are there; `min_frequency`,
                `limit_alphabet`, for BPE `max_token_length` and for WordPiece `score`, as in
                `subword.train`; `field`, `column`, `threads`, `progress` and `checkpoint` too.

        Raises:
            OSError, ValueError, TypeError: As for `subword.train`; or the post-processor needs a
                token that is not among the special ones.

        Example:
            >>> import subword
            >>> old = subword.train(["low lower"], "byte_level_bpe", 260, progress=False)
            >>> new = old.train_new(["a new text"] * 3, 259, progress=False)
            >>> new.encode("a new text").tokens
            ['a', 'Ġnew', 'Ġ', 't', 'e', 'x', 't']
        """
        # Whoever only encodes does not wait for what trains.
        from subword.trainers.retrain import retrained_parts

        tokenizer: Any = self
        return type(tokenizer)(**retrained_parts(tokenizer, source, vocab_size, **options))  # type: ignore[no-any-return]
