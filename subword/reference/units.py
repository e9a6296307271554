"""What the plain models make of a word."""

from __future__ import annotations

from typing import NamedTuple


class Unit(NamedTuple):
    """A token within its word."""

    id: int
    text: str
    start: int  # bytes [start, end) of the word
    end: int
