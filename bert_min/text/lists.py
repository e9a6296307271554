"""Arguments that hold several texts, paths or labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
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


def check_texts(name: str, texts: Sequence[str]) -> None:
    """Refuse what is no list of texts: also what has no order, or can be read only once.

    Args:
        name: What they are, for the error.
        texts: The texts.

    Raises:
        TypeError: They are no list, or one of them is not a str; the message names its row.

    Example:
        >>> check_texts("documents", ["a", None])
        Traceback (most recent call last):
        TypeError: documents must be str, got NoneType in row 1: None
    """
    check_several(name, texts)
    if isinstance(texts, Set) or not hasattr(texts, "__len__"):
        raise TypeError(f"{name} must be a list of str, got {type(texts).__name__}")
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            kind = type(text).__name__
            raise TypeError(f"{name} must be str, got {kind} in row {row}: {text!r:.80}")
