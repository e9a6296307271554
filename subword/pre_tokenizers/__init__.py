"""The pre-tokenizers: text in, spans of words out."""

from subword._core.simd import use_simd
from subword.pre_tokenizers.byte_level import (
    PATTERNS,
    BertPreTokenizer,
    ByteLevel,
    CharDelimiterSplit,
    Digits,
    FixedLength,
    Metaspace,
    Punctuation,
    Sequence,
    Split,
    UnicodeScripts,
    Whitespace,
    WhitespaceSplit,
    is_scanned,
    with_raw_bytes,
)

__all__ = [
    "PATTERNS",
    "BertPreTokenizer",
    "ByteLevel",
    "CharDelimiterSplit",
    "Digits",
    "FixedLength",
    "Metaspace",
    "Punctuation",
    "Sequence",
    "Split",
    "UnicodeScripts",
    "Whitespace",
    "WhitespaceSplit",
    "is_scanned",
    "use_simd",
    "with_raw_bytes",
]
