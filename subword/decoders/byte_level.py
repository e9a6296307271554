"""The decoder of byte-level tokens: each character stands for a byte."""

from __future__ import annotations

from collections.abc import Sequence

from subword._core.shared_fields import ByteLevelFields
from subword.decoders.base import Decoder
from subword.decoders.incremental import ByteLevelBytes, IncrementalDecoder
from subword.vocab.byte_alphabet import bytes_of


class ByteLevel(ByteLevelFields, Decoder):
    """Read each character of a token as the byte it stands for in the byte-level alphabet.

    A token with any other character is taken as it is. The bytes of all tokens are decoded as one:
    each maximal run that cannot begin a valid character gives one U+FFFD.

    Args:
        add_prefix_space: Kept for the file format; it does not change how tokens are decoded.
        trim_offsets: The same.
        use_regex: The same.

    Example:
        >>> ByteLevel().decode(["H", "Ã©", "Ġthere"])
        'Hé there'
    """

    type_name = "ByteLevel"

    def decode_chain(self, tokens: Sequence[str]) -> list[str]:
        return [b"".join(map(bytes_of, tokens)).decode("utf-8", "replace")]

    def incremental_decoder(self) -> IncrementalDecoder:
        return ByteLevelBytes()
