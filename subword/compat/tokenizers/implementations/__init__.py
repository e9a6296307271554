"""Tokenizers with their parts put together, as `tokenizers.implementations` names them."""

from subword.compat.tokenizers.implementations.base_tokenizer import BaseTokenizer
from subword.compat.tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer
from subword.compat.tokenizers.implementations.byte_level_bpe import ByteLevelBPETokenizer
from subword.compat.tokenizers.implementations.char_level_bpe import CharBPETokenizer
from subword.compat.tokenizers.implementations.sentencepiece_bpe import SentencePieceBPETokenizer
from subword.compat.tokenizers.implementations.sentencepiece_unigram import (
    SentencePieceUnigramTokenizer,
)

__all__ = [
    "BaseTokenizer",
    "BertWordPieceTokenizer",
    "ByteLevelBPETokenizer",
    "CharBPETokenizer",
    "SentencePieceBPETokenizer",
    "SentencePieceUnigramTokenizer",
]
