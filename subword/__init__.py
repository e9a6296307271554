"""Subword tokenization: BPE, byte-level BPE and WordPiece, exact and fast."""

from subword._regex.patterns import Regex
from subword.corpus.counting import count_words
from subword.corpus.word_counts import WordCounts
from subword.results.encoding import Encoding
from subword.results.ragged import Ragged
from subword.tokenizer import Tokenizer
from subword.training import train, train_from_counts
from subword.vocab.added_tokens import AddedToken

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
