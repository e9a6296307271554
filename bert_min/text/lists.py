"""Arguments that hold several texts, paths or labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def check_several(name: str, values: Iterable[Any]) -> None:
    """Refuse one text where several are meant: it would be taken letter by letter.

    Args:
        name: What they are, for the error.
        values: The texts, paths or labels.

    Raises:
        TypeError: They are one str, bytes, a mapping, or no iterable.

    Example:
        >>> check_several("paths", "corpus.txt")
        Traceback (most recent call last):
        TypeError: paths must be a list of str, got str
    """
    single = (str, bytes, bytearray, memoryview, Mapping)
    if isinstance(values, single) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a list of str, got {type(values).__name__}")
