"""`BaseTokenizer`: what the prepared tokenizers share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from subword.compat.tokenizers.added import AddedToken
from subword.compat.tokenizers.models import Model
from subword.compat.tokenizers.tokenizer import Tokenizer
from subword.results.encoding import Encoding


class BaseTokenizer(Tokenizer):
    """What those tokenizers add to a `Tokenizer`.

    Args:
        tokenizer: The tokenizer, whose parts this one shares; or the model of a new one.
        parameters: Shown by `repr`.
    """

    def __init__(
        self, tokenizer: Tokenizer | Model, parameters: Mapping[str, Any] | None = None
    ) -> None:
        if isinstance(tokenizer, Tokenizer):
            vars(self).update(vars(tokenizer))
        else:
            super().__init__(tokenizer)
        self._parameters = dict(parameters or {})

    def enable_padding(  # type: ignore[override]
        self,
        direction: str = "right",
        pad_to_multiple_of: int | None = None,
        pad_id: int = 0,
        pad_type_id: int = 0,
        pad_token: str = "[PAD]",
        length: int | None = None,
    ) -> None:
        """Pad texts from now on; the arguments have another order than those of `Tokenizer`."""
        super().enable_padding(
            direction, pad_id, pad_type_id, pad_token, length, pad_to_multiple_of
        )

    def add_special_tokens(self, special_tokens: Iterable[str | AddedToken]) -> int:
        """Add special tokens; return how many of them are new."""
        return super().add_special_tokens(special_tokens)

    def encode_batch(
        self, inputs: Iterable[Any], is_pretokenized: bool = False, add_special_tokens: bool = True
    ) -> list[Encoding]:
        """Encode texts, or pairs; see `Tokenizer.encode_batch`."""
        if inputs is None:
            raise ValueError("encode_batch: inputs must be a list of texts, got None")
        return super().encode_batch(inputs, is_pretokenized, add_special_tokens)

    def normalize(self, sequence: str) -> str:
        """Return the text as the normalizer leaves it."""
        return sequence if self.normalizer is None else str(self.normalizer.normalize_str(sequence))

    def save_model(self, directory: str, prefix: str | None = None) -> list[str]:
        """Write the files of the model; see `Model.save`."""
        return list(self.model.save(directory, prefix))

    def _know(self, *tokens: str | AddedToken) -> None:
        """Make special tokens of those that the vocabulary has."""
        self.add_special_tokens([str(t) for t in tokens if self.token_to_id(str(t)) is not None])

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self._parameters.items())
        return f"Tokenizer(vocabulary_size={self.get_vocab_size()}, {shown})"
