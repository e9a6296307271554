"""Truncation and padding: how many tokens of each text stay, and what fills up the rest.

These are arguments of a call, never state of a tokenizer. Where the oracle panics, wraps around or
fails without a type (a `max_length` below the number of special tokens, a stride as long as what is
left, `only_second` without a second text), a ValueError says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from subword.results.encoding import Encoding

STRATEGIES = ("longest_first", "only_first", "only_second")


def check_truncation(max_length: int, stride: int, strategy: str, added: int = 0) -> None:
    """Check the arguments of a truncation before any text is encoded.

    Args:
        max_length: tokens to keep, special tokens included.
        stride: tokens that overflowing chunks repeat.
        strategy: one of `STRATEGIES`.
        added: special tokens that a single text gets.

    Raises:
        ValueError: when no text could be truncated so.
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


def room(max_length: int | None, special: int) -> int | None:
    """Return how many ids of a text a length leaves.

    Args:
        max_length: Ids of a row, special tokens included; None for no limit.
        special: How many of them are special tokens.

    Raises:
        TypeError: `max_length` is not an int.
        ValueError: It is less than the special tokens.

    >>> room(8, 2)
    6
    """
    if max_length is None:
        return None
    if not isinstance(max_length, int):
        raise TypeError(f"max_length must be an int or None, got {type(max_length).__name__}")
    if max_length < special:
        raise ValueError(
            f"max_length must leave room for {special} special tokens, got {max_length}"
        )
    return max_length - special


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
        first: the first text, without special tokens.
        second: the second text, if there is one.
        max_length: tokens to keep of both.
        stride: tokens that each overflowing chunk repeats of the one before.
        strategy: which text gives way: "longest_first" takes from the longer one until both are
            equal, then from both (the longer one keeps the odd token); "only_first"; "only_second".
        direction: the end that is cut, "right" or "left".
        overflow: keep what is cut off as overflowing chunks.

    Returns:
        Both encodings: the ones given when nothing had to be cut, new ones otherwise.

    Raises:
        ValueError: when the strategy cannot make them fit, or the stride is too long.
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


def _longest_first(one: int, two: int, room: int) -> tuple[int, int]:
    short = min(one, two)
    shares = (short, room - short) if 2 * short <= room else (room // 2, room - room // 2)
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


def padded_length(lengths: Sequence[int], length: int | None, multiple: int | None) -> int:
    """Return the number of tokens that a batch is padded to.

    Args:
        lengths: tokens of each row.
        length: wanted tokens; None for those of the longest row.
        multiple: round up to a multiple of this.

    Returns:
        The number of tokens; rows that are longer stay as they are.
    """
    wanted = max(lengths, default=0) if length is None else length
    return wanted + -wanted % multiple if multiple else wanted


def pad_batch(
    encodings: Sequence[Encoding],
    length: int | None = None,
    *,
    direction: str = "right",
    pad_id: int = 0,
    pad_type_id: int = 0,
    pad_token: str = "[PAD]",
    pad_to_multiple_of: int | None = None,
) -> list[Encoding]:
    """Pad encodings to one length, their overflowing chunks too.

    Args:
        encodings: the rows.
        length: tokens of a row; None for those of the longest row (overflowing chunks not looked
            at).
        direction: the side that the padding goes to, "right" or "left".
        pad_id: id of the padding.
        pad_type_id: its type.
        pad_token: its text.
        pad_to_multiple_of: round the length up to a multiple of this.

    Returns:
        New encodings.
    """
    wanted = padded_length([len(encoding) for encoding in encodings], length, pad_to_multiple_of)
    padded = [encoding.copy() for encoding in encodings]
    for encoding in padded:
        encoding.pad(wanted, direction, pad_id, pad_type_id, pad_token)
    return padded
