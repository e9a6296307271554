"""The tokens of one text as columns: numpy arrays inside, plain lists outside.

The arrays are never written to, so encodings share them freely: a chunk of a truncated text is a
view of the whole, and a method that changes an encoding replaces its arrays by new ones.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from subword._core.arrays import ArrayI32, ArrayU32
from subword._core.checks import check_list

# By position: the texts of tokens that the vocabulary spells differently (a `<mask>` that took the
# space before it too, a pad token of another name).
TokenOverrides = dict[int, str]


def no_text(token_id: int) -> str:
    """Stand in for the vocabulary of an encoding whose token texts are all given."""
    return ""


def _column(values: Sequence[int] | None) -> ArrayU32 | None:
    return None if values is None else np.asarray(values, np.uint32)


class TokenColumns:
    """Base of `Encoding`, which says what the columns are: arrays, lists, copies, slices.

    Attributes:
        ids_array: (n,) uint32, the ids.
        id_to_token: Gives the text of an id.
        token_overrides: Texts of the tokens, by position, that `id_to_token` gives differently.
    """

    __slots__ = (
        "_attention_mask",
        "_offsets",
        "_overflowing",
        "_sequence_ranges",
        "_special_tokens_mask",
        "_type_ids",
        "_word_ids",
        "id_to_token",
        "ids_array",
        "token_overrides",
    )

    def __init__(
        self,
        ids: ArrayU32 | None = None,
        offsets: ArrayI32 | None = None,
        word_ids: ArrayI32 | None = None,
        id_to_token: Callable[[int], str | None] = no_text,
        token_overrides: TokenOverrides | None = None,
        *,
        type_ids: ArrayU32 | None = None,
        special_tokens_mask: ArrayU32 | None = None,
        attention_mask: ArrayU32 | None = None,
        sequence_ranges: dict[int, tuple[int, int]] | None = None,
        overflowing: list[Any] | None = None,
    ) -> None:
        self.ids_array: ArrayU32 = np.empty(0, np.uint32) if ids is None else ids
        self._offsets = offsets
        self._word_ids = word_ids
        self.id_to_token = id_to_token
        self.token_overrides = token_overrides
        self._type_ids = type_ids
        self._special_tokens_mask = special_tokens_mask
        self._attention_mask = attention_mask
        self._sequence_ranges = sequence_ranges
        self._overflowing = overflowing

    @classmethod
    def from_lists(
        cls,
        ids: Sequence[int],
        tokens: Sequence[str],
        offsets: Sequence[tuple[int, int]] | None = None,
        word_ids: Sequence[int | None] | None = None,
        *,
        type_ids: Sequence[int] | None = None,
        special_tokens_mask: Sequence[int] | None = None,
        attention_mask: Sequence[int] | None = None,
        sequence_ranges: dict[int, tuple[int, int]] | None = None,
        overflowing: list[Any] | None = None,
    ) -> Self:
        """Build an encoding from plain lists.

        Args:
            ids: The n ids.
            tokens: Their n texts.
            offsets: n pairs of characters.
            word_ids: n words, None for a token of no word.
            type_ids: n types.
            special_tokens_mask: n times 0 or 1.
            attention_mask: n times 0 or 1.
            sequence_ranges: As for the class.
            overflowing: As for the class.

        Returns:
            The encoding.

        Raises:
            TypeError: The tokens are one str.
            ValueError: The lengths differ.
        """
        tokens = check_list("tokens", tokens)
        columns = {
            "tokens": tokens,
            "offsets": offsets,
            "word_ids": word_ids,
            "type_ids": type_ids,
            "special_tokens_mask": special_tokens_mask,
            "attention_mask": attention_mask,
        }
        for name, given in columns.items():
            if given is not None and len(given) != len(ids):
                raise ValueError(f"{name} must have {len(ids)} elements like ids, got {len(given)}")
        words = None if word_ids is None else [-1 if w is None else w for w in word_ids]
        return cls(
            np.asarray(ids, np.uint32),
            None if offsets is None else np.asarray(offsets, np.int32).reshape(-1, 2),
            None if words is None else np.asarray(words, np.int32),
            token_overrides=dict(enumerate(tokens)),
            type_ids=_column(type_ids),
            special_tokens_mask=_column(special_tokens_mask),
            attention_mask=_column(attention_mask),
            sequence_ranges=sequence_ranges,
            overflowing=overflowing,
        )

    # The arrays, made when first asked for.

    @property
    def offsets_array(self) -> ArrayI32:
        """(n, 2) int32: start and end of each token, in characters of its text."""
        if self._offsets is None:
            self._offsets = np.zeros((len(self), 2), np.int32)
        return self._offsets

    @property
    def word_ids_array(self) -> ArrayI32:
        """(n,) int32: the word of each token, -1 for none."""
        if self._word_ids is None:
            self._word_ids = np.full(len(self), -1, np.int32)
        return self._word_ids

    @property
    def type_ids_array(self) -> ArrayU32:
        """(n,) uint32: the type of each token."""
        if self._type_ids is None:
            self._type_ids = np.zeros(len(self), np.uint32)
        return self._type_ids

    @property
    def special_tokens_mask_array(self) -> ArrayU32:
        """(n,) uint32: 1 for special tokens and padding."""
        if self._special_tokens_mask is None:
            self._special_tokens_mask = np.zeros(len(self), np.uint32)
        return self._special_tokens_mask

    @property
    def attention_mask_array(self) -> ArrayU32:
        """(n,) uint32: 0 for padding."""
        if self._attention_mask is None:
            self._attention_mask = np.ones(len(self), np.uint32)
        return self._attention_mask

    # The lists.

    @property
    def ids(self) -> list[int]:
        """The ids."""
        values: list[int] = self.ids_array.tolist()
        return values

    @property
    def type_ids(self) -> list[int]:
        """The type of each token: which text of a pair it belongs to, for most models."""
        values: list[int] = self.type_ids_array.tolist()
        return values

    @property
    def tokens(self) -> list[str]:
        """The text of each token, as the vocabulary spells it."""
        texts, id_to_token = self.token_overrides, self.id_to_token
        if texts is None:
            return [id_to_token(i) or "" for i in self.ids_array.tolist()]
        return [
            texts[i] if i in texts else id_to_token(token_id) or ""
            for i, token_id in enumerate(self.ids_array.tolist())
        ]

    @property
    def offsets(self) -> list[tuple[int, int]]:
        """Start and end of each token in characters of its text; (0, 0) for tokens not in it."""
        pairs = self.offsets_array
        return list(zip(pairs[:, 0].tolist(), pairs[:, 1].tolist(), strict=True))

    @property
    def attention_mask(self) -> list[int]:
        """1 for tokens, 0 for padding."""
        values: list[int] = self.attention_mask_array.tolist()
        return values

    @property
    def special_tokens_mask(self) -> list[int]:
        """1 for special tokens and padding, 0 for tokens of the text."""
        values: list[int] = self.special_tokens_mask_array.tolist()
        return values

    @property
    def word_ids(self) -> list[int | None]:
        """The word that each token belongs to; None for special tokens and padding."""
        return [None if word < 0 else word for word in self.word_ids_array.tolist()]

    @property
    def words(self) -> list[int | None]:
        """The old name of `word_ids`."""
        warnings.warn("words is deprecated, use word_ids", DeprecationWarning, stacklevel=2)
        return self.word_ids

    @property
    def sequence_ids(self) -> list[int | None]:
        """Which text each token belongs to: 0, 1, or None for special tokens and padding."""
        sequences: list[int | None] = [None] * len(self)
        for sequence in range(self.n_sequences):
            start, stop = self._range(sequence)
            sequences[start:stop] = [sequence] * (stop - start)
        return sequences

    @property
    def overflowing(self) -> list[Self]:
        """The chunks that truncation cut off."""
        return list(self._overflowing or ())

    def set_overflowing(self, chunks: Iterable[Self]) -> None:
        """Replace the chunks."""
        self._overflowing = list(chunks) or None

    @property
    def n_sequences(self) -> int:
        """How many texts are in it."""
        return len(self._sequence_ranges) if self._sequence_ranges else 1

    def __len__(self) -> int:
        return len(self.ids_array)

    def __repr__(self) -> str:
        return (
            f"Encoding(num_tokens={len(self)}, attributes=[ids, type_ids, tokens, offsets, "
            "attention_mask, special_tokens_mask, overflowing])"
        )

    def __getstate__(self) -> dict[str, Any]:
        # The texts themselves are pickled, not the tokenizer that id_to_token is a method of.
        state = {name: getattr(self, name) for name in TokenColumns.__slots__}
        state["token_overrides"], state["id_to_token"] = dict(enumerate(self.tokens)), no_text
        return state

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)

    def copy(self) -> Self:
        """Return another encoding of the same tokens, which shares the arrays."""
        twin = type(self).__new__(type(self))
        for name in TokenColumns.__slots__:
            setattr(twin, name, getattr(self, name))
        return twin

    def plain_copy(self) -> Self:
        """Return a copy of one sequence without chunks, special tokens and padding: all is text."""
        twin = self.copy()
        twin._special_tokens_mask = twin._attention_mask = None
        twin._sequence_ranges = twin._overflowing = None
        return twin

    def slice(self, start: int, stop: int) -> Self:
        """Return the tokens [start, stop) on their own, without sequences or overflow."""
        texts = self.token_overrides
        if texts:
            texts = {i - start: text for i, text in texts.items() if start <= i < stop}

        def part(column: Any) -> Any:
            return None if column is None else column[start:stop]

        return type(self)(
            self.ids_array[start:stop],
            part(self._offsets),
            part(self._word_ids),
            self.id_to_token,
            texts,
            type_ids=part(self._type_ids),
            special_tokens_mask=part(self._special_tokens_mask),
            attention_mask=part(self._attention_mask),
        )

    def _become(self, other: Self) -> None:
        for name in TokenColumns.__slots__:
            setattr(self, name, getattr(other, name))

    def _range(self, sequence: int) -> tuple[int, int]:
        return (self._sequence_ranges or {}).get(sequence, (0, len(self)))
