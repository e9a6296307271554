"""Models, as `tokenizers.models` names them."""

from typing import Any

from subword import models
from subword.compat.tokenizers.models.base import Model, Token
from subword.compat.tokenizers.models.bpe import BPE
from subword.compat.tokenizers.models.unigram import Unigram
from subword.compat.tokenizers.models.word_level import WordLevel
from subword.compat.tokenizers.models.wordpiece import WordPiece

__all__ = ["BPE", "Model", "Token", "Unigram", "WordLevel", "WordPiece", "describe"]

KINDS: dict[type[Any], type[Model]] = {
    models.BPE: BPE,
    models.Unigram: Unigram,
    models.WordLevel: WordLevel,
    models.WordPiece: WordPiece,
}


def describe(core: Any) -> Model:
    """Return the description of a model of subword, whose vocabulary is read when it is needed."""
    return KINDS[type(core)].of_core(core)
