"""BERT's tokenizer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from subword.compat.tokenizers import decoders, normalizers, pre_tokenizers, processors, trainers
from subword.compat.tokenizers.added import AddedToken
from subword.compat.tokenizers.implementations.base_tokenizer import BaseTokenizer
from subword.compat.tokenizers.implementations.builders import Tokens, Vocab
from subword.compat.tokenizers.models import WordPiece

BERT_TOKENS: Tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


class BertWordPieceTokenizer(BaseTokenizer):
    """BERT's: WordPiece after BERT's normalizer and pre-tokenizer."""

    def __init__(
        self,
        vocab: Vocab = None,
        unk_token: str | AddedToken = "[UNK]",
        sep_token: str | AddedToken = "[SEP]",
        cls_token: str | AddedToken = "[CLS]",
        pad_token: str | AddedToken = "[PAD]",
        mask_token: str | AddedToken = "[MASK]",
        clean_text: bool = True,
        handle_chinese_chars: bool = True,
        strip_accents: bool | None = None,
        lowercase: bool = True,
        wordpieces_prefix: str = "##",
    ) -> None:
        cleaning: dict[str, Any] = {
            "clean_text": clean_text,
            "handle_chinese_chars": handle_chinese_chars,
            "strip_accents": strip_accents,
            "lowercase": lowercase,
        }
        named = {
            "unk_token": unk_token,
            "sep_token": sep_token,
            "cls_token": cls_token,
            "pad_token": pad_token,
            "mask_token": mask_token,
        }
        super().__init__(
            WordPiece(vocab, unk_token=str(unk_token)),
            {"model": "BertWordPiece", **named, **cleaning, "wordpieces_prefix": wordpieces_prefix},
        )
        self._know(*named.values())
        self.normalizer = normalizers.BertNormalizer(**cleaning)
        self.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        self.decoder = decoders.WordPiece(prefix=wordpieces_prefix)
        if vocab is not None:
            ends = [(str(token), self.token_to_id(str(token))) for token in (sep_token, cls_token)]
            for token, index in ends:
                if index is None:
                    raise TypeError(f"the vocabulary must have {token!r}")
            self.post_processor = processors.BertProcessing(*ends)  # type: ignore[arg-type]

    @staticmethod
    def from_file(vocab: str, **kwargs: Any) -> BertWordPieceTokenizer:  # type: ignore[override]
        """Build one of vocab.txt."""
        return BertWordPieceTokenizer(WordPiece.read_file(vocab), **kwargs)

    def train(  # type: ignore[override]
        self,
        files: str | list[str],
        vocab_size: int = 30000,
        min_frequency: int = 2,
        limit_alphabet: int = 1000,
        initial_alphabet: Sequence[str] = (),
        special_tokens: Tokens = BERT_TOKENS,
        show_progress: bool = True,
        wordpieces_prefix: str = "##",
    ) -> None:
        """Learn the vocabulary from text files."""
        options = (vocab_size, min_frequency, limit_alphabet, initial_alphabet, special_tokens)
        super().train(files, _trainer(*options, show_progress, wordpieces_prefix))

    def train_from_iterator(  # type: ignore[override]
        self,
        iterator: Iterable[Any],
        vocab_size: int = 30000,
        min_frequency: int = 2,
        limit_alphabet: int = 1000,
        initial_alphabet: Sequence[str] = (),
        special_tokens: Tokens = BERT_TOKENS,
        show_progress: bool = True,
        wordpieces_prefix: str = "##",
        length: int | None = None,
    ) -> None:
        """Learn the vocabulary from texts."""
        options = (vocab_size, min_frequency, limit_alphabet, initial_alphabet, special_tokens)
        trainer = _trainer(*options, show_progress, wordpieces_prefix)
        super().train_from_iterator(iterator, trainer, length)


def _trainer(
    vocab_size: int,
    min_frequency: int,
    limit_alphabet: int,
    initial_alphabet: Sequence[str],
    special_tokens: Tokens,
    show_progress: bool,
    wordpieces_prefix: str,
) -> trainers.WordPieceTrainer:
    return trainers.WordPieceTrainer(
        vocab_size=vocab_size,
        min_frequency=min_frequency,
        limit_alphabet=limit_alphabet,
        initial_alphabet=initial_alphabet,
        special_tokens=special_tokens,
        show_progress=show_progress,
        continuing_subword_prefix=wordpieces_prefix,
    )
