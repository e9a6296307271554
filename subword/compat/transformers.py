"""Run the fast tokenizers of `transformers` on subword.

`patch()` replaces the one method that every fast tokenizer encodes through. The tokenizers keep
their classes, their `tokenizers` backend and with it everything else they do: loading, saving,
adding tokens, decoding, chat templates. For encoding, a twin in subword is made of the backend when
it is first needed, and made anew when the backend changes. So nothing has to be loaded differently,
and what subword does not support still runs as before.
"""

from __future__ import annotations

import functools
import operator
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tokenizers import Tokenizer as Backend
from transformers import BatchEncoding
from transformers.tokenization_utils_base import TruncationStrategy
from transformers.tokenization_utils_tokenizers import TokenizersBackend
from transformers.utils.generic import PaddingStrategy

from subword.formats.json_files import parse_json
from subword.formats.tokenizer_json import parts_from_config
from subword.model_inputs.call import call
from subword.model_inputs.call_options import CallOptions, option_cache
from subword.model_inputs.model_defaults import ModelDefaults
from subword.results.encoding import Encoding
from subword.tokenizer import Tokenizer

# Methods of a backend that change its vocabulary. The other parts are compared before each call.
CHANGING = ("add_tokens", "add_special_tokens", "train", "train_from_iterator")
MODEL_OPTIONS = (
    *("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk"),
    *("byte_fallback", "ignore_merges", "max_input_chars_per_word", "alpha", "nbest_size"),
)
# What a call may be given; the original refuses the rest, arrays and series among it.
TEXT = (str, list, tuple)
OVERFLOW = "return_overflowing_tokens"
RETURNS = frozenset(
    f"return_{name}"
    for name in (
        *("token_type_ids", "attention_mask", "overflowing_tokens", "special_tokens_mask"),
        *("offsets_mapping", "length"),
    )
)
# What was replaced: (owner, name, value before). Empty when nothing is patched.
_replaced: list[tuple[Any, str, Any]] = []
# How often `patch` was called: changes in between were not noted.
_patches = 0


class Encodings(Sequence[Encoding]):
    """The encodings of a batch, made when the first is asked for; most models never ask.

    Args:
        make: Makes them.
        count: How many there will be.
    """

    def __init__(self, make: Callable[[], list[Encoding]], count: int) -> None:
        self._make: Callable[[], list[Encoding]] | None = make
        self._made: list[Encoding] = []
        self._count = count

    def _all(self) -> list[Encoding]:
        if self._make is not None:
            self._made, self._make = self._make(), None
        return self._made

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        return self._all()[index]

    def __iter__(self) -> Iterator[Encoding]:
        return iter(self._all())

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (self._all(),)


class _Twin:
    """The tokenizer in subword of a backend, and the state of the backend when it was made."""

    def __init__(self, backend: Any) -> None:
        self.state = _state_of(backend)
        self.tokenizer: Tokenizer | None = None
        try:
            self.tokenizer = _translate(backend)
        except Exception as error:  # whatever keeps subword from it, the original is there
            warnings.warn(
                f"subword leaves this tokenizer to the tokenizers library: {error}",
                stacklevel=5,
            )


def _state_of(backend: Any) -> tuple[Any, ...]:
    """Return what changes when a backend changes; cheap, since every call compares it."""
    model = backend.model
    kind: Any = type(model)
    states = [
        None if stage is None else stage.__getstate__()
        for stage in (backend.normalizer, backend.pre_tokenizer, backend.post_processor)
    ]
    return _patches, getattr(backend, "_subword_changes", 0), states, kind, _reader_of(kind)(model)


@functools.cache
def _reader_of(kind: type) -> Callable[[Any], Any]:
    """Return the function that reads the options that models of this class have."""
    names = [name for name in MODEL_OPTIONS if hasattr(kind, name)]
    return operator.attrgetter(*names) if names else lambda model: None


def _translate(backend: Any) -> Tokenizer:
    """Make the twin of a backend; ValueError if its added tokens would get other ids."""
    if getattr(backend.model, "alpha", None) or getattr(backend.model, "nbest_size", None):
        raise ValueError("its model draws segmentations at random (alpha, nbest_size)")
    config = parse_json(backend.to_str(), "the backend")
    config["truncation"] = config["padding"] = None  # each call says
    tokens = {i: token.content for i, token in backend.get_added_tokens_decoder().items()}
    parts = parts_from_config(config, "the backend")
    parts["added_ids"] = {content: i for i, content in tokens.items()}
    tokenizer = Tokenizer(**parts)
    if {i: token.content for i, token in tokenizer.added_tokens.items()} != tokens:
        raise ValueError("its added tokens have ids that subword would give to others")
    return tokenizer


def twin_of(tokenizer: Any) -> Tokenizer | None:
    """Return the tokenizer in subword that encodes for a tokenizer of transformers.

    Args:
        tokenizer: A fast tokenizer of transformers.

    Returns:
        The twin; None if it is left to the `tokenizers` library.
    """
    backend = tokenizer._tokenizer
    twin: _Twin | None = getattr(backend, "_subword_twin", None)
    if twin is None or twin.state != _state_of(backend):
        # It lives in the backend's attributes, which are neither saved nor copied with it.
        twin = backend._subword_twin = _Twin(backend)
    return twin.tokenizer


@functools.lru_cache(maxsize=64)
def _option_cache(*defaults: Any) -> Callable[..., CallOptions]:
    """Return the options of calls for these defaults; kept, as it keeps what it resolved."""
    return option_cache(ModelDefaults(*defaults))


def _options_of(tokenizer: Any) -> Callable[..., CallOptions]:
    return _option_cache(
        tokenizer.pad_token,
        tokenizer.pad_token_id,
        tokenizer.pad_token_type_id,
        tokenizer.model_max_length,
        tuple(tokenizer.model_input_names),
        tokenizer.padding_side,
        tokenizer.truncation_side,
    )


def _encoder(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return the replacement of `TokenizersBackend._encode_plus`."""

    @functools.wraps(original)
    def _encode_plus(
        self: Any,
        text: Any,
        text_pair: Any = None,
        add_special_tokens: bool = True,
        padding_strategy: Any = PaddingStrategy.DO_NOT_PAD,
        truncation_strategy: Any = TruncationStrategy.DO_NOT_TRUNCATE,
        max_length: int | None = None,
        stride: int = 0,
        is_split_into_words: bool = False,
        pad_to_multiple_of: int | None = None,
        padding_side: str | None = None,
        return_tensors: Any = None,
        verbose: bool = True,
        split_special_tokens: bool | None = None,
        **options: Any,
    ) -> Any:
        lengths = {
            "padding_strategy": padding_strategy,
            "truncation_strategy": truncation_strategy,
            "max_length": max_length,
            "stride": stride,
            "pad_to_multiple_of": pad_to_multiple_of,
            "padding_side": padding_side,
        }

        def run_original() -> Any:
            return original(
                self,
                text,
                text_pair,
                add_special_tokens=add_special_tokens,
                is_split_into_words=is_split_into_words,
                return_tensors=return_tensors,
                verbose=verbose,
                split_special_tokens=split_special_tokens,
                **lengths,
                **options,
            )

        splits = self.split_special_tokens if split_special_tokens is None else split_special_tokens
        # An empty batch is an error there, with its own message, and so is what is no list.
        known = isinstance(text, TEXT) and (text_pair is None or isinstance(text_pair, TEXT))
        if options.get("sanitize_control_tokens") or not known or not (text or text == ""):
            return run_original()
        twin = twin_of(self)
        if twin is None:
            return run_original()
        # The backend is left in the state that the original would leave it in: it can be saved.
        self.set_truncation_and_padding(**lengths)
        self._tokenizer.encode_special_tokens = splits
        reader = twin.with_special("none", strict=False) if splits else twin
        run = functools.partial(
            call,
            reader.text_encoder,
            reader.encode_padded,
            _options_of(self),
            text,
            text_pair,
            add_special_tokens=add_special_tokens,
            padding=padding_strategy,
            truncation=truncation_strategy,
            max_length=max_length,
            stride=stride,
            is_split_into_words=is_split_into_words,
            pad_to_multiple_of=pad_to_multiple_of,
            padding_side=padding_side,
            verbose=False,
        )
        wanted = {name: options[name] for name in options if name in RETURNS}
        try:
            batch = run(return_tensors=return_tensors, **wanted)
        except (TypeError, ValueError):
            return run_original()  # which raises its own error, or has an answer
        rows: Any = batch.pending_encodings or batch.encodings
        count, longest = _shape(batch) if callable(rows) else (len(rows), max(map(len, rows)))
        if truncation_strategy != TruncationStrategy.DO_NOT_TRUNCATE and not wanted.get(OVERFLOW):
            rows = functools.partial(_with_overflow, run)
        self._eventual_warn_about_too_long_sequence(range(longest), max_length, verbose)
        if callable(rows):
            rows = Encodings(rows, count)
        return BatchEncoding(
            dict(batch),
            rows,
            n_sequences=_sequences(text, text_pair, is_split_into_words),
        )

    return _encode_plus


def _with_overflow(run: Callable[..., Any]) -> list[Encoding]:
    """Return the encodings of a batch, each with what was cut off in `overflowing`.

    The original always keeps that; here it is made when it is asked for.
    """
    batch = run(return_overflowing_tokens=True)
    samples = batch["overflow_to_sample_mapping"]
    firsts = (i for i, sample in enumerate(samples) if i == 0 or sample != samples[i - 1])
    return [batch.encodings[i] for i in firsts]


def _sequences(text: Any, text_pair: Any, split: bool) -> int:
    """Return how many texts each row has: 1, or 2 for pairs."""
    if text_pair:
        both = isinstance(text, str) and isinstance(text_pair, str)
        return 1 if split and both else 2  # then these are the two words of one text
    first = text if isinstance(text, str) else text[0]
    if split and not isinstance(first, str):
        first = first[0] if first else ""
    return 1 if isinstance(first, str) else 2


def _shape(batch: Any) -> tuple[int, int]:
    """Return how many rows a batch has, and the tokens of the longest."""
    column: Any = next(iter(batch.values()), [])
    if hasattr(column, "shape"):
        return column.shape[0], column.shape[1]
    if column and isinstance(column[0], list):
        return len(column), max(map(len, column))
    return 1, len(column)


def _counting(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of a backend that also notes that its vocabulary changes."""

    @functools.wraps(method)
    def noted(backend: Any, *arguments: Any, **options: Any) -> Any:
        backend._subword_changes = getattr(backend, "_subword_changes", 0) + 1
        return method(backend, *arguments, **options)

    return noted


def _replace(owner: Any, name: str, value: Any) -> None:
    _replaced.append((owner, name, vars(owner)[name]))
    setattr(owner, name, value)


def patch() -> None:
    """Let the fast tokenizers of transformers encode with subword, those that exist included.

    What subword does not support (tokenizer classes that encode in a way of their own, say) runs as
    before, after one warning a tokenizer. Called twice, it does nothing.

    Example:
        >>> import subword.compat.transformers
        >>> subword.compat.transformers.patch()
        >>> subword.compat.transformers.unpatch()
    """
    global _patches
    if _replaced:
        return
    _patches += 1
    _replace(TokenizersBackend, "_encode_plus", _encoder(TokenizersBackend._encode_plus))
    for name in CHANGING:
        _replace(Backend, name, _counting(vars(Backend)[name]))
    model = vars(Backend)["model"]
    _replace(Backend, "model", property(model.__get__, _counting(model.__set__)))


def unpatch() -> None:
    """Let transformers encode by itself again."""
    while _replaced:
        owner, name, value = _replaced.pop()
        setattr(owner, name, value)
