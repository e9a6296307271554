"""`PreTokenizedString`: a text on its way through stages that may be written in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from subword.compat.tokenizers.models import Token
from subword.compat.tokenizers.normalized_string import NormalizedString
from subword.results.encoding import Encoding

Split = tuple[str, tuple[int, int], list[Token] | None]


class PreTokenizedString:
    """A text, the parts it was split into, and the tokens of those that have some.

    Args:
        sequence: The text.

    Example:
        >>> text = PreTokenizedString("two words")
        >>> text.split(lambda number, part: part.split(" ", "removed"))
        >>> text.get_splits()
        [('two', (0, 3), None), ('words', (4, 9), None)]
    """

    def __init__(self, sequence: str) -> None:
        self._source = sequence
        self._splits: list[tuple[NormalizedString, list[Token] | None]] = [
            (NormalizedString(sequence), None)
        ]

    def split(self, func: Callable[[int, NormalizedString], Iterable[NormalizedString]]) -> None:
        """Replace the parts without tokens by what a function makes of each.

        Args:
            func: Gets the number and the part; returns its parts, which it made with `split` or
                `slice` of the part.

        Raises:
            TypeError: It returned something else.
        """
        made: list[tuple[NormalizedString, list[Token] | None]] = []
        for number, (part, tokens) in enumerate(self._splits):
            if tokens is not None:
                made.append((part, tokens))
                continue
            for new in func(number, part):
                if not isinstance(new, NormalizedString):
                    kind = type(new).__name__
                    raise TypeError(f"split: func must return NormalizedString, got {kind}")
                if new.normalized:
                    made.append((new, None))
        self._splits = made

    def set_tokens(self, numbers: Iterable[tuple[int, Token]]) -> None:
        """Give some parts one token each.

        Args:
            numbers: The number of the part, and its token.
        """
        for number, token in numbers:
            self._splits[number] = self._splits[number][0], [token]

    def normalize(self, func: Callable[[NormalizedString], object]) -> None:
        """Let a function change each part without tokens."""
        for part, tokens in self._splits:
            if tokens is None:
                func(part)

    def tokenize(self, func: Callable[[str], Iterable[Token]]) -> None:
        """Give each part without tokens those that a function returns for its text."""
        self._splits = [
            (part, list(func(part.normalized)) if tokens is None else tokens)
            for part, tokens in self._splits
        ]

    def to_encoding(self, type_id: int = 0, word_idx: int | None = None) -> Encoding:
        """Return the encoding of the tokens.

        Args:
            type_id: The type of all tokens.
            word_idx: The word of all tokens; None counts the parts.

        Raises:
            ValueError: A part has no tokens.
        """
        if any(tokens is None for _, tokens in self._splits):
            raise ValueError(
                "Split has not been tokenized, call `PreTokenizedString::tokenize` first"
            )
        rows = [
            (token, part.span_of(*token.offsets), number if word_idx is None else word_idx)
            for number, (part, tokens) in enumerate(self._splits)
            for token in tokens or ()
        ]
        return Encoding.from_lists(
            [token.id for token, _, _ in rows],
            [token.value for token, _, _ in rows],
            [span for _, span, _ in rows],
            [word for _, _, word in rows],
            type_ids=[type_id] * len(rows),
        )

    def get_splits(
        self, offset_referential: str = "original", offset_type: str = "char"
    ) -> list[Split]:
        """Return the parts, where they lie, and their tokens.

        Args:
            offset_referential: Whether they lie in the "original" text or in the "normalized" one.
            offset_type: Whether "char" or "byte" are counted.

        Raises:
            ValueError: An argument is something else.
        """
        _check("OffsetReferential", offset_referential, ("original", "normalized"))
        _check("OffsetType", offset_type, ("byte", "char"))
        splits: list[Split] = []
        position = 0
        for part, tokens in self._splits:
            start, end = part.original_span
            if offset_referential == "normalized":
                start, position = position, position + len(part.normalized.encode())
                end = position
                if offset_type == "char":
                    start, end = self._chars(start, end)
            elif offset_type == "byte":
                start, end = (len(self._source[:at].encode()) for at in (start, end))
            splits.append((part.normalized, (start, end), tokens))
        return splits

    def _chars(self, start: int, end: int) -> tuple[int, int]:
        """Return the characters of bytes [start, end); as in the original, of the original text."""
        chars = [i for i, char in enumerate(self._source) for _ in char.encode()]
        if start >= len(chars):
            return start, end
        if end < len(chars):
            return chars[start], chars[end]
        last = chars[end - 1] if 0 < end <= len(chars) else chars[start] + 1
        return chars[start], last + 1


def _check(name: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(
            f"Wrong value for {name}, expected one of `{', '.join(known)}`, got {value!r}"
        )
