"""GPT-2's tokenizer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from subword.compat.tokenizers import decoders, normalizers, pre_tokenizers, processors, trainers
from subword.compat.tokenizers.implementations.base_tokenizer import BaseTokenizer
from subword.compat.tokenizers.implementations.builders import (
    NO_TOKENS,
    Merges,
    Tokens,
    Vocab,
    make_normalizer,
)
from subword.compat.tokenizers.models import BPE


class ByteLevelBPETokenizer(BaseTokenizer):
    """GPT-2's: byte-level BPE."""

    def __init__(
        self,
        vocab: Vocab = None,
        merges: Merges = None,
        add_prefix_space: bool = False,
        lowercase: bool = False,
        dropout: float | None = None,
        unicode_normalizer: str | None = None,
        continuing_subword_prefix: str | None = None,
        end_of_word_suffix: str | None = None,
        trim_offsets: bool = False,
    ) -> None:
        marks = {
            "continuing_subword_prefix": continuing_subword_prefix,
            "end_of_word_suffix": end_of_word_suffix,
        }
        super().__init__(
            BPE()
            if vocab is None or merges is None
            else BPE(vocab, merges, dropout=dropout, **{k: v or "" for k, v in marks.items()}),  # type: ignore[arg-type]
            {
                "model": "ByteLevelBPE",
                "add_prefix_space": add_prefix_space,
                "lowercase": lowercase,
                "dropout": dropout,
                "unicode_normalizer": unicode_normalizer,
                **marks,
                "trim_offsets": trim_offsets,
            },
        )
        self.normalizer = make_normalizer(
            unicode_normalizer, normalizers.Lowercase() if lowercase else None
        )
        self.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space)
        self.decoder = decoders.ByteLevel()
        self.post_processor = processors.ByteLevel(trim_offsets=trim_offsets)

    @staticmethod
    def from_file(  # type: ignore[override]
        vocab_filename: str, merges_filename: str, **kwargs: Any
    ) -> ByteLevelBPETokenizer:
        """Build one of vocab.json and merges.txt."""
        return ByteLevelBPETokenizer(*BPE.read_file(vocab_filename, merges_filename), **kwargs)

    def train(  # type: ignore[override]
        self,
        files: str | list[str],
        vocab_size: int = 30000,
        min_frequency: int = 2,
        show_progress: bool = True,
        special_tokens: Tokens = NO_TOKENS,
    ) -> None:
        """Learn the vocabulary from text files."""
        options = (vocab_size, min_frequency, show_progress, special_tokens)
        super().train(files, _trainer(*options))

    def train_from_iterator(  # type: ignore[override]
        self,
        iterator: Iterable[Any],
        vocab_size: int = 30000,
        min_frequency: int = 2,
        show_progress: bool = True,
        special_tokens: Tokens = NO_TOKENS,
        length: int | None = None,
    ) -> None:
        """Learn the vocabulary from texts."""
        options = (vocab_size, min_frequency, show_progress, special_tokens)
        super().train_from_iterator(iterator, _trainer(*options), length)


def _trainer(
    vocab_size: int, min_frequency: int, show_progress: bool, special_tokens: Tokens
) -> trainers.BpeTrainer:
    return trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        show_progress=show_progress,
        special_tokens=special_tokens,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
