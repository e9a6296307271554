"""Extended grapheme clusters in plain Python (UAX #29, section 3.1)."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from subword._core.graphemes import value_of_every_code_point

CONTROL, EXTEND, ZWJ, SPACING_MARK, PREPEND, L, V, T, LV, LVT, PICTOGRAPH = range(1, 12)
CONSONANT, LINKER, CONJUNCT_EXTEND = 16, 32, 64


@cache
def _values() -> bytes:
    return value_of_every_code_point()


def graphemes(text: str) -> list[str]:
    """Cut a text into clusters."""
    values = [_values()[ord(char)] for char in text]
    starts = [i for i in range(len(text)) if i == 0 or _is_boundary(text, values, i)]
    return [text[i:j] for i, j in pairwise([*starts, len(text)])]


def _is_boundary(text: str, values: list[int], i: int) -> bool:
    left, right = values[i - 1] & 15, values[i] & 15
    if text[i - 1 : i + 1] == "\r\n":  # GB3
        return False
    if CONTROL in (left, right):  # GB4, GB5
        return True
    return not (
        (left == L and right in (L, V, LV, LVT))  # GB6
        or (left in (LV, V) and right in (V, T))  # GB7
        or (left in (LVT, T) and right == T)  # GB8
        or right in (EXTEND, ZWJ, SPACING_MARK)  # GB9, GB9a
        or left == PREPEND  # GB9b
        or (values[i] & CONSONANT and _links(values[:i]))  # GB9c
        or (right == PICTOGRAPH and left == ZWJ and _shows_picture(values[: i - 1]))  # GB11
    )


def _links(before: list[int]) -> bool:
    """Whether the end is a consonant and marks, one of them a linker."""
    linked = False
    for value in reversed(before):
        if value & CONSONANT or not value & (LINKER | CONJUNCT_EXTEND):
            return bool(value & CONSONANT) and linked
        linked = linked or bool(value & LINKER)
    return False


def _shows_picture(before: list[int]) -> bool:
    """Whether the end is a pictograph and marks."""
    rest = (value & 15 for value in reversed(before))
    return next((kind == PICTOGRAPH for kind in rest if kind != EXTEND), False)
