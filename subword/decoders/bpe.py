"""The decoder of BPE vocabularies that mark the end of a word with a suffix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from subword._core.component import REQUIRED
from subword.decoders.base import Decoder
from subword.decoders.incremental import IncrementalDecoder, OneBehind


class BPEDecoder(Decoder):
    """Read the suffix that ends a word as a space; in the last token drop it.

    Args:
        suffix: What ends a word.

    Example:
        >>> BPEDecoder().decode(["he", "llo</w>", "you</w>"])
        'hello you'
    """

    type_name = "BPEDecoder"
    fields: ClassVar = {"suffix": (str, REQUIRED)}

    def __init__(self, suffix: str = "</w>") -> None:
        self.suffix = suffix

    def decode_chain(self, tokens: Sequence[str]) -> list[str]:
        last = len(tokens) - 1
        return [self.decode_token(i == last, token) for i, token in enumerate(tokens)]

    def decode_token(self, is_last: bool, token: str) -> str:
        """Return the text of one token."""
        return token.replace(self.suffix, "" if is_last else " ")

    def incremental_decoder(self) -> IncrementalDecoder:
        return OneBehind(self.decode_token)
