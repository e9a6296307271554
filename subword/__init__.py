"""Subword tokenization: BPE, byte-level BPE and WordPiece, exact and fast."""

from subword.added_tokens import AddedToken
from subword.counting import count_words
from subword.encoding import Encoding
from subword.patterns import Regex
from subword.ragged import Ragged
from subword.tokenizer import Tokenizer
from subword.trainers.word_counts import WordCounts
from subword.training import train, train_from_counts

__all__ = [
    "AddedToken",
    "Encoding",
    "Ragged",
    "Regex",
    "Tokenizer",
    "WordCounts",
    "count_words",
    "train",
    "train_from_counts",
]
__version__ = "0.1.0"
