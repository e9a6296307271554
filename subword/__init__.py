"""Subword tokenization: BPE, byte-level BPE, WordPiece and Unigram, exact and fast."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from subword._regex.patterns import Regex
    from subword.corpus.counting import count_words
    from subword.corpus.word_counts import WordCounts
    from subword.encode.sampling import Sampling
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
    "Sampling",
    "Tokenizer",
    "WordCounts",
    "count_words",
    "train",
    "train_from_counts",
]
__version__ = "0.1.0"

# Name -> the module that has it. They are imported when the first is asked for: the command line
# shows its help, and another module of the package may be imported, without waiting for all.
_SOURCES = {
    "AddedToken": "subword.vocab.added_tokens",
    "Encoding": "subword.results.encoding",
    "Ragged": "subword.results.ragged",
    "Regex": "subword._regex.patterns",
    "Sampling": "subword.encode.sampling",
    "Tokenizer": "subword.tokenizer",
    "WordCounts": "subword.corpus.word_counts",
    "count_words": "subword.corpus.counting",
    "train": "subword.training",
    "train_from_counts": "subword.training",
}
# Modules that `import subword` has always brought along.
_MODULES = ("decoders", "models", "normalizers", "pre_tokenizers", "processors", "trainers")


if not TYPE_CHECKING:  # to a type checker it would mean that every name is there

    def __getattr__(name: str) -> Any:
        if name in _SOURCES:
            value = getattr(import_module(_SOURCES[name]), name)
        elif name in _MODULES:
            value = import_module(f"subword.{name}")
        else:
            raise AttributeError(f"module 'subword' has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_SOURCES, *_MODULES})
