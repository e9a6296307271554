"""The trainers: counted words in; vocabulary, merges or scores out."""

from subword.corpus.word_counts import WordCounts
from subword.trainers.bpe import train_bpe
from subword.trainers.unigram import train_unigram
from subword.trainers.word_level import train_word_level
from subword.trainers.wordpiece import train_wordpiece

__all__ = ["WordCounts", "train_bpe", "train_unigram", "train_word_level", "train_wordpiece"]
