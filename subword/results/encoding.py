"""What encoding one text gives: `Encoding`, its tokens and the ways between them and the text.

The columns of an encoding are in `token_columns`; what is done with them is here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from subword._core.arrays import ArrayI32
from subword._core.checks import check_index, check_list, check_side
from subword.results.token_columns import TokenColumns, TokenOverrides, no_text


class Encoding(TokenColumns):
    """The tokens of one text or pair of texts.

    Args:
        ids: (n,) uint32, the ids.
        offsets: (n, 2) int32, start and end of each token in characters of its text; None for
            all (0, 0).
        word_ids: (n,) int32, the word that each token belongs to, -1 for none; None for all -1.
        id_to_token: Gives the text of an id; called only when the tokens are asked for.
        token_overrides: Texts of the tokens, by position, that `id_to_token` gives differently.
        type_ids: (n,) uint32; None for all 0.
        special_tokens_mask: (n,) uint32, 1 where a token was added around the text; None for all 0.
        attention_mask: (n,) uint32, 0 where a token is padding; None for all 1.
        sequence_ranges: Sequence id -> (first token, last token + 1); None for one sequence of
            all tokens.
        overflowing: The chunks that truncation cut off.

    The arrays are taken as they are, unchecked and not copied: thousands of these are made per
    batch. To build one by hand use `from_lists`.

    Example:
        >>> enc = Encoding.from_lists([5, 6], ["Hello", "world"], [(0, 5), (6, 11)], [0, 1])
        >>> enc.tokens, enc.char_to_token(7)
        (['Hello', 'world'], 1)
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        from subword.results.html import encoding_html  # notebooks only

        return encoding_html(self)

    # From positions in the text to tokens and back.

    def token_to_sequence(self, token_index: int) -> int | None:
        """Return the text that the token belongs to, None for special tokens and padding."""
        if check_index("token_index", token_index) > len(self):
            return None
        if not self._sequence_ranges:
            return 0
        for sequence, (start, stop) in self._sequence_ranges.items():
            if start <= token_index < stop:
                return sequence
        return None

    def token_to_chars(self, token_index: int) -> tuple[int, int] | None:
        """Return the characters [start, end) of the token, None for a token of no text."""
        if self.token_to_sequence(token_index) is None or token_index >= len(self):
            return None
        start, end = self.offsets_array[token_index].tolist()
        return start, end

    def token_to_word(self, token_index: int) -> int | None:
        """Return the word that the token belongs to, None for a token of no word."""
        if self.token_to_sequence(token_index) is None or token_index >= len(self):
            return None
        word = int(self.word_ids_array[token_index])
        return None if word < 0 else word

    def char_to_token(self, char_pos: int, sequence_index: int = 0) -> int | None:
        """Return the first token that covers the character, None when no token does."""
        check_index("char_pos", char_pos)
        start, stop = self._range(check_index("sequence_index", sequence_index))
        spans = self.offsets_array[start:stop]
        hits = np.flatnonzero((spans[:, 0] <= char_pos) & (char_pos < spans[:, 1]))
        return start + int(hits[0]) if len(hits) else None

    def char_to_word(self, char_pos: int, sequence_index: int = 0) -> int | None:
        """Return the word that covers the character, None when no token does."""
        token = self.char_to_token(char_pos, sequence_index)
        return None if token is None else self.token_to_word(token)

    def word_to_tokens(self, word_index: int, sequence_index: int = 0) -> tuple[int, int] | None:
        """Return the tokens [first, last + 1) of the word, None when it has none."""
        check_index("word_index", word_index)
        start, stop = self._range(check_index("sequence_index", sequence_index))
        words = self.word_ids_array[start:stop]
        # Words count upwards, so the first later one ends the search (a token of no word does not).
        later = np.flatnonzero(words > word_index)
        hits = np.flatnonzero(words[: later[0] if len(later) else None] == word_index)
        return (start + int(hits[0]), start + int(hits[-1]) + 1) if len(hits) else None

    def word_to_chars(self, word_index: int, sequence_index: int = 0) -> tuple[int, int] | None:
        """Return the characters [start, end) of the word, None when it has no tokens."""
        span = self.word_to_tokens(word_index, sequence_index)
        if span is None:
            return None
        return int(self.offsets_array[span[0], 0]), int(self.offsets_array[span[1] - 1, 1])

    # Changes in place.

    def set_sequence_id(self, sequence_id: int) -> None:
        """Declare all tokens to be text `sequence_id`."""
        ranges = dict(self._sequence_ranges or {})
        ranges[check_index("sequence_id", sequence_id)] = (0, len(self))
        self._sequence_ranges = ranges

    def set_type_id(self, type_id: int) -> None:
        """Give all tokens one type."""
        self._type_ids = np.full(len(self), type_id, np.uint32) if type_id else None

    def set_offsets(self, offsets: ArrayI32) -> None:
        """Replace the offsets: (n, 2) int32, characters."""
        self._offsets = offsets

    def truncate(self, max_length: int, stride: int = 0, direction: str = "right") -> None:
        """Keep `max_length` tokens; the rest goes to `overflowing` in chunks of the same length.

        Args:
            max_length: Tokens to keep.
            stride: Tokens that each chunk repeats of the one before.
            direction: "right" cuts at the end of the text, "left" at its start.

        Raises:
            ValueError: The stride is not in [0, max_length) and max_length is not 0.
        """
        self.cut(max_length, stride, direction, overflow=True)

    def cut(self, max_length: int, stride: int, direction: str, *, overflow: bool) -> None:
        """Truncate like `truncate`, but make the overflowing chunks only if `overflow` is set."""
        check_side("direction", direction)
        total = len(self)
        if check_index("max_length", max_length) >= total:
            return
        if max_length == 0:
            chunks = [self.copy()] if overflow else None
            self._become(Encoding(id_to_token=self.id_to_token, overflowing=chunks))
            return
        if not 0 <= stride < max_length:
            raise ValueError(
                f"stride must be at least 0 and less than the {max_length} tokens left after "
                f"truncation (special tokens not counted), got {stride}"
            )
        step = max_length - stride
        # Chunks start every `step` tokens, seen from the kept end, until one reaches the other end.
        count = -(-(total - max_length) // step) + 1 if overflow else 1
        if direction == "right":
            spans = [(i * step, min(i * step + max_length, total)) for i in range(count)]
        else:
            ends = [total - i * step for i in range(count)]
            spans = [(max(end - max_length, 0), end) for end in ends]
        first, *rest = [self.slice(start, stop) for start, stop in spans]
        first._overflowing = rest or None
        self._become(first)

    def pad(
        self,
        length: int,
        direction: str = "right",
        pad_id: int = 0,
        pad_type_id: int = 0,
        pad_token: str = "[PAD]",
    ) -> None:
        """Fill up to `length` tokens; the overflowing chunks too.

        Args:
            length: Tokens wanted; an encoding that is longer stays as it is.
            direction: The side that the padding goes to, "right" or "left".
            pad_id: Id of the padding.
            pad_type_id: Its type.
            pad_token: Its text.
        """
        check_side("direction", direction)
        if self._overflowing:
            self._overflowing = [chunk.copy() for chunk in self._overflowing]
            for chunk in self._overflowing:
                chunk.pad(length, direction, pad_id, pad_type_id, pad_token)
        missing = length - len(self)
        if missing <= 0:
            return
        padding = Encoding(
            np.full(missing, pad_id, np.uint32),
            id_to_token=self.id_to_token,
            type_ids=np.full(missing, pad_type_id, np.uint32),
            special_tokens_mask=np.ones(missing, np.uint32),
            attention_mask=np.zeros(missing, np.uint32),
        )
        if self.id_to_token(pad_id) != pad_token:
            padding.token_overrides = dict.fromkeys(range(missing), pad_token)
        bare = self.copy()
        bare._overflowing = None
        overflowing = self._overflowing
        self._become(concatenate([bare, padding] if direction == "right" else [padding, bare]))
        self._overflowing = overflowing

    @staticmethod
    def merge(encodings: Iterable[Encoding], growing_offsets: bool = True) -> Encoding:
        """Join encodings into one, each combined with the overflowing chunks of the others.

        Args:
            encodings: In their order.
            growing_offsets: Shift the offsets of each by the end of the one before, as if the texts
                were one.

        Returns:
            The joined encoding.

        Raises:
            TypeError: One of them is no encoding.
        """
        parts = check_list("encodings", encodings, "Encoding")
        for i, part in enumerate(parts):
            if not isinstance(part, Encoding):
                raise TypeError(f"encoding {i} must be an Encoding, got {type(part).__name__}")
        if not any(part._overflowing for part in parts):
            return concatenate(parts, growing_offsets)
        joined: _Tree = ([], [])
        for part in parts:
            joined = _join_trees(joined, _tree(part))
        return _concatenate_tree(joined, growing_offsets)


def concatenate(parts: Sequence[Encoding], growing_offsets: bool = False) -> Encoding:
    """Join encodings into one, leaving their overflowing chunks aside.

    Args:
        parts: In their order.
        growing_offsets: Shift the offsets of each by the end of the one before.

    Returns:
        The joined encoding.
    """
    if not parts:
        return Encoding()
    id_to_token = parts[0].id_to_token
    is_shared = all(part.id_to_token == id_to_token for part in parts)
    texts: TokenOverrides = {}
    ranges: dict[int, tuple[int, int]] = {}
    start = 0
    for part in parts:
        known = part.token_overrides if is_shared else dict(enumerate(part.tokens))
        if known:
            texts.update((start + i, text) for i, text in known.items())
        if part._sequence_ranges:
            ranges.update(
                (sequence, (start + first, start + stop))
                for sequence, (first, stop) in part._sequence_ranges.items()
            )
        start += len(part)
    joined = Encoding(
        np.concatenate([part.ids_array for part in parts]),
        id_to_token=id_to_token if is_shared else no_text,
        token_overrides=texts or None,
        sequence_ranges=ranges or None,
    )
    if any(part._offsets is not None for part in parts):
        joined._offsets = _join_offsets(parts, growing_offsets)
    if any(part._word_ids is not None for part in parts):
        joined._word_ids = np.concatenate([part.word_ids_array for part in parts])
    if any(part._type_ids is not None for part in parts):
        joined._type_ids = np.concatenate([part.type_ids_array for part in parts])
    if any(part._special_tokens_mask is not None for part in parts):
        joined._special_tokens_mask = np.concatenate(
            [part.special_tokens_mask_array for part in parts]
        )
    if any(part._attention_mask is not None for part in parts):
        joined._attention_mask = np.concatenate([part.attention_mask_array for part in parts])
    return joined


def _join_offsets(parts: Sequence[Encoding], growing: bool) -> ArrayI32:
    arrays, shift = [], 0
    for part in parts:
        arrays.append(part.offsets_array + np.int32(shift) if shift else part.offsets_array)
        if growing and len(part):
            shift = int(arrays[-1][-1, 1])
    return np.concatenate(arrays)


# How parts combine when several of them overflow: each node of the tree is the parts of one result,
# and its children are the nodes of what overflows from it. The order is that of `tokenizers`, and
# so is the nesting: an overflowing chunk of the first text carries the chunks of the second in its
# own `overflowing`.
_Tree = tuple[list[Encoding], list[Any]]


def _tree(encoding: Encoding) -> _Tree:
    return [encoding], [_tree(chunk) for chunk in encoding._overflowing or ()]


def _join_trees(left: _Tree, right: _Tree) -> _Tree:
    overflow = []
    for chunk in left[1]:
        overflow.append(_join_trees(chunk, right))
        overflow.extend(_join_trees(chunk, other) for other in right[1])
    overflow.extend(_join_trees(left, other) for other in right[1])
    return left[0] + right[0], overflow


def _concatenate_tree(tree: _Tree, growing: bool) -> Encoding:
    encoding = concatenate(tree[0], growing)
    encoding._overflowing = [_concatenate_tree(chunk, growing) for chunk in tree[1]] or None
    return encoding
