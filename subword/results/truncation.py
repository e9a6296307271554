"""Truncation: how many tokens of each text stay.

Where `tokenizers` panics, wraps around or fails without a type (a `max_length` below the number of
special tokens, a stride as long as what is left, `only_second` without a second text), a ValueError
says so.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

from subword.results.encoding import Encoding

STRATEGIES = ("longest_first", "only_first", "only_second")


@dataclass(frozen=True, slots=True)
class Truncation:
    """How texts are truncated.

    Attributes:
        max_length: Tokens to keep, special tokens included; None keeps all.
        stride: Tokens that overflowing chunks repeat.
        strategy: One of `STRATEGIES`.
        direction: The end that is cut, "right" or "left".
        overflow: Keep what is cut off as overflowing chunks.
    """

    max_length: int | None
    stride: int = 0
    strategy: str = "longest_first"
    direction: str = "right"
    overflow: bool = True


def check_truncation(max_length: int, stride: int, strategy: str, added: int = 0) -> None:
    """Check the arguments of a truncation before any text is encoded.

    Args:
        max_length: Tokens to keep, special tokens included.
        stride: Tokens that overflowing chunks repeat.
        strategy: One of `STRATEGIES`.
        added: Special tokens that a single text gets.

    Raises:
        ValueError: No text could be truncated in this way.
    """
    if strategy not in STRATEGIES:
        raise ValueError(f"truncation strategy must be one of {STRATEGIES}, got {strategy!r}")
    if max_length < 0 or stride < 0:
        raise ValueError(
            f"max_length and stride must be at least 0, got max_length {max_length}, "
            f"stride {stride}"
        )
    if 0 <= max_length - added < stride:
        raise ValueError(
            f"stride must be at most {max_length - added} (max_length {max_length} less {added} "
            f"special tokens), got {stride}"
        )


def tokens_left(max_length: Any, special: int) -> int | None:
    """Return how many tokens of a text fit beside its special tokens.

    Args:
        max_length: Tokens of a row, special tokens included, an int; None for no limit.
        special: How many of them are special tokens.

    Raises:
        TypeError: `max_length` is not an int.
        ValueError: It is less than the special tokens.

    >>> tokens_left(8, 2)
    6
    """
    if max_length is None:
        return None
    try:
        limit = operator.index(max_length)
    except TypeError:
        kind = type(max_length).__name__
        raise TypeError(f"max_length must be an int or None, got {kind}") from None
    if limit < special:
        raise ValueError(f"max_length must leave room for {special} special tokens, got {limit}")
    return limit - special


def truncate_pair(
    first: Encoding,
    second: Encoding | None,
    max_length: int,
    *,
    stride: int = 0,
    strategy: str = "longest_first",
    direction: str = "right",
    overflow: bool = True,
) -> tuple[Encoding, Encoding | None]:
    """Cut one text or two so that together they have at most `max_length` tokens.

    Args:
        first: The first text, without special tokens.
        second: The second text, if there is one.
        max_length: Tokens to keep of both.
        stride: Tokens that each overflowing chunk repeats of the one before.
        strategy: Which text is cut: "longest_first" cuts the longer one until both are equal, then
            both (the longer one keeps the odd token); "only_first"; "only_second".
        direction: The end that is cut, "right" or "left".
        overflow: Keep what is cut off as overflowing chunks.

    Returns:
        Both encodings: the ones given when nothing had to be cut, new ones otherwise.

    Raises:
        ValueError: The strategy cannot make them fit, or the stride is too long.
    """
    one, two = len(first), 0 if second is None else len(second)
    excess = one + two - max_length
    if max_length == 0:
        one = two = 0
    elif excess <= 0:
        return first, second
    elif strategy == "longest_first":
        one, two = _longest_first(one, two, max_length) if second is not None else (max_length, 0)
    elif strategy == "only_first":
        one = _shorten("first", one, excess)
    elif second is None:
        raise ValueError('truncation "only_second" needs a second text, got none')
    else:
        two = _shorten("second", two, excess)
    return _cut(first, one, stride, direction, overflow), (
        None if second is None else _cut(second, two, stride, direction, overflow)
    )


def _longest_first(one: int, two: int, total: int) -> tuple[int, int]:
    shorter = min(one, two)
    shares = (shorter, total - shorter) if 2 * shorter <= total else (total // 2, -(-total // 2))
    return shares if one <= two else (shares[1], shares[0])


def _shorten(name: str, length: int, excess: int) -> int:
    if length <= excess:
        raise ValueError(
            f"truncation of the {name} text alone must leave at least one token of it: it has "
            f"{length} and {excess} are too many"
        )
    return length - excess


def _cut(encoding: Encoding, length: int, stride: int, direction: str, overflow: bool) -> Encoding:
    if length >= len(encoding):
        return encoding
    encoding = encoding.copy()
    encoding.cut(length, stride, direction, overflow=overflow)
    return encoding
