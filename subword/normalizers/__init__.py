"""The normalizers: text in, text and its alignment with the source out."""

from subword.normalizers.bert import BertNormalizer, Lowercase
from subword.normalizers.filters import BertMarks, Nmt, StripAccents
from subword.normalizers.precompiled import Precompiled
from subword.normalizers.sentencepiece import SentencePiece
from subword.normalizers.sequence import Sequence
from subword.normalizers.strings import ByteLevel, Prepend, Replace, Strip
from subword.normalizers.unicode import NFC, NFD, NFKC, NFKD

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
    "Precompiled",
    "Prepend",
    "Replace",
    "SentencePiece",
    "Sequence",
    "Strip",
    "StripAccents",
]
