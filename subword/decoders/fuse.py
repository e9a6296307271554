"""The decoder that joins all tokens into one."""

from __future__ import annotations

from collections.abc import Sequence

from subword.decoders.base import Decoder
from subword.decoders.incremental import IncrementalDecoder, PerToken


class Fuse(Decoder):
    """Join all tokens into one, for decoders that follow.

    Example:
        >>> Fuse().decode_chain(["a", "b"])
        ['ab']
    """

    type_name = "Fuse"

    def decode_chain(self, tokens: Sequence[str]) -> list[str]:
        return ["".join(tokens)]

    def incremental_decoder(self) -> IncrementalDecoder:
        # The text is the same whether the tokens are joined or not; `sequence.Sequence` knows
        # which decoders after this one need them joined.
        return PerToken(lambda is_first, token: token)
