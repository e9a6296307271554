"""The decoders of tokens that spell bytes."""

# ruff: noqa: D102 (the methods are documented on the base class)

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from subword._core.component import REQUIRED
from subword.decoders import incremental
from subword.decoders.base import Decoder
from subword.vocab.byte_alphabet import byte_of_token, bytes_of


class ByteLevel(Decoder):
    """Read each character of a token as the byte it stands for in the byte-level alphabet.

    A token with any other character is taken as it is. The bytes of all tokens are decoded as one:
    each maximal run that cannot begin a valid character gives one U+FFFD.

    Args:
        add_prefix_space: kept for the file format; means nothing here, like the others.
        trim_offsets: kept.
        use_regex: kept.

    Example:
        >>> ByteLevel().decode(["H", "Ã©", "Ġthere"])
        'Hé there'
    """

    type_name = "ByteLevel"
    fields: ClassVar = {
        "add_prefix_space": (bool, REQUIRED),
        "trim_offsets": (bool, REQUIRED),
        "use_regex": (bool, True),
    }

    def __init__(
        self, add_prefix_space: bool = True, trim_offsets: bool = True, use_regex: bool = True
    ) -> None:
        self.add_prefix_space, self.trim_offsets = add_prefix_space, trim_offsets
        self.use_regex = use_regex

    def decode_chain(self, tokens: Sequence[str]) -> list[str]:
        return [b"".join(map(bytes_of, tokens)).decode("utf-8", "replace")]

    def stream(self) -> incremental.Stream:
        return incremental.Bytes()


class ByteFallback(Decoder):
    """Read tokens like `<0x61>` as bytes.

    A run of them that is valid UTF-8 gives its text, any other run one U+FFFD for each token.

    Example:
        >>> ByteFallback().decode(["<0xC3>", "<0xA9>", "x", "<0xC3>"])
        'éx\ufffd'
    """

    type_name = "ByteFallback"

    def decode_chain(self, tokens: Sequence[str]) -> list[str]:
        pieces: list[str] = []
        for is_byte, group in groupby(tokens, lambda token: byte_of_token(token) is not None):
            run = list(group)
            pieces.extend(_decode_run(run) if is_byte else run)
        return pieces

    def stream(self) -> incremental.Stream:
        return incremental.ByteRuns()


def _decode_run(run: list[str]) -> list[str]:
    try:
        return [bytes(byte_of_token(token) or 0 for token in run).decode()]
    except UnicodeDecodeError:
        return ["\ufffd"] * len(run)
