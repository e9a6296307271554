"""The trainers: counted words in, vocabulary and merges out."""

from subword.corpus.word_counts import WordCounts
from subword.trainers.bpe import train_bpe
from subword.trainers.wordpiece import train_wordpiece

__all__ = ["WordCounts", "train_bpe", "train_wordpiece"]
