"""`sentencepiece` 0.2.3's Python API, as far as it encodes and decodes."""

from subword.compat.sentencepiece.places import Piece, SentencePieceText
from subword.compat.sentencepiece.processor import SentencePieceProcessor
from subword.compat.sentencepiece.sampling import (
    SetRandomGeneratorSeed,
    set_random_generator_seed,
)

__all__ = [
    "Piece",
    "SentencePieceProcessor",
    "SentencePieceText",
    "SetRandomGeneratorSeed",
    "set_random_generator_seed",
]
