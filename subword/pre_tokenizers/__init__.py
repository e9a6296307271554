"""The pre-tokenizers: text in, spans of words out."""

from subword._core.simd import use_simd
from subword._regex.split_patterns import PATTERNS
from subword.pre_tokenizers.bert import BertPreTokenizer
from subword.pre_tokenizers.byte_level import ByteLevel
from subword.pre_tokenizers.metaspace import Metaspace
from subword.pre_tokenizers.sequence import (
    Sequence,
    is_scanned,
    scanner_number,
    takes_one_pass,
    with_raw_bytes,
)
from subword.pre_tokenizers.splits import (
    CharDelimiterSplit,
    Digits,
    FixedLength,
    Punctuation,
    Split,
    UnicodeScripts,
)
from subword.pre_tokenizers.whitespace import Whitespace, WhitespaceSplit

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
    "scanner_number",
    "takes_one_pass",
    "use_simd",
    "with_raw_bytes",
]
