"""Models, as `tokenizers.models` names them: BPE and WordPiece."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from subword import models
from subword._core.atomic_file import write_text
from subword._core.component import FieldKindError
from subword.compat.tokenizers.base_stage import BaseStage, check_count, check_sequence, note_change
from subword.formats.json_files import dump_json
from subword.formats.models_json import model_from_config, model_to_config
from subword.formats.vocab_files import read_merges, read_vocab_json, read_vocab_txt

PathLike = str | os.PathLike[str]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Token:
    """One token of a word.

    Attributes:
        id: Its id.
        value: Its text.
        offsets: Where it lies in the word, bytes [start, end).
    """

    id: int
    value: str
    offsets: tuple[int, int]

    def as_tuple(self) -> tuple[int, str, tuple[int, int]]:
        """Return all three."""
        return self.id, self.value, self.offsets


class Model(BaseStage):
    """What every model does. A model without vocabulary is there to be trained."""

    trainer: ClassVar[type[Any]]

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self.check()
        object.__setattr__(self, "_cores", {})
        object.__setattr__(self, "_tokens", None)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_model, (type(self), self._fields, self.learned())

    def check(self) -> None:
        """Build a model of these options without vocabulary, which checks them."""
        if type(self) is Model:  # the base class has no options
            return
        try:
            model_from_config({**super().config(), "vocab": {}, "merges": []}, False)
        except FieldKindError as error:
            raise TypeError(str(error)) from None

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        self._forget(self.learned())

    def _forget(self, learned: dict[str, Any]) -> None:
        """Take new tokens, or keep them under other options: what was built is no longer right."""
        object.__setattr__(self, "_learned", learned)
        object.__setattr__(self, "_cores", {})
        object.__setattr__(self, "_tokens", None)
        note_change()

    def learned(self) -> dict[str, Any]:
        """Return what is learned, by the names of tokenizer.json."""
        if self._learned is None:  # loaded from a file, and never looked at since
            config = model_to_config(next(iter(self._cores.values())))
            names = ("vocab", "merges") if isinstance(self, BPE) else ("vocab",)
            object.__setattr__(self, "_learned", {name: config[name] for name in names})
        learned: dict[str, Any] = self._learned
        return learned

    def config(self) -> dict[str, Any]:
        """Return the object that stands for the model in tokenizer.json."""
        return {**super().config(), **self.learned()}

    def built(self, byte_level: bool) -> Any:
        """Return the model of subword, one that reads bytes if asked."""
        if byte_level not in self._cores:
            self._cores[byte_level] = model_from_config(self.config(), byte_level)
        return self._cores[byte_level]

    @property
    def core(self) -> Any:
        """The model of subword."""
        return self.built(False)

    @property
    def vocab(self) -> dict[str, int]:
        """Token -> id."""
        vocab: dict[str, int] = self.learned()["vocab"]
        return vocab

    def token_to_id(self, token: str) -> int | None:
        """Return the id of a token, None if it is none."""
        return self.vocab.get(token)

    def id_to_token(self, id: int) -> str | None:
        """Return the token of an id, None if there is none."""
        if self._tokens is None:
            object.__setattr__(self, "_tokens", {i: token for token, i in self.vocab.items()})
        token: str | None = self._tokens.get(id)
        return token

    def tokenize(self, sequence: str) -> list[Token]:
        """Return the tokens of one word."""
        return [
            Token(index, self.id_to_token(index) or "", (start, end))
            for index, start, end in self.core.tokenize_word(sequence)
        ]

    def get_trainer(self) -> Any:
        """Return the trainer of such models."""
        return self.trainer()

    def save(self, folder: str, prefix: str | None = None) -> list[str]:
        """Write the vocabulary (and the merges) to files of the usual names.

        Args:
            folder: Where they go.
            prefix: Put before their names, with a dash.

        Returns:
            Their paths.

        Raises:
            OSError: They cannot be written.
        """
        paths = []
        for file, text in self._files().items():
            paths.append(str(Path(folder) / (f"{prefix}-{file}" if prefix else file)))
            write_text(paths[-1], text)
        return paths

    def _files(self) -> dict[str, str]:
        raise NotImplementedError("a Model is a kind of model, not a model")

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, {len(self.vocab)} tokens)"


class BPE(Model):
    """See `subword.models.bpe.BPE`; without vocabulary it is there to be trained."""

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
        self._forget({"vocab": _as_dict(vocab), "merges": pairs})
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
        tokens = self.read_file(vocab) if isinstance(vocab, str) else _as_dict(vocab)
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


def _as_dict(vocab: Any) -> dict[str, int]:
    if vocab is not None and not isinstance(vocab, Mapping):
        raise TypeError(f"vocab must be a dict or a path, got {type(vocab).__name__}")
    return dict(vocab or {})


def of_core(core: Any) -> Model:
    """Return the description of a model of subword, whose vocabulary is read when it is needed."""
    kinds: dict[type[Any], type[Model]] = {models.BPE: BPE, models.WordPiece: WordPiece}
    if type(core) not in kinds:
        raise ValueError(f"there is no class here for {core!r}: load it with subword.Tokenizer")
    model: Model = kinds[type(core)]()
    object.__setattr__(model, "_fields", core.options())
    object.__setattr__(model, "_learned", None)
    object.__setattr__(model, "_cores", {bool(getattr(core, "byte_level", False)): core})
    return model


def _restore_model(cls: type[Model], fields: dict[str, Any], learned: dict[str, Any]) -> Model:
    model = cls.__new__(cls)
    Model.__init__(model, **fields)
    model._forget(json.loads(json.dumps(learned)))
    return model
