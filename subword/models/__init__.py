"""The models: words in, ids out."""

from subword.models.bpe import BPE
from subword.models.wordpiece import WordPiece

__all__ = ["BPE", "WordPiece"]
