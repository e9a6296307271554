"""The tokens of one text as columns: numpy arrays inside, the field's plain lists outside.

The arrays are never written to, so encodings share them freely: a chunk of a truncated text is a
view of the whole, and whoever changes an encoding puts new arrays in place of the old ones.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np

from subword._core.arrays import ArrayI32, ArrayU32

# Token texts that the id alone does not tell (a stripped `<mask>`, a pad token of another name),
# by position.
Texts = dict[int, str]


def no_text(token_id: int) -> str:
    """Stand in for the vocabulary of an encoding whose token texts are all given."""
    return ""


def _column(values: Sequence[int] | None) -> ArrayU32 | None:
    return None if values is None else np.asarray(values, np.uint32)


class TokenTable:
    """The columns of an `Encoding`, which see: arrays, lists, pickling, slices."""

    __slots__ = (
        "_attention",
        "_id_to_token",
        "_offsets",
        "_overflowing",
        "_ranges",
        "_special",
        "_texts",
        "_type_ids",
        "_words",
        "ids_array",
    )

    def __init__(
        self,
        ids: ArrayU32 | None = None,
        offsets: ArrayI32 | None = None,
        word_ids: ArrayI32 | None = None,
        id_to_token: Callable[[int], str | None] = no_text,
        token_overrides: Texts | None = None,
        *,
        type_ids: ArrayU32 | None = None,
        special_tokens_mask: ArrayU32 | None = None,
        attention_mask: ArrayU32 | None = None,
        sequence_ranges: dict[int, tuple[int, int]] | None = None,
        overflowing: list[Any] | None = None,
    ) -> None:
        self.ids_array: ArrayU32 = np.empty(0, np.uint32) if ids is None else ids
        self._offsets = offsets
        self._words = word_ids
        self._id_to_token = id_to_token
        self._texts = token_overrides
        self._type_ids = type_ids
        self._special = special_tokens_mask
        self._attention = attention_mask
        self._ranges = sequence_ranges
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
            ids: the n ids.
            tokens: their n texts.
            offsets: n pairs of characters.
            word_ids: n words, None for a token of no word.
            type_ids: n types.
            special_tokens_mask: n times 0 or 1.
            attention_mask: n times 0 or 1.
            sequence_ranges: as for the class.
            overflowing: as for the class.

        Returns:
            The encoding.

        Raises:
            ValueError: when the lengths differ.
        """
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
        if self._words is None:
            self._words = np.full(len(self), -1, np.int32)
        return self._words

    @property
    def type_ids_array(self) -> ArrayU32:
        """(n,) uint32: the type of each token."""
        if self._type_ids is None:
            self._type_ids = np.zeros(len(self), np.uint32)
        return self._type_ids

    @property
    def special_tokens_mask_array(self) -> ArrayU32:
        """(n,) uint32: 1 for special tokens and padding."""
        if self._special is None:
            self._special = np.zeros(len(self), np.uint32)
        return self._special

    @property
    def attention_mask_array(self) -> ArrayU32:
        """(n,) uint32: 0 for padding."""
        if self._attention is None:
            self._attention = np.ones(len(self), np.uint32)
        return self._attention

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
        texts, spell = self._texts, self._id_to_token
        if texts is None:
            return [spell(i) or "" for i in self.ids_array.tolist()]
        return [
            texts[at] if at in texts else spell(i) or ""
            for at, i in enumerate(self.ids_array.tolist())
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

    @property
    def n_sequences(self) -> int:
        """How many texts are in it."""
        return len(self._ranges) if self._ranges else 1

    def __len__(self) -> int:
        return len(self.ids_array)

    def __repr__(self) -> str:
        return (
            f"Encoding(num_tokens={len(self)}, attributes=[ids, type_ids, tokens, offsets, "
            "attention_mask, special_tokens_mask, overflowing])"
        )

    def __getstate__(self) -> dict[str, Any]:
        # Without the tokenizer behind id_to_token: the texts themselves travel.
        state = {name: getattr(self, name) for name in TokenTable.__slots__}
        state["_texts"], state["_id_to_token"] = dict(enumerate(self.tokens)), no_text
        return state

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)

    def copy(self) -> Self:
        """Return an encoding of its own that shares the arrays."""
        twin = type(self).__new__(type(self))
        for name in TokenTable.__slots__:
            setattr(twin, name, getattr(self, name))
        return twin

    def slice(self, start: int, stop: int) -> Self:
        """Return the tokens [start, stop) on their own, without sequences or overflow."""
        texts = self._texts
        if texts:
            texts = {at - start: text for at, text in texts.items() if start <= at < stop}
        return type(self)(
            self.ids_array[start:stop],
            None if self._offsets is None else self._offsets[start:stop],
            None if self._words is None else self._words[start:stop],
            self._id_to_token,
            texts,
            type_ids=None if self._type_ids is None else self._type_ids[start:stop],
            special_tokens_mask=None if self._special is None else self._special[start:stop],
            attention_mask=None if self._attention is None else self._attention[start:stop],
        )

    def _become(self, other: Self) -> None:
        for name in TokenTable.__slots__:
            setattr(self, name, getattr(other, name))

    def _range(self, sequence: int) -> tuple[int, int]:
        return (self._ranges or {}).get(sequence, (0, len(self)))
