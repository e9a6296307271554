"""The options of training, and the checks that all trainers share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass
from typing import Literal

from subword._core.checks import check_list
from subword._core.limits import MAX_ID

Score = Literal["likelihood", "frequency", "gain"]


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """What `train_from_counts` asks of an algorithm; see there, and `train_bpe`."""

    vocab_size: int
    min_frequency: int | None = None
    special_tokens: Sequence[str] = ()
    limit_alphabet: int | None = None
    initial_alphabet: Iterable[str] | None = None
    continuing_subword_prefix: str | None = None
    end_of_word_suffix: str | None = None
    max_token_length: int | None = None
    score: Score = "likelihood"
    shrinking_factor: float = 0.75
    n_sub_iterations: int = 2
    max_piece_length: int = 16
    seed_size: int = 1_000_000
    threads: int | None = None
    unk_token: str | None = None
    lowercase: bool = True
    consume: bool = False
    progress: Callable[[int], object] | None = None


def check_integer(name: str, value: object, lowest: int, above: int) -> None:
    """Refuse what is no whole number from `lowest` on and below `above`.

    >>> check_integer("seed_size", 0, 1, 9)
    Traceback (most recent call last):
    ValueError: seed_size must be at least 1 and below 9, got 0
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, got {type(value).__name__}: {value!r}")
    if not lowest <= value < above:
        raise ValueError(f"{name} must be at least {lowest} and below {above}, got {value}")


def check_options(
    counts: Sized,
    vocab_size: object,
    limit_alphabet: object,
    max_token_length: object,
    special_tokens: Iterable[str],
    initial_alphabet: Iterable[str],
    whole_alphabet: bool = False,
) -> tuple[list[str], list[str]]:
    """Check the options of a trainer. See `train_bpe` for what they mean.

    Returns:
        The special tokens, and the initial alphabet.

    Raises:
        TypeError: One that must be an int is not, or one str is given for several.
        ValueError: One is out of range, or there are neither words nor an initial alphabet.

    Example:
        >>> check_options({"a": 1}, 0, None, None, (), ())
        Traceback (most recent call last):
        ValueError: vocab_size must be at least 1 and below 4294967295, got 0
    """
    specials = check_list("special_tokens", special_tokens)
    alphabet = check_list("initial_alphabet", initial_alphabet)
    for name, value, lowest in (
        ("vocab_size", vocab_size, 0 if whole_alphabet else 1),
        ("limit_alphabet", limit_alphabet, 0),
        ("max_token_length", max_token_length, 1),
    ):
        if value is not None:
            check_integer(name, value, lowest, MAX_ID + 1)
    if len(counts) == 0 and not (alphabet or whole_alphabet):
        raise ValueError("no words to learn from: the corpus or the table of counts is empty")
    for name, strings in (
        ("special_tokens", specials),
        ("initial_alphabet", alphabet),
    ):
        for string in strings:
            if not isinstance(string, str) or not string:
                raise ValueError(
                    f"{name} must be strings of at least one character, got {string!r}"
                )
    return specials, alphabet
