"""The base classes of decoders, and how one is made of its JSON object.

A decoder maps the list of tokens to a list of texts (`decode_chain`); these put together are the
text (`decode`). A decoder that can work token by token also says how (`incremental_decoder`), for
`decode_stream.DecodeStream`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from subword._core.checks import check_list
from subword._core.component import Component, component_type
from subword.decoders.incremental import IncrementalDecoder, PerToken

# By the type that tokenizer.json names.
_TYPES: dict[str, type[Decoder]] = {}
# Type -> the fields that tell it where a file does not.
_BY_FIELDS = {
    "BPEDecoder": ("suffix",),
    "WordPiece": ("prefix", "cleanup"),
    "CTC": ("pad_token", "word_delimiter_token", "cleanup"),
    "Replace": ("pattern", "content"),
    "Strip": ("content", "start", "stop"),
}


class Decoder(Component, ABC):
    """What every decoder does. A subclass that sets `type_name` is known to `from_dict`."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "type_name" in vars(cls):
            _TYPES.setdefault(cls.type_name, cls)

    @abstractmethod
    def decode_chain(self, tokens: Sequence[str]) -> list[str]:
        """Return the texts that the tokens stand for, to be joined or decoded further."""

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the text that the tokens stand for.

        Args:
            tokens: As the vocabulary spells them.

        Returns:
            The text; bytes that are not valid UTF-8 give U+FFFD.

        Raises:
            TypeError: The tokens are one str.
        """
        return "".join(self.decode_chain(check_list("tokens", tokens)))

    def incremental_decoder(self) -> IncrementalDecoder | None:
        """Return a new decoder of one token after the other, None if it needs the whole list."""
        return None


class PerTokenDecoder(Decoder):
    """A decoder that looks at one token at a time, and whether it is the first."""

    @abstractmethod
    def decode_token(self, is_first: bool, token: str) -> str:
        """Return the text of one token."""

    def decode_chain(self, tokens: Sequence[str]) -> list[str]:
        """Return the text of each token."""
        return [self.decode_token(i == 0, token) for i, token in enumerate(tokens)]

    def incremental_decoder(self) -> IncrementalDecoder | None:
        """Return a decoder whose text of each token is final at once."""
        return PerToken(self.decode_token)


def from_dict(config: Mapping[str, Any]) -> Decoder:
    """Build a decoder from its JSON object.

    Args:
        config: The "decoder" of a tokenizer.json.

    Returns:
        The decoder.

    Raises:
        ValueError: Its type is unknown or a field is wrong.
    """
    return _TYPES[component_type("decoder", config, _TYPES, _BY_FIELDS)].from_dict(config)
