"""Trainers, as `tokenizers.trainers` names them."""

from subword.compat.tokenizers.trainers.parity import ParityBpeTrainer
from subword.compat.tokenizers.trainers.single_corpus import (
    BpeTrainer,
    Trainer,
    UnigramTrainer,
    WordLevelTrainer,
    WordPieceTrainer,
)

__all__ = [
    "BpeTrainer",
    "ParityBpeTrainer",
    "Trainer",
    "UnigramTrainer",
    "WordLevelTrainer",
    "WordPieceTrainer",
]
