"""Subword regularisation in plain Python: all ways to cut a word, with their probabilities.

Kudo 2018, "Subword Regularization", for Unigram; Provilkov, Emelianenko, Voita 2020, "BPE-Dropout".
Nothing is drawn here: what is drawn elsewhere must be as frequent as this says.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

from subword.reference.unigram import UNKNOWN_PENALTY, Unigram

# The pieces of a word: where each starts and ends, in characters.
Way = tuple[tuple[int, int], ...]
Symbols = tuple[str, ...]


def all_ways(model: Unigram, word: str) -> dict[Way, float]:
    """Return all ways to cut a word into pieces and unknown characters, with their scores.

    >>> model = Unigram({"vocab": [["a", -1.0], ["b", -1.5], ["ab", -2.0]]})
    >>> all_ways(model, "ab")
    {((0, 1), (1, 2)): -2.5, ((0, 2),): -2.0}
    """
    unknown = min(model.scores, default=0.0) - UNKNOWN_PENALTY
    found: dict[Way, float] = {}

    def extend(way: Way, start: int, score: float) -> None:
        if start == len(word):
            found[way] = score
        for end in range(start + 1, len(word) + 1):
            index = model.vocab.get(word[start:end])
            if index is not None:
                extend((*way, (start, end)), end, score + model.scores[index])
            elif end == start + 1 and model.unk_id is not None:
                extend((*way, (start, end)), end, score + unknown)

    extend((), 0, 0.0)
    return found


def best_ways(model: Unigram, word: str, count: int) -> list[tuple[Way, float]]:
    """Return the best ways; of equal ones that with the longest last piece is first.

    >>> model = Unigram({"vocab": [["a", -1.0], ["b", -1.5], ["ab", -2.0]]})
    >>> best_ways(model, "ab", 1)
    [(((0, 2),), -2.0)]
    """
    ways = all_ways(model, word)
    unknown = min(model.scores, default=0.0) - UNKNOWN_PENALTY

    def order(way: Way) -> list[float]:
        """The score of the whole, where its last piece starts, the score before that, and so on."""
        score, key = 0.0, [0.0]
        for start, end in way:
            index = model.vocab.get(word[start:end])
            score += unknown if index is None else model.scores[index]
            key = [-score, start, *key]
        return key

    return [(way, ways[way]) for way in sorted(ways, key=order)[:count]]


def way_probabilities(
    model: Unigram, word: str, alpha: float, nbest_size: int = 0
) -> dict[Way, float]:
    """Return the probability with which each way is drawn: p(way) ** alpha, made to sum to one."""
    ways = all_ways(model, word)
    if nbest_size > 0:
        ways = dict(best_ways(model, word, nbest_size))
    highest = max(ways.values())
    weights = {way: math.exp(alpha * (score - highest)) for way, score in ways.items()}
    return {way: weight / sum(weights.values()) for way, weight in weights.items()}


def dropout_probabilities(
    symbols: Symbols,
    merges: Mapping[tuple[str, str], int],
    dropout: float,
    redraws: bool = True,
) -> dict[Symbols, float]:
    """Return the probability of each outcome of BPE dropout.

    Pairs wait, sorted by rank and place. The first that is not left out is merged. Then those that
    were left out wait again, or with ``redraws=False`` are gone.

    Args:
        symbols: The characters of a word.
        merges: Pair -> its rank.
        dropout: The probability with which a pair is left out.
        redraws: See `subword.models.bpe.BPE`.

    >>> dropout_probabilities(("a", "b"), {("a", "b"): 0}, 0.25)
    {('ab',): 0.75, ('a', 'b'): 0.25}
    """
    outcomes: dict[Symbols, float] = defaultdict(float)

    def rank_at(parts: dict[int, str], place: int) -> tuple[int, int] | None:
        """Return the rank of the pair that begins at a place, and where its second part is."""
        behind = min((other for other in parts if other > place), default=None)
        if behind is None or place not in parts:
            return None
        rank = merges.get((parts[place], parts[behind]))
        return None if rank is None else (rank, behind)

    def go_on(parts: dict[int, str], waiting: list[tuple[int, int]], probability: float) -> None:
        waiting = sorted(waiting)
        left = probability
        for k, (rank, place) in enumerate(waiting):
            others = waiting[:k] * redraws + waiting[k + 1 :]
            pair = rank_at(parts, place)
            is_stale = pair is None or pair[0] != rank
            if is_stale and not redraws:  # gone without a draw
                continue
            drawn = left * (1.0 - dropout)
            left *= dropout
            if drawn == 0.0:
                continue
            if is_stale or pair is None:
                go_on(parts, others, drawn)
                continue
            after = {p: s for p, s in parts.items() if p != pair[1]}
            after[place] = parts[place] + parts[pair[1]]
            before = max((other for other in after if other < place), default=-1)
            new = [(found[0], p) for p in (place, before) if (found := rank_at(after, p))]
            go_on(after, others + new, drawn)
        if left > 0.0:
            outcomes[tuple(parts[place] for place in sorted(parts))] += left

    parts = dict(enumerate(symbols))
    first = [(found[0], place) for place in parts if (found := rank_at(parts, place))]
    go_on(parts, first, 1.0)
    return dict(outcomes)
