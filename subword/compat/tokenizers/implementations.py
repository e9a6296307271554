"""Tokenizers with their parts put together, as `tokenizers.implementations` names them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from subword.compat.tokenizers import decoders, normalizers, pre_tokenizers, processors, trainers
from subword.compat.tokenizers.added import AddedToken
from subword.compat.tokenizers.base import (
    BaseTokenizer,
    Merges,
    Tokens,
    Vocab,
    bpe,
    bpe_trainer,
    byte_trainer,
    stages,
)
from subword.compat.tokenizers.models import BPE, WordPiece

BERT_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


class BertWordPieceTokenizer(BaseTokenizer):
    """BERT's: WordPiece behind BERT's normalizer and words."""

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
        trainer = trainers.WordPieceTrainer(
            vocab_size=vocab_size,
            min_frequency=min_frequency,
            limit_alphabet=limit_alphabet,
            initial_alphabet=initial_alphabet,
            special_tokens=special_tokens,
            show_progress=show_progress,
            continuing_subword_prefix=wordpieces_prefix,
        )
        super().train(files, trainer)

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
        trainer = trainers.WordPieceTrainer(
            vocab_size=vocab_size,
            min_frequency=min_frequency,
            limit_alphabet=limit_alphabet,
            initial_alphabet=initial_alphabet,
            special_tokens=special_tokens,
            show_progress=show_progress,
            continuing_subword_prefix=wordpieces_prefix,
        )
        super().train_from_iterator(iterator, trainer, length)


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
        self.normalizer = stages(unicode_normalizer, normalizers.Lowercase() if lowercase else None)
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
        special_tokens: Tokens = (),
    ) -> None:
        """Learn the vocabulary from text files."""
        options = (vocab_size, min_frequency, show_progress, special_tokens)
        super().train(files, byte_trainer(*options))

    def train_from_iterator(  # type: ignore[override]
        self,
        iterator: Iterable[Any],
        vocab_size: int = 30000,
        min_frequency: int = 2,
        show_progress: bool = True,
        special_tokens: Tokens = (),
        length: int | None = None,
    ) -> None:
        """Learn the vocabulary from texts."""
        options = (vocab_size, min_frequency, show_progress, special_tokens)
        super().train_from_iterator(iterator, byte_trainer(*options), length)


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
            bpe(vocab, merges, unk_token=unk_token, dropout=dropout, end_of_word_suffix=suffix),
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
        self.normalizer = stages(
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
        special_tokens: Tokens = ("<unk>",),
        limit_alphabet: int = 1000,
        initial_alphabet: Sequence[str] = (),
        suffix: str | None = "</w>",
        show_progress: bool = True,
    ) -> None:
        """Learn the vocabulary from text files."""
        options = (vocab_size, min_frequency, special_tokens, limit_alphabet, initial_alphabet)
        super().train(files, bpe_trainer(*options, suffix, show_progress))

    def train_from_iterator(  # type: ignore[override]
        self,
        iterator: Iterable[Any],
        vocab_size: int = 30000,
        min_frequency: int = 2,
        special_tokens: Tokens = ("<unk>",),
        limit_alphabet: int = 1000,
        initial_alphabet: Sequence[str] = (),
        suffix: str | None = "</w>",
        show_progress: bool = True,
        length: int | None = None,
    ) -> None:
        """Learn the vocabulary from texts."""
        options = (vocab_size, min_frequency, special_tokens, limit_alphabet, initial_alphabet)
        super().train_from_iterator(iterator, bpe_trainer(*options, suffix, show_progress), length)


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
            bpe(vocab, merges, unk_token=unk_token, dropout=dropout, fuse_unk=fuse_unk),
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
        special_tokens: Tokens = ("<unk>",),
        limit_alphabet: int = 1000,
        initial_alphabet: Sequence[str] = (),
        show_progress: bool = True,
    ) -> None:
        """Learn the vocabulary from text files."""
        options = (vocab_size, min_frequency, special_tokens, limit_alphabet, initial_alphabet)
        super().train(files, bpe_trainer(*options, None, show_progress))

    def train_from_iterator(  # type: ignore[override]
        self,
        iterator: Iterable[Any],
        vocab_size: int = 30000,
        min_frequency: int = 2,
        special_tokens: Tokens = ("<unk>",),
        limit_alphabet: int = 1000,
        initial_alphabet: Sequence[str] = (),
        show_progress: bool = True,
        length: int | None = None,
    ) -> None:
        """Learn the vocabulary from texts."""
        options = (vocab_size, min_frequency, special_tokens, limit_alphabet, initial_alphabet)
        super().train_from_iterator(iterator, bpe_trainer(*options, None, show_progress), length)
