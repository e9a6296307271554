"""WordPiece."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from subword.compat.tokenizers.models.base import Model, as_dict
from subword.formats.vocab_files import read_vocab_txt


class WordPiece(Model):
    """See `subword.models.wordpiece.WordPiece`; without vocabulary it is there to be trained."""

    def __init__(
        self,
        vocab: Mapping[str, int] | str | None = None,
        unk_token: str = "[UNK]",
        max_input_chars_per_word: int = 100,
        continuing_subword_prefix: str = "##",
    ) -> None:
        super().__init__(
            unk_token=unk_token,
            continuing_subword_prefix=continuing_subword_prefix,
            max_input_chars_per_word=max_input_chars_per_word,
        )
        tokens = self.read_file(vocab) if isinstance(vocab, str) else as_dict(vocab)
        self._forget({"vocab": tokens})

    @staticmethod
    def read_file(vocab: str) -> dict[str, int]:
        """Read vocab.txt."""
        return read_vocab_txt(vocab)

    @classmethod
    def from_file(cls, vocab: str, **kwargs: Any) -> Self:
        """Build a model of vocab.txt."""
        return cls(cls.read_file(vocab), **kwargs)

    def _files(self) -> dict[str, str]:
        tokens = sorted(self.vocab, key=lambda token: self.vocab[token])
        return {"vocab.txt": "".join(f"{token}\n" for token in tokens)}
