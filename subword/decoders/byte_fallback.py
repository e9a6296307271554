"""The decoder of tokens like `<0x61>`, which stand for single bytes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from subword.decoders.base import Decoder
from subword.decoders.incremental import REPLACEMENT_CHAR, ByteFallbackRuns, IncrementalDecoder
from subword.vocab.byte_alphabet import byte_of_token


class ByteFallback(Decoder):
    """Read tokens like `<0x61>` as bytes.

    A run of them that is valid UTF-8 gives its text, any other run one U+FFFD for each token.

    Example:
        >>> ByteFallback().decode(["<0xC3>", "<0xA9>", "x", "<0xC3>"])
        'éx\ufffd'
    """

    type_name = "ByteFallback"

    def decode_chain(self, tokens: Sequence[str]) -> list[str]:
        texts: list[str] = []
        for is_byte, group in groupby(tokens, lambda token: byte_of_token(token) is not None):
            run = list(group)
            texts.extend(_decode_run(run) if is_byte else run)
        return texts

    def incremental_decoder(self) -> IncrementalDecoder:
        return ByteFallbackRuns()


def _decode_run(run: list[str]) -> list[str]:
    try:
        return [bytes(byte_of_token(token) or 0 for token in run).decode()]
    except UnicodeDecodeError:
        return [REPLACEMENT_CHAR] * len(run)
