"""What a tokenizer is given: the types, by the names of `tokenizers`, and how they are read."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

Offsets = tuple[int, int]

TextInputSequence = str
PreTokenizedInputSequence = list[str] | tuple[str, ...]
InputSequence = TextInputSequence | PreTokenizedInputSequence

TextEncodeInput = TextInputSequence | tuple[TextInputSequence, TextInputSequence] | list[str]
PreTokenizedEncodeInput = (
    PreTokenizedInputSequence
    | tuple[PreTokenizedInputSequence, PreTokenizedInputSequence]
    | list[PreTokenizedInputSequence]
)
EncodeInput = TextEncodeInput | PreTokenizedEncodeInput


def row_of(given: Any, is_pretokenized: bool) -> Any:
    """Return a row of a batch; a list of two is a pair too, as a tuple is."""
    if isinstance(given, list) and len(given) == 2:
        words = is_pretokenized and all(isinstance(part, str) for part in given)
        return given if words else tuple(given)
    return given


def texts_of(iterator: Iterable[Any]) -> Iterator[str]:
    """Yield the texts that an iterator gives one by one, or in lists."""
    for item in iterator:
        yield from ([item] if isinstance(item, str) else itertools.chain(item))
