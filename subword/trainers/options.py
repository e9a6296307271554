"""Options that both trainers take, checked."""

from __future__ import annotations

from collections.abc import Iterable, Sized

HIGHEST = 2**32 - 2


def check_options(
    counts: Sized,
    vocab_size: object,
    limit_alphabet: object,
    max_token_length: object,
    special_tokens: Iterable[object],
    initial_alphabet: Iterable[object],
) -> None:
    """Check the options of a trainer. See `train_bpe` for what they mean.

    Raises:
        TypeError: One that must be an int is none.
        ValueError: One is out of range, or there are no words.

    Example:
        >>> check_options({"a": 1}, 0, None, None, (), ())
        Traceback (most recent call last):
        ValueError: vocab_size must be at least 1 and below 4294967295, got 0
    """
    for name, value, least in (
        ("vocab_size", vocab_size, 1),
        ("limit_alphabet", limit_alphabet, 0),
        ("max_token_length", max_token_length, 1),
    ):
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{name} must be an int, got {type(value).__name__}: {value!r}")
        if not least <= value <= HIGHEST:
            raise ValueError(
                f"{name} must be at least {least} and below {HIGHEST + 1}, got {value}"
            )
    if len(counts) == 0:
        raise ValueError("no words to learn from: the corpus or the table of counts is empty")
    for name, strings in (
        ("special_tokens", special_tokens),
        ("initial_alphabet", initial_alphabet),
    ):
        for string in strings:
            if not isinstance(string, str) or not string:
                raise ValueError(
                    f"{name} must be strings of at least one character, got {string!r}"
                )
