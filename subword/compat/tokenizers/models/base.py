"""`Model`: what the models have in common, and `Token`, what they make of a word."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from subword._core.atomic_file import write_text
from subword._core.component import FieldKindError
from subword.compat.tokenizers.base_stage import BaseStage, note_change
from subword.formats.models_json import model_from_config, model_to_config


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
    # What is learned, of a model that has learned untrained, by the names of tokenizer.json.
    untrained: ClassVar[dict[str, Any]] = {"vocab": {}}

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self.check()
        object.__setattr__(self, "_cores", {})
        object.__setattr__(self, "_tokens", None)

    @classmethod
    def of_core(cls, core: Any) -> Model:
        """Return the description of a model of subword, whose vocabulary is read when needed."""
        model = cls()
        object.__setattr__(model, "_fields", core.options())
        object.__setattr__(model, "_learned", None)
        object.__setattr__(model, "_cores", {bool(getattr(core, "byte_level", False)): core})
        return model

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_model, (type(self), self._fields, self.learned())

    def check(self) -> None:
        """Build a model of these options without vocabulary, which checks them."""
        if type(self) is Model:  # the base class has no options
            return
        try:
            model_from_config({**super().config(), **self.untrained}, False)
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
            object.__setattr__(self, "_learned", {name: config[name] for name in self.untrained})
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
            object.__setattr__(self, "_tokens", self._tokens_by_id())
        token: str | None = self._tokens.get(id)
        return token

    def _tokens_by_id(self) -> dict[int, str]:
        return {i: token for token, i in self.vocab.items()}

    def tokenize(self, sequence: str) -> list[Token]:
        """Return the tokens of one word."""
        data = sequence.encode()
        return [
            Token(index, self._text_of(index, data[start:end]), (start, end))
            for index, start, end in self.core.tokenize_word(sequence)
        ]

    def _text_of(self, index: int, part: bytes) -> str:
        """Return the text of a token that stands for this part of a word."""
        return self.id_to_token(index) or ""

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


def as_dict(vocab: Any) -> dict[str, int]:
    """Return a vocabulary as a dict of its own; TypeError if it is no mapping."""
    if vocab is not None and not isinstance(vocab, Mapping):
        raise TypeError(f"vocab must be a dict or a path, got {type(vocab).__name__}")
    return dict(vocab or {})


def _restore_model(cls: type[Model], fields: dict[str, Any], learned: dict[str, Any]) -> Model:
    model = cls.__new__(cls)
    Model.__init__(model, **fields)
    model._forget(json.loads(json.dumps(learned)))
    return model
