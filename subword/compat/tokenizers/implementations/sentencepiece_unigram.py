"""SentencePiece's tokenizer with a Unigram model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from subword._regex.patterns import Regex
from subword.compat.tokenizers import decoders, normalizers, pre_tokenizers, trainers
from subword.compat.tokenizers.implementations.base_tokenizer import BaseTokenizer
from subword.compat.tokenizers.implementations.builders import Tokens
from subword.compat.tokenizers.models import Unigram
from subword.formats.sentencepiece_model import Algorithm, read_model

REPLACEMENT = "▁"


class SentencePieceUnigramTokenizer(BaseTokenizer):
    """Unigram over text in which "▁" stands for a space, as SentencePiece writes it."""

    def __init__(
        self,
        vocab: list[tuple[str, float]] | None = None,
        replacement: str = REPLACEMENT,
        add_prefix_space: bool = True,
    ) -> None:
        super().__init__(
            Unigram() if vocab is None else Unigram(vocab),
            {
                "model": "SentencePieceUnigram",
                "replacement": replacement,
                "add_prefix_space": add_prefix_space,
            },
        )
        self._set_stages([normalizers.Nmt(), normalizers.NFKC()], replacement, add_prefix_space)

    def _set_stages(
        self, cleaning: list[normalizers.Normalizer], replacement: str, add_prefix_space: bool
    ) -> None:
        scheme = "always" if add_prefix_space else "never"
        spaces = normalizers.Replace(Regex(" {2,}"), " ")
        self.normalizer = normalizers.Sequence([*cleaning, spaces])
        self.pre_tokenizer = pre_tokenizers.Metaspace(replacement, scheme)
        self.decoder = decoders.Metaspace(replacement, scheme)

    @staticmethod
    def from_spm(filename: str) -> SentencePieceUnigramTokenizer:
        """Build one of a SentencePiece .model file, as the original does.

        For the ids that SentencePiece itself gives see `subword.Tokenizer.from_sentencepiece`.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is broken, or its model is no Unigram.
        """
        file = read_model(filename)
        if file.algorithm is not Algorithm.UNIGRAM:
            name = file.algorithm.name
            raise ValueError(f"{filename}: the model must be a Unigram, got {name}")
        tokenizer = SentencePieceUnigramTokenizer()
        pieces = list(zip(file.pieces, file.scores, strict=True))
        fallback = bool(file.trainer["byte_fallback"])
        tokenizer.model = Unigram(pieces, file.trainer["unk_id"], fallback)
        charsmap = file.normalizer["precompiled_charsmap"]
        cleaning = [normalizers.Precompiled(charsmap)] if charsmap else []
        tokenizer._set_stages([*cleaning], REPLACEMENT, True)
        tokenizer._parameters = {"model": "SentencePieceUnigram"}
        return tokenizer

    def train(  # type: ignore[override]
        self,
        files: str | list[str],
        vocab_size: int = 8000,
        show_progress: bool = True,
        special_tokens: Tokens | None = None,
        initial_alphabet: Sequence[str] | None = None,
        unk_token: str | None = None,
    ) -> None:
        """Learn the vocabulary from text files."""
        options = (vocab_size, show_progress, special_tokens, initial_alphabet, unk_token)
        super().train(files, _trainer(*options))

    def train_from_iterator(  # type: ignore[override]
        self,
        iterator: Iterable[Any],
        vocab_size: int = 8000,
        show_progress: bool = True,
        special_tokens: Tokens | None = None,
        initial_alphabet: Sequence[str] | None = None,
        unk_token: str | None = None,
        length: int | None = None,
    ) -> None:
        """Learn the vocabulary from texts."""
        options = (vocab_size, show_progress, special_tokens, initial_alphabet, unk_token)
        super().train_from_iterator(iterator, _trainer(*options), length)


def _trainer(
    vocab_size: int,
    show_progress: bool,
    special_tokens: Tokens | None,
    initial_alphabet: Sequence[str] | None,
    unk_token: str | None,
) -> trainers.UnigramTrainer:
    return trainers.UnigramTrainer(
        vocab_size=vocab_size,
        show_progress=show_progress,
        special_tokens=special_tokens,
        initial_alphabet=[] if initial_alphabet is None else initial_alphabet,
        unk_token=unk_token,
    )
