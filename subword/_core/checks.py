"""Checks of arguments that several rooms take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from subword._core.limits import MAX_ID


def check_list(name: str, values: Iterable[Any], of: str = "str") -> list[Any]:
    """Return the items of what must hold several, a TypeError for one text or a mapping.

    Args:
        name: What it is, for the error.
        values: The items.
        of: Their type, for the error.

    >>> check_list("special_tokens", "[PAD]")
    Traceback (most recent call last):
    TypeError: special_tokens must be a list of str, got str
    """
    single = (str, bytes, bytearray, memoryview, Mapping)
    if isinstance(values, single) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a list of {of}, got {type(values).__name__}")
    return list(values)


def check_steps(kind: type[Any], steps: Iterable[Any]) -> tuple[Any, ...]:
    """Return the steps of a sequence of stages, a TypeError if one is of another kind."""
    given = check_list("the steps of a Sequence", steps, kind.__name__)
    for step in given:
        if not isinstance(step, kind):
            raise TypeError(f"each step must be a {kind.__name__}, got {type(step).__name__}")
    return tuple(given)


def check_index(name: str, value: int) -> int:
    """Return `value` if it is usable as a position, a ValueError otherwise."""
    if value < 0:
        raise ValueError(f"{name} must be at least 0, got {value}")
    return value


def check_side(name: str, value: str) -> str:
    """Return `value` if it is "left" or "right", a ValueError otherwise."""
    if value not in ("left", "right"):
        raise ValueError(f'{name} must be "left" or "right", got {value!r}')
    return value


def check_id(name: str, value: object, largest: int = MAX_ID) -> int:
    """Return `value` if it is the id of a token, a ValueError that calls it `name` otherwise.

    Args:
        name: What has the id, for the error.
        value: The id, as a file or a caller gives it.
        largest: The largest id allowed.

    >>> check_id("the padding token", -1)
    Traceback (most recent call last):
    ValueError: the padding token must have an id of 0 to 4294967294, got -1
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= largest:
        raise ValueError(f"{name} must have an id of 0 to {largest}, got {value!r}")
    return value
