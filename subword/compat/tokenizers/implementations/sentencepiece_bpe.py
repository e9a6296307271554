"""SentencePiece's tokenizer with a BPE model."""

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
)
from subword.compat.tokenizers.models import BPE


class SentencePieceBPETokenizer(BaseTokenizer):
    """BPE over text in which "▁" stands for a space, as SentencePiece writes it."""

    def __init__(
        self,
        vocab: Vocab = None,
        merges: Merges = None,
        unk_token: str | AddedToken = "<unk>",
        replacement: str = "▁",
        add_prefix_space: bool = True,
        dropout: float | None = None,
        fuse_unk: bool | None = False,
    ) -> None:
        super().__init__(
            make_bpe(vocab, merges, unk_token=unk_token, dropout=dropout, fuse_unk=fuse_unk),
            {
                "model": "SentencePieceBPE",
                "unk_token": unk_token,
                "replacement": replacement,
                "add_prefix_space": add_prefix_space,
                "dropout": dropout,
            },
        )
        self._know(unk_token)
        scheme = "always" if add_prefix_space else "never"
        self.normalizer = normalizers.NFKC()
        self.pre_tokenizer = pre_tokenizers.Metaspace(replacement, scheme)
        self.decoder = decoders.Metaspace(replacement, scheme)

    @staticmethod
    def from_file(  # type: ignore[override]
        vocab_filename: str, merges_filename: str, **kwargs: Any
    ) -> SentencePieceBPETokenizer:
        """Build one of vocab.json and merges.txt."""
        return SentencePieceBPETokenizer(*BPE.read_file(vocab_filename, merges_filename), **kwargs)

    def train(  # type: ignore[override]
        self,
        files: str | list[str],
        vocab_size: int = 30000,
        min_frequency: int = 2,
        special_tokens: Tokens = UNK_TOKENS,
        limit_alphabet: int = 1000,
        initial_alphabet: Sequence[str] = (),
        show_progress: bool = True,
    ) -> None:
        """Learn the vocabulary from text files."""
        options = (vocab_size, min_frequency, special_tokens, limit_alphabet, initial_alphabet)
        super().train(files, make_bpe_trainer(*options, None, show_progress))

    def train_from_iterator(  # type: ignore[override]
        self,
        iterator: Iterable[Any],
        vocab_size: int = 30000,
        min_frequency: int = 2,
        special_tokens: Tokens = UNK_TOKENS,
        limit_alphabet: int = 1000,
        initial_alphabet: Sequence[str] = (),
        show_progress: bool = True,
        length: int | None = None,
    ) -> None:
        """Learn the vocabulary from texts."""
        options = (vocab_size, min_frequency, special_tokens, limit_alphabet, initial_alphabet)
        super().train_from_iterator(
            iterator, make_bpe_trainer(*options, None, show_progress), length
        )
