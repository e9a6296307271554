"""WordLevel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from subword.compat.tokenizers.models.base import Model, as_dict
from subword.formats.json_files import dump_json
from subword.formats.vocab_files import read_vocab_json


class WordLevel(Model):
    """See `subword.models.WordLevel`; without vocabulary it is there to be trained."""

    def __init__(
        self, vocab: Mapping[str, int] | str | None = None, unk_token: str | None = None
    ) -> None:
        super().__init__(unk_token="<unk>" if unk_token is None else unk_token)
        tokens = self.read_file(vocab) if isinstance(vocab, str) else as_dict(vocab)
        self._forget({"vocab": tokens})

    @staticmethod
    def read_file(vocab: str) -> dict[str, int]:
        """Read vocab.json."""
        return read_vocab_json(vocab)

    @classmethod
    def from_file(cls, vocab: str, unk_token: str | None = None) -> Self:
        """Build a model of vocab.json."""
        return cls(cls.read_file(vocab), unk_token)

    def _files(self) -> dict[str, str]:
        vocab = dict(sorted(self.vocab.items(), key=lambda item: item[1]))
        return {"vocab.json": dump_json(vocab, False)}
