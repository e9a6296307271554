"""The tokenizer of the first BPE for words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from subword.compat.tokenizers import decoders, normalizers, pre_tokenizers
from subword.compat.tokenizers.added import AddedToken
from subword.compat.tokenizers.implementations.base_tokenizer import BaseTokenizer
from subword.compat.tokenizers.implementations.builders import (
    UNK_TOKENS,
    Merges,
    Tokens,
    Vocab,
    make_bpe,
    make_bpe_trainer,
    make_normalizer,
)
from subword.compat.tokenizers.models import BPE


class CharBPETokenizer(BaseTokenizer):
    """The first BPE for words (Sennrich et al. 2016), which marks their ends."""

    def __init__(
        self,
        vocab: Vocab = None,
        merges: Merges = None,
        unk_token: str | AddedToken = "<unk>",
        suffix: str = "</w>",
        dropout: float | None = None,
        lowercase: bool = False,
        unicode_normalizer: str | None = None,
        bert_normalizer: bool = True,
        split_on_whitespace_only: bool = False,
    ) -> None:
        super().__init__(
            make_bpe(
                vocab, merges, unk_token=unk_token, dropout=dropout, end_of_word_suffix=suffix
            ),
            {
                "model": "BPE",
                "unk_token": unk_token,
                "suffix": suffix,
                "dropout": dropout,
                "lowercase": lowercase,
                "unicode_normalizer": unicode_normalizer,
                "bert_normalizer": bert_normalizer,
                "split_on_whitespace_only": split_on_whitespace_only,
            },
        )
        self._know(unk_token)
        self.normalizer = make_normalizer(
            unicode_normalizer,
            normalizers.BertNormalizer(lowercase=False) if bert_normalizer else None,
            normalizers.Lowercase() if lowercase else None,
        )
        self.pre_tokenizer = (
            pre_tokenizers.WhitespaceSplit()
            if split_on_whitespace_only
            else pre_tokenizers.BertPreTokenizer()
        )
        self.decoder = decoders.BPEDecoder(suffix=suffix)

    @staticmethod
    def from_file(  # type: ignore[override]
        vocab_filename: str, merges_filename: str, **kwargs: Any
    ) -> CharBPETokenizer:
        """Build one of vocab.json and merges.txt."""
        return CharBPETokenizer(*BPE.read_file(vocab_filename, merges_filename), **kwargs)

    def train(  # type: ignore[override]
        self,
        files: str | list[str],
        vocab_size: int = 30000,
        min_frequency: int = 2,
        special_tokens: Tokens = UNK_TOKENS,
        limit_alphabet: int = 1000,
        initial_alphabet: Sequence[str] = (),
        suffix: str | None = "</w>",
        show_progress: bool = True,
    ) -> None:
        """Learn the vocabulary from text files."""
        options = (vocab_size, min_frequency, special_tokens, limit_alphabet, initial_alphabet)
        super().train(files, make_bpe_trainer(*options, suffix, show_progress))

    def train_from_iterator(  # type: ignore[override]
        self,
        iterator: Iterable[Any],
        vocab_size: int = 30000,
        min_frequency: int = 2,
        special_tokens: Tokens = UNK_TOKENS,
        limit_alphabet: int = 1000,
        initial_alphabet: Sequence[str] = (),
        suffix: str | None = "</w>",
        show_progress: bool = True,
        length: int | None = None,
    ) -> None:
        """Learn the vocabulary from texts."""
        options = (vocab_size, min_frequency, special_tokens, limit_alphabet, initial_alphabet)
        super().train_from_iterator(
            iterator, make_bpe_trainer(*options, suffix, show_progress), length
        )
