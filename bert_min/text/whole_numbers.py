"""Arguments that count something."""

from __future__ import annotations

import operator
from typing import Any


def check_count(name: str, value: Any) -> int:
    """Return a whole number of at least 1.

    Args:
        name: Of the argument, for the error.
        value: What was given.

    Raises:
        TypeError: It is no whole number.
        ValueError: It is below 1.

    Example:
        >>> check_count("k", 2.5)
        Traceback (most recent call last):
        TypeError: k must be a whole number, got 2.5
    """
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, got {value!r}") from None
    if number < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return number
