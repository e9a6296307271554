"""What the arguments of a Unigram model may be."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from subword._core.checks import check_list


def check_id(name: str, index: Any, count: int) -> None:
    """Refuse what is no id of `count` pieces.

    Raises:
        TypeError: It is no int.
        ValueError: It is out of range.
    """
    if not isinstance(index, int) or isinstance(index, bool):
        raise TypeError(f"{name} must be an int or None, got {index!r}")
    if not 0 <= index < count:
        raise ValueError(
            f"{name} must be at least 0 and less than {count}, the number of pieces, got {index}"
        )


def checked_pieces(vocab: Iterable[Sequence[Any]]) -> tuple[list[str], array[float]]:
    """Return the pieces and their scores.

    Raises:
        TypeError: An entry is no pair of a str and a number.
        ValueError: It has another length, or the score is not finite.
    """
    pairs = check_list("vocab", vocab, "(piece, score)")
    if set(map(type, pairs)) <= {list, tuple} and set(map(len, pairs)) <= {2}:
        texts, numbers = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        if set(map(type, texts)) <= {str} and set(map(type, numbers)) <= {float}:
            total = sum(numbers)  # not finite if one is not, or if all are huge
            if total - total == 0.0:
                return texts, array("d", numbers)
    tokens: list[str] = []
    scores = array("d")
    for number, pair in enumerate(pairs):
        if isinstance(pair, str) or not hasattr(pair, "__len__") or len(pair) != 2:
            raise ValueError(f"vocab[{number}] must be a piece and its score, got {pair!r:.100}")
        token, score = pair
        if not isinstance(token, str):
            raise TypeError(f"vocab[{number}]: a piece must be a str, got {token!r:.100}")
        if isinstance(score, bool) or not isinstance(score, (int, float)):
            raise TypeError(
                f"vocab[{number}]: the score of {token!r:.100} must be a number, got {score!r:.100}"
            )
        try:
            value = float(score)
        except OverflowError:
            value = float("inf")
        if value - value != 0.0:
            raise ValueError(
                f"vocab[{number}]: the score of {token!r:.100} must be finite, got {score!r:.100}"
            )
        tokens.append(token)
        scores.append(value)
    return tokens, scores


def checked_sampling(alpha: Any, nbest_size: Any) -> tuple[float | None, int | None]:
    """Return both, as a float and an int.

    Raises:
        TypeError: One is no number.
        ValueError: `alpha` is negative or not finite, or `nbest_size` is less than -1 or comes
            without `alpha`.
    """
    if alpha is not None:
        if isinstance(alpha, bool) or not isinstance(alpha, (int, float)):
            raise TypeError(f"alpha must be a number or None, got {alpha!r:.80}")
        alpha = float(alpha)
        if not 0.0 <= alpha < float("inf"):
            raise ValueError(f"alpha must be at least 0 and finite, got {alpha}")
    if nbest_size is not None:
        if isinstance(nbest_size, bool) or not isinstance(nbest_size, int):
            raise TypeError(f"nbest_size must be an int or None, got {nbest_size!r:.80}")
        if not -1 <= nbest_size < 1 << 31:
            raise ValueError(
                "nbest_size must be at least 1, or 0 or -1 for all ways, and less than "
                f"2**31, got {nbest_size}"
            )
    return alpha, nbest_size


def checked_count(count: Any) -> int:
    """Return how many ways are wanted; TypeError or ValueError if it is no number above 0."""
    if isinstance(count, bool) or not isinstance(count, int):
        raise TypeError(f"count must be an int, got {count!r:.80}")
    if not 1 <= count < 1 << 31:
        raise ValueError(f"count must be at least 1 and less than 2**31, got {count}")
    return count
