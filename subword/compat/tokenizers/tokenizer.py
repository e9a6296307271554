"""`Tokenizer`: its parts may change; a tokenizer of subword is built from them when needed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any

from subword.compat.tokenizers import decoders, models, normalizers, pre_tokenizers, processors
from subword.compat.tokenizers.added import AddedToken
from subword.compat.tokenizers.base_stage import (
    BaseStage,
    changes,
    check_bool,
    check_sequence,
    note_change,
    stage_from_config,
)
from subword.compat.tokenizers.custom_encoder import CustomEncoder
from subword.compat.tokenizers.input_types import row_of, texts_of
from subword.compat.tokenizers.lengths import Lengths
from subword.corpus.sources import Files, PathLike, Source
from subword.formats.models_json import reads_bytes
from subword.formats.stages_json import stage_to_config
from subword.model_inputs.padded_encodings import padded_encodings, rows_of
from subword.processors.base import post_process
from subword.results.encoding import Encoding
from subword.results.padding import Padding, pad_batch
from subword.tokenizer import Tokenizer as Core
from subword.vocab.vocabulary import Vocabulary

STAGES = {
    "normalizer": normalizers,
    "pre_tokenizer": pre_tokenizers,
    "post_processor": processors,
    "decoder": decoders,
}


class Tokenizer(Lengths):
    """Text to ids and back, with parts that can be replaced.

    Args:
        model: Of `models`.
    """

    def __init__(self, model: models.Model) -> None:
        self._parts: dict[str, Any] = {"model": _checked("model", model, models.Model)}
        self._parts |= dict.fromkeys(STAGES)
        self._added: list[AddedToken] = []
        self._encode_special_tokens = False
        # The number of changes seen, the parts it was built from, the tokenizer itself.
        self._core: tuple[int, Any, Core] | None = None

    # The parts.

    @property
    def model(self) -> Any:
        """The model."""
        return self._parts["model"]

    @model.setter
    def model(self, model: models.Model) -> None:
        self._set("model", _checked("model", model, models.Model))

    @property
    def normalizer(self) -> Any:
        """The normalizer, or None."""
        return self._parts["normalizer"]

    @normalizer.setter
    def normalizer(self, normalizer: normalizers.Normalizer | None) -> None:
        self._set("normalizer", _checked("normalizer", normalizer, normalizers.Normalizer, None))

    @property
    def pre_tokenizer(self) -> Any:
        """The pre-tokenizer, or None."""
        return self._parts["pre_tokenizer"]

    @pre_tokenizer.setter
    def pre_tokenizer(self, pretok: pre_tokenizers.PreTokenizer | None) -> None:
        kind = pre_tokenizers.PreTokenizer
        self._set("pre_tokenizer", _checked("pre_tokenizer", pretok, kind, None))

    @property
    def post_processor(self) -> Any:
        """The post-processor, or None."""
        return self._parts["post_processor"]

    @post_processor.setter
    def post_processor(self, processor: processors.PostProcessor | None) -> None:
        kind = processors.PostProcessor
        self._set("post_processor", _checked("post_processor", processor, kind, None))

    @property
    def decoder(self) -> Any:
        """The decoder, or None."""
        return self._parts["decoder"]

    @decoder.setter
    def decoder(self, decoder: decoders.Decoder | None) -> None:
        self._set("decoder", _checked("decoder", decoder, decoders.Decoder, None))

    @property
    def encode_special_tokens(self) -> bool:
        """Whether special tokens in a text are text like any other."""
        return self._encode_special_tokens

    @encode_special_tokens.setter
    def encode_special_tokens(self, value: bool) -> None:
        check_bool("encode_special_tokens", value)
        self._encode_special_tokens = value
        note_change()

    @property
    def _is_custom(self) -> bool:
        """Whether texts go through a stage that is written in Python."""
        parts = (self._parts["normalizer"], self._parts["pre_tokenizer"])
        return any(part is not None and part.is_custom for part in parts)

    def _set(self, name: str, part: Any) -> None:
        self._parts[name] = part
        note_change()

    @property
    def core(self) -> Core:
        """The tokenizer of subword that does the work; a new one after a change."""
        seen = changes()
        if self._core is not None and self._core[0] == seen:
            return self._core[2]
        custom = {"normalizer", "pre_tokenizer"} if self._is_custom else ()
        built: dict[str, Any] = {
            name: None if part is None or name in custom else part.core
            for name in STAGES
            for part in [self._parts[name]]
        }
        byte_level = reads_bytes(built["pre_tokenizer"], {"type": type(self.model).__name__})
        built["model"] = self.model.built(byte_level)
        built["added_tokens"] = [token.core for token in self._added]
        built["special"] = "none" if self._encode_special_tokens else "all"
        if self._core is not None and self._core[1] == built:
            core = self._core[2]
        else:
            parts = {name: part for name, part in built.items() if name != "special"}
            core = Core(**parts, truncation=self._truncation, padding=self._padding)
            core = core.with_special(built["special"], strict=False)
        self._core = seen, built, core
        return core

    # Files.

    @classmethod
    def _of_core(cls, core: Core) -> Tokenizer:
        tokenizer = Tokenizer(models.describe(core.model))
        for name, module in STAGES.items():
            stage = getattr(core, name)
            if stage is not None:
                config = stage.to_dict() if hasattr(stage, "to_dict") else stage_to_config(stage)
                tokenizer._parts[name] = stage_from_config(vars(module), config)
        tokenizer._added = [AddedToken.of_core(token) for _, token in core.vocabulary.listed()]
        tokenizer._truncation = None if core.truncation is None else dict(core.truncation)
        tokenizer._padding = None if core.padding is None else dict(core.padding)
        return tokenizer

    @staticmethod
    def from_str(json: str) -> Tokenizer:
        """Build a tokenizer from the text of a tokenizer.json."""
        return Tokenizer._of_core(Core.from_str(json))

    @staticmethod
    def from_file(path: str) -> Tokenizer:
        """Load a tokenizer.json."""
        return Tokenizer._of_core(Core.from_file(path))

    @staticmethod
    def from_buffer(buffer: bytes) -> Tokenizer:
        """Build a tokenizer from the bytes of a tokenizer.json."""
        return Tokenizer.from_str(bytes(buffer).decode())

    @staticmethod
    def from_pretrained(
        identifier: str, revision: str = "main", token: str | None = None
    ) -> Tokenizer:
        """Load a tokenizer from a folder, or from the Hub if huggingface_hub is there."""
        return Tokenizer._of_core(Core.from_pretrained(identifier, revision, token))

    def to_str(self, pretty: bool = False) -> str:
        """Return the tokenizer.json of this tokenizer; ValueError if a stage is custom."""
        self._check_no_custom()
        return self.core.to_str(pretty)

    def save(self, path: str, pretty: bool = True) -> None:
        """Write a tokenizer.json; ValueError if a stage is custom."""
        self._check_no_custom()
        self.core.save(path, pretty)

    def _check_no_custom(self) -> None:
        for name in STAGES:
            part = self._parts[name]
            if part is not None and part.is_custom:
                part.config()  # which says so

    # Text to ids, and back.

    def encode(
        self,
        sequence: Any,
        pair: Any = None,
        is_pretokenized: bool = False,
        add_special_tokens: bool = True,
    ) -> Encoding:
        """Encode a text, or a pair; see `subword.Tokenizer.encode`."""
        if self._is_custom:
            rows = [sequence if pair is None else (sequence, pair)]
            return self._encode_custom(rows, is_pretokenized, add_special_tokens)[0]
        return self.core.encode(
            sequence, pair, is_pretokenized=is_pretokenized, add_special_tokens=add_special_tokens
        )

    def encode_batch(
        self, input: Iterable[Any], is_pretokenized: bool = False, add_special_tokens: bool = True
    ) -> list[Encoding]:
        """Encode texts, or pairs; see `subword.Tokenizer.encode_batch`."""
        rows = [row_of(each, is_pretokenized) for each in check_sequence("input", input)]
        if self._is_custom:
            return self._encode_custom(rows, is_pretokenized, add_special_tokens)
        return self.core.encode_batch(
            rows, is_pretokenized=is_pretokenized, add_special_tokens=add_special_tokens
        )

    def _encode_custom(
        self, texts: list[Any], is_pretokenized: bool, add_special_tokens: bool
    ) -> list[Encoding]:
        core = self.core
        encoder = CustomEncoder(
            *(self.model, self.normalizer, self.pre_tokenizer, core.post_processor),
            *(core.vocabulary, self._encode_special_tokens),
        )
        return padded_encodings(
            encoder,
            rows_of(texts, is_pretokenized),
            is_split_into_words=is_pretokenized,
            add_special_tokens=add_special_tokens,
            **core.lengths(),
        )

    # Here the full answer costs no more.
    encode_batch_fast = encode_batch

    def decode(self, ids: Sequence[int], skip_special_tokens: bool = True) -> str:
        """Return the text of ids."""
        return self.core.decode(ids, skip_special_tokens)

    def decode_batch(
        self, sequences: Iterable[Sequence[int]], skip_special_tokens: bool = True
    ) -> list[str]:
        """Return the text of each row of ids."""
        return self.core.decode_batch(sequences, skip_special_tokens)

    def async_encode(self, *args: Any, **kwargs: Any) -> Awaitable[Encoding]:
        """Encode in another thread."""
        return asyncio.to_thread(self.encode, *args, **kwargs)

    def async_encode_batch(self, *args: Any, **kwargs: Any) -> Awaitable[list[Encoding]]:
        """Encode a batch in another thread."""
        return asyncio.to_thread(self.encode_batch, *args, **kwargs)

    async_encode_batch_fast = async_encode_batch

    def async_decode_batch(self, *args: Any, **kwargs: Any) -> Awaitable[list[str]]:
        """Decode a batch in another thread."""
        return asyncio.to_thread(self.decode_batch, *args, **kwargs)

    def post_process(
        self, encoding: Encoding, pair: Encoding | None = None, add_special_tokens: bool = True
    ) -> Encoding:
        """Truncate, add special tokens and pad."""
        processed = post_process(
            self.core.post_processor,
            encoding,
            pair,
            add_special_tokens=add_special_tokens,
            **self.truncation or {},
        )
        return pad_batch([processed], Padding(**self.padding))[0] if self.padding else processed

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        """Return how many tokens are added to one text, or to a pair."""
        return self.post_processor.num_special_tokens_to_add(is_pair) if self.post_processor else 0

    def _lengths_changed(self) -> None:
        if self._core is not None:
            seen, built, core = self._core
            self._core = seen, built, core.with_lengths(self._truncation, self._padding)

    # The vocabulary.

    def add_tokens(self, tokens: Iterable[str | AddedToken]) -> int:
        """Add a list of tokens; return how many of them are new."""
        return self._add(AddedToken.list_of("tokens", tokens))

    def add_special_tokens(self, tokens: Iterable[str | AddedToken]) -> int:
        """Add a list of special tokens; return how many of them are new."""
        return self._add(AddedToken.list_of("tokens", tokens, special=True))

    def _add(self, tokens: list[AddedToken]) -> int:
        count = 0
        latest = {token.content: token for token in self._added}
        for token in tokens:
            if token.content and latest.get(token.content) != token:
                latest[token.content] = AddedToken.of_core(token.core)
                self._added.append(latest[token.content])
                count += 1
        note_change()
        return count

    def get_added_tokens_decoder(self) -> dict[int, AddedToken]:
        """Return the added tokens by id."""
        return {i: AddedToken.of_core(t) for i, t in sorted(self._vocabulary().added.items())}

    def _vocabulary(self) -> Vocabulary:
        """Return the tokens by id, also of a model that is not yet trained."""
        if self.model._cores or self.model.vocab:
            return self.core.vocabulary
        return Vocabulary({}, [token.core for token in self._added], str)

    def get_vocab(self, with_added_tokens: bool = True) -> dict[str, int]:
        """Return token -> id."""
        return self._vocabulary().as_dict(with_added_tokens)

    def get_vocab_size(self, with_added_tokens: bool = True) -> int:
        """Return how many tokens there are."""
        vocabulary = self._vocabulary()
        return len(vocabulary) if with_added_tokens else len(vocabulary.tokens)

    def token_to_id(self, token: str) -> int | None:
        """Return the id of a token, None if it is none."""
        return self._vocabulary().token_to_id(token)

    def id_to_token(self, id: int) -> str | None:
        """Return the token of an id, None if there is none."""
        return self._vocabulary().id_to_token(id)

    # Training.

    def train(self, files: PathLike | Iterable[PathLike], trainer: Any = None) -> None:
        """Learn the vocabulary from text files; OSError if one is not there."""
        paths = (files,) if isinstance(files, str | os.PathLike) else tuple(files)
        self._train(Files(paths), trainer)

    def train_from_iterator(
        self, iterator: Iterable[Any], trainer: Any = None, length: int | None = None
    ) -> None:
        """Learn the vocabulary from texts, or from lists of texts; `length` is not needed."""
        self._train(texts_of(iterator), trainer)

    def _train(self, source: Source, trainer: Any) -> None:
        trainer = self.model.get_trainer() if trainer is None else trainer
        stages = [part.core if part else None for part in (self.normalizer, self.pre_tokenizer)]
        trainer.train(self.model, source, *stages, [token.core for token in self._added])
        self.add_special_tokens(trainer.special_tokens)

    def __repr__(self) -> str:
        return f"Tokenizer({self.model!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        state = {name: value for name, value in vars(self).items() if name != "_core"}
        return _restore, (type(self), state)


def _restore(cls: type[Tokenizer], state: dict[str, Any]) -> Tokenizer:
    tokenizer = cls.__new__(cls)
    vars(tokenizer).update(state, _core=None)
    return tokenizer


def _checked(name: str, part: Any, *kinds: type[BaseStage] | None) -> Any:
    if not any(part is None if kind is None else isinstance(part, kind) for kind in kinds):
        wanted = next(kind.__name__ for kind in kinds if kind is not None)
        raise TypeError(f"{name} must be a {wanted} of this package, got {part!r}")
    return part
