"""What the arguments of a BPE model may be, and the merges of a vocabulary of ranks."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from subword.vocab.byte_alphabet import chars_of


def check_str(name: str, value: object) -> None:
    """Raise a TypeError that names the option unless its value is a str or None."""
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} must be a str, got {type(value).__name__}")


def check_dropout(dropout: Any) -> None:
    """Refuse what is no probability and not None: TypeError, or ValueError out of range."""
    if isinstance(dropout, bool):
        raise TypeError("dropout must be a number or None, got bool")
    if dropout is not None and not 0 <= dropout <= 1:
        raise ValueError(f"dropout must be between 0 and 1, got {dropout}")


def merges_of_ranks(ranks: Mapping[bytes, int]) -> list[tuple[int, str, str]]:
    """Return (rank, left, right) of all pairs of tokens that together are a token, by their ranks.

    Args:
        ranks: Token, as bytes -> its rank.
    """
    merges: list[tuple[int, str, str]] = []
    for token, rank in ranks.items():
        splits = [
            (ranks[token[:i]], ranks[token[i:]], token[:i], token[i:])
            for i in range(1, len(token))
            if token[:i] in ranks and token[i:] in ranks
        ]
        merges += [(rank, chars_of(left), chars_of(right)) for _, _, left, right in sorted(splits)]
    merges.sort(key=itemgetter(0))
    return merges
