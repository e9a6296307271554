"""The normalizers: text and its alignment in, text and its alignment out."""

from subword.normalizers.bert import (
    NFC,
    NFD,
    NFKC,
    NFKD,
    BertMarks,
    BertNormalizer,
    ByteLevel,
    Lowercase,
    Nmt,
    Prepend,
    Replace,
    Sequence,
    Strip,
    StripAccents,
)

__all__ = [
    "NFC",
    "NFD",
    "NFKC",
    "NFKD",
    "BertMarks",
    "BertNormalizer",
    "ByteLevel",
    "Lowercase",
    "Nmt",
    "Prepend",
    "Replace",
    "Sequence",
    "Strip",
    "StripAccents",
]
