"""Subword tokenization: BPE, byte-level BPE and WordPiece, exact and fast."""

from subword.added_tokens import AddedToken
from subword.encoding import Encoding
from subword.patterns import Regex
from subword.ragged import Ragged
from subword.tokenizer import Tokenizer

__all__ = ["AddedToken", "Encoding", "Ragged", "Regex", "Tokenizer"]
__version__ = "0.1.0"
