"""The models: words in, ids out."""

from subword.models.bpe import BPE
from subword.models.unigram import Unigram
from subword.models.word_level import WordLevel
from subword.models.wordpiece import WordPiece

__all__ = ["BPE", "Unigram", "WordLevel", "WordPiece"]
