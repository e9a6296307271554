"""What calling a tokenizer gives: `BatchEncoding`, a dict of lists or tensors for a model."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from subword.results.encoding import Encoding


class CharSpan(NamedTuple):
    """Characters [start, end) of a text."""

    start: int
    end: int


class TokenSpan(NamedTuple):
    """Tokens [start, end) of an encoding."""

    start: int
    end: int


class BatchEncoding(dict[str, Any]):
    """The model's inputs by name, also as attributes, and the encodings they were made of.

    `batch["input_ids"]` and `batch.input_ids` are the same; `batch[0]` is the first encoding. The
    methods that lead from text to tokens and back take a row and a position in it, or only the
    position when there is one row.

    Args:
        data: Name -> lists, arrays or tensors of a row each.
        encoding: The encodings, one a row; or a function that makes them when they are asked for.
        tensor_type: "np" or "pt" to turn the lists into arrays or tensors.
        prepend_batch_axis: Put the values into a batch of one first.
        n_sequences: Texts in each row, when there are no encodings to tell.

    Raises:
        ValueError: The rows are of different lengths and cannot be a tensor.
    """

    _n_sequences: int | None = None

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        encoding: Encoding | Sequence[Encoding] | Callable[[], list[Encoding]] | None = None,
        tensor_type: Any = None,
        prepend_batch_axis: bool = False,
        n_sequences: int | None = None,
    ) -> None:
        super().__init__(data or {})
        self._encodings: Any = [encoding] if isinstance(encoding, Encoding) else encoding
        self._n_sequences = n_sequences
        if tensor_type is not None:
            self.convert_to_tensors(tensor_type, prepend_batch_axis)

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, str):
            return super().__getitem__(item)
        if self._encodings is not None:
            return self._rows()[item]
        if isinstance(item, slice):
            return {key: value[item] for key, value in self.items()}
        raise KeyError(f"a key must be a str, a slice, or an int with encodings, got {item!r}")

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no attribute {name!r}; the keys are {sorted(self)}") from None

    def __reduce__(self) -> tuple[Any, ...]:
        encodings = None if self._encodings is None else self._rows()
        return type(self), (dict(self), encodings, None, False, self._n_sequences)

    @property
    def data(self) -> dict[str, Any]:
        """The values by name: the batch itself."""
        return self

    @property
    def encodings(self) -> list[Encoding] | None:
        """The encodings, one a row."""
        return None if self._encodings is None else self._rows()

    @property
    def pending_encodings(self) -> Callable[[], list[Encoding]] | None:
        """What makes the encodings, None when they are made or there are none."""
        return self._encodings if callable(self._encodings) else None

    @property
    def is_fast(self) -> bool:
        """Whether the encodings are there."""
        return self._encodings is not None

    @property
    def n_sequences(self) -> int | None:
        """How many texts are in each row, None if unknown."""
        if self._n_sequences is None and self._encodings is not None and self._rows():
            self._n_sequences = self._rows()[0].n_sequences
        return self._n_sequences

    def _rows(self) -> list[Encoding]:
        if callable(self._encodings):
            self._encodings = self._encodings()
        if self._encodings is None:
            raise ValueError("this batch must have encodings for that, it was made without")
        rows: list[Encoding] = self._encodings
        return rows

    def _at(self, first: int, second: int | None) -> tuple[Encoding, int]:
        """Return what (row, index) or (index,) mean; both may be negative."""
        row, index = (0, first) if second is None else (first, second)
        encoding = self._rows()[row]
        return encoding, index + len(encoding) if index < 0 else index

    def tokens(self, batch_index: int = 0) -> list[str]:
        """Return the tokens of a row."""
        return self._rows()[batch_index].tokens

    def sequence_ids(self, batch_index: int = 0) -> list[int | None]:
        """Return the text that each token of a row belongs to; see `Encoding.sequence_ids`."""
        return self._rows()[batch_index].sequence_ids

    def word_ids(self, batch_index: int = 0) -> list[int | None]:
        """Return the word that each token of a row belongs to; see `Encoding.word_ids`."""
        return self._rows()[batch_index].word_ids

    def token_to_sequence(
        self, batch_or_token_index: int, token_index: int | None = None
    ) -> int | None:
        """Return the text that a token belongs to."""
        encoding, index = self._at(batch_or_token_index, token_index)
        return encoding.token_to_sequence(index)

    def token_to_word(
        self, batch_or_token_index: int, token_index: int | None = None
    ) -> int | None:
        """Return the word that a token belongs to."""
        encoding, index = self._at(batch_or_token_index, token_index)
        return encoding.token_to_word(index)

    def token_to_chars(
        self, batch_or_token_index: int, token_index: int | None = None
    ) -> CharSpan | None:
        """Return the characters of a token."""
        encoding, index = self._at(batch_or_token_index, token_index)
        span = encoding.token_to_chars(index)
        return None if span is None else CharSpan(*span)

    def word_to_tokens(
        self, batch_or_word_index: int, word_index: int | None = None, sequence_index: int = 0
    ) -> TokenSpan | None:
        """Return the tokens of a word."""
        encoding, index = self._at(batch_or_word_index, word_index)
        span = encoding.word_to_tokens(index, sequence_index)
        return None if span is None else TokenSpan(*span)

    def word_to_chars(
        self, batch_or_word_index: int, word_index: int | None = None, sequence_index: int = 0
    ) -> CharSpan:
        """Return the characters of a word.

        Raises:
            ValueError: The word has no tokens.
        """
        encoding, index = self._at(batch_or_word_index, word_index)
        span = encoding.word_to_chars(index, sequence_index)
        if span is None:
            raise ValueError(f"a word must have tokens to have characters, word {index} has none")
        return CharSpan(*span)

    def char_to_token(
        self, batch_or_char_index: int, char_index: int | None = None, sequence_index: int = 0
    ) -> int | None:
        """Return the first token that covers a character."""
        encoding, index = self._at(batch_or_char_index, char_index)
        return encoding.char_to_token(index, sequence_index)

    def char_to_word(
        self, batch_or_char_index: int, char_index: int | None = None, sequence_index: int = 0
    ) -> int | None:
        """Return the word that covers a character."""
        encoding, index = self._at(batch_or_char_index, char_index)
        return encoding.char_to_word(index, sequence_index)

    def convert_to_tensors(
        self, tensor_type: Any = None, prepend_batch_axis: bool = False
    ) -> BatchEncoding:
        """Turn lists into arrays or tensors, in place.

        Args:
            tensor_type: "np", "pt", or None to leave them.
            prepend_batch_axis: Put the values into a batch of one first.

        Returns:
            The batch.

        Raises:
            ValueError: The type is unknown, or rows of different lengths cannot be a tensor.
        """
        kind = getattr(tensor_type, "value", tensor_type)
        if kind is None:
            return self
        if kind not in ("np", "pt"):
            raise ValueError(f'the tensor type must be "np" or "pt", got {tensor_type!r}')
        for key, value in self.items():
            if not (isinstance(value, np.ndarray) or hasattr(value, "to")):
                self[key] = _tensor(key, [value] if prepend_batch_axis else value, kind)
        return self

    def to(self, device: Any, *, non_blocking: bool = False) -> BatchEncoding:
        """Move the tensors to a device, in place.

        Args:
            device: Of torch.
            non_blocking: Do not wait for the copy.

        Returns:
            The batch.
        """
        for key, value in self.items():
            if callable(getattr(value, "to", None)):
                self[key] = value.to(device=device, non_blocking=non_blocking)
        return self


def _tensor(key: str, value: Any, kind: str) -> Any:
    """Make an int64 array or tensor of nested lists; rows of different lengths only as numpy."""
    nested = isinstance(value, (list, tuple)) and value and isinstance(value[0], (list, tuple))
    ragged = nested and len({len(row) for row in value}) > 1
    if ragged and kind == "np":
        rows = np.empty(len(value), object)
        rows[:] = [np.asarray(row) for row in value]
        return rows
    if ragged:
        raise ValueError(
            f"the rows of {key!r} must have one length to be a tensor: use padding=True and "
            f"truncation=True, got lengths {sorted({len(row) for row in value})}"
        )
    array = np.asarray(value)
    array = array.astype(np.int64) if array.size == 0 else array
    return from_numpy(array, kind)


def from_numpy(array: np.ndarray[Any, Any], kind: str) -> Any:
    """Return the array itself for "np", a tensor over it for "pt".

    Raises:
        ValueError: Torch is wanted and not installed.
    """
    if kind == "np":
        return array
    return torch_from_numpy()(array)


@cache
def torch_from_numpy() -> Callable[[Any], Any]:
    """Return the function `torch.from_numpy`.

    Raises:
        ValueError: Torch is not installed.
    """
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        raise ValueError('return_tensors="pt" needs the package torch') from None
    convert: Callable[[Any], Any] = torch.from_numpy
    return convert
