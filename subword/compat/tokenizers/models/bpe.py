"""BPE."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

from subword.compat.tokenizers.base_stage import check_count, check_sequence
from subword.compat.tokenizers.models.base import Model, as_dict
from subword.formats.json_files import dump_json
from subword.formats.vocab_files import read_merges, read_vocab_json

Pair = tuple[str, str]


class BPE(Model):
    """See `subword.models.bpe.BPE`; without vocabulary it is there to be trained."""

    untrained: ClassVar[dict[str, Any]] = {"vocab": {}, "merges": []}

    def __init__(
        self,
        vocab: Mapping[str, int] | str | None = None,
        merges: Iterable[Pair] | str | None = None,
        *,
        cache_capacity: int | None = None,
        dropout: float | None = None,
        unk_token: str | None = None,
        continuing_subword_prefix: str | None = None,
        end_of_word_suffix: str | None = None,
        fuse_unk: bool | None = None,
        byte_fallback: bool | None = False,
        ignore_merges: bool | None = False,
    ) -> None:
        super().__init__(
            dropout=dropout,
            unk_token=unk_token,
            continuing_subword_prefix=continuing_subword_prefix,
            end_of_word_suffix=end_of_word_suffix,
            fuse_unk=False if fuse_unk is None else fuse_unk,
            byte_fallback=False if byte_fallback is None else byte_fallback,
            ignore_merges=False if ignore_merges is None else ignore_merges,
        )
        if cache_capacity is not None:  # the size of a cache that is not there
            check_count("cache_capacity", cache_capacity)
        if (vocab is None) != (merges is None):
            raise ValueError("vocab and merges must be given together, got one of them")
        if isinstance(vocab, str) and isinstance(merges, str):
            vocab, merges = self.read_file(vocab, merges)
        elif isinstance(vocab, str) or isinstance(merges, str):
            raise ValueError("vocab and merges must both be paths, or neither")
        for pair in check_sequence("merges", merges or (), "pairs of str"):
            if not isinstance(pair, tuple | list):
                raise TypeError(f"a merge must be a pair of str, got {type(pair).__name__}")
        pairs = [list(pair) for pair in merges or ()]
        self._forget({"vocab": as_dict(vocab), "merges": pairs})
        if pairs:
            self.core  # noqa: B018  # whatever is wrong is found now

    @staticmethod
    def read_file(vocab: str, merges: str) -> tuple[dict[str, int], list[Pair]]:
        """Read vocab.json and merges.txt."""
        return read_vocab_json(vocab), read_merges(merges)

    @classmethod
    def from_file(cls, vocab: str, merges: str, **kwargs: Any) -> Self:
        """Build a model of vocab.json and merges.txt."""
        return cls(*cls.read_file(vocab, merges), **kwargs)

    def _files(self) -> dict[str, str]:
        vocab = dict(sorted(self.vocab.items(), key=lambda item: item[1]))
        lines = ["#version: 0.2", *(f"{a} {b}" for a, b in self.learned()["merges"]), ""]
        return {"vocab.json": dump_json(vocab, False), "merges.txt": "\n".join(lines)}
