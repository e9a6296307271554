"""Training of Unigram in plain Python: Kudo 2018, "Subword Regularization", section 3.2.

The twin of subword/trainers/unigram.pyx: the same pieces, and scores that differ by rounding alone.
"""

from __future__ import annotations

import math
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby

# Rounding must not choose between ways that are equally good, nor decide about an expected count of
# a half.
SAME_SCORE = 1e-9
LEAST_EXPECTED = 0.5 - 1e-9
Scores = dict[str, float]


def segmentations(word: str, pieces: Iterable[str]) -> list[list[str]]:
    """Return all ways to cut a word into pieces.

    >>> segmentations("abc", {"a", "b", "c", "ab"})
    [['a', 'b', 'c'], ['ab', 'c']]
    """
    known = set(pieces)
    if not word:
        return [[]]
    return [
        [word[:size], *rest]
        for size in range(1, len(word) + 1)
        if word[:size] in known
        for rest in segmentations(word[size:], known)
    ]


def expected_counts(words: Mapping[str, int], scores: Mapping[str, float]) -> Scores:
    """Return how often each piece is expected in all words, by a forward and a backward pass.

    >>> expected_counts({"aa": 3}, {"a": math.log(0.5), "aa": math.log(0.25)})
    {'a': 3.0, 'aa': 1.5}
    """
    expected = dict.fromkeys(scores, 0.0)
    for word, count in words.items():
        size = len(word)
        edges = [
            (start, end, math.exp(scores[word[start:end]]))
            for end in range(1, size + 1)
            for start in range(end)
            if word[start:end] in scores
        ]
        before, behind = [1.0] + size * [0.0], size * [0.0] + [1.0]
        for start, end, weight in edges:
            before[end] += before[start] * weight
        for start, end, weight in reversed(edges):
            behind[start] += weight * behind[end]
        for start, end, weight in edges:
            share = before[start] * weight * behind[end] / before[size]
            expected[word[start:end]] += count * share
    return expected


def best_segmentation(word: str, scores: Mapping[str, float], without: str = "") -> list[str]:
    """Return the best way to cut a word; of equal ones that with the longest last piece."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(word) + 1):
        found = (-math.inf, 0)
        for start in range(end):
            piece = word[start:end]
            if piece in scores and piece != without:
                score = best[start][0] + scores[piece]
                if score > found[0] + SAME_SCORE:
                    found = score, start
        best.append(found)
    result, end = [], len(word)
    while end:
        result.append(word[best[end][1] : end])
        end = best[end][1]
    return result[::-1]


def seed_pieces(
    words: Mapping[str, int], longest: int, count: int, least: int, often: int
) -> Scores:
    """Return the pieces to start with and the logarithms of their first probabilities.

    A string is one if it occurs `least` times, in several different words or `often`, and could not
    be made longer on either side without losing occurrences, unless it is as long as a piece may
    be. Those with the highest product of occurrences and length are taken, and every character.
    """
    occurrences: Counter[str] = Counter()
    places: Counter[str] = Counter()
    sides: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for word, n in words.items():
        for start in range(len(word)):
            for end in range(start + 1, min(start + longest, len(word)) + 1):
                string = word[start:end]
                occurrences[string] += n
                places[string] += 1
                # An end of a word is a side of its own for every word.
                sides[string][0].add(word[start - 1] if start else "")
                sides[string][1].add(word[end] if end < len(word) else "")

    def is_candidate(string: str) -> bool:
        if len(string) == 1 or occurrences[string] < least:
            return False
        if places[string] < 2 and occurrences[string] < often:
            return False
        return len(string) == longest or all(len(side) > 1 or "" in side for side in sides[string])

    def order(string: str) -> tuple[float, list[float]]:
        return -float(occurrences[string]) * len(string), [*map(ord, string[::-1]), math.inf]

    singles = sorted(string for string in occurrences if len(string) == 1)
    others = sorted(filter(is_candidate, occurrences), key=order)[: max(0, count - len(singles))]
    weights = {string: occurrences[string] * len(string) for string in singles + others}
    total = sum(weights.values())
    return {string: math.log(weight / total) for string, weight in weights.items()}


def digamma(x: float) -> float:
    """Return the derivative of log(gamma(x))."""
    result = 0.0
    while x < 7:
        result -= 1 / x
        x += 1
    x -= 0.5
    square = 1 / (x * x)
    series = 1 / 24 - square * (7 / 960 - square * (31 / 8064 - square * 127 / 30720))
    return result + math.log(x) + square * series


def maximise(words: Mapping[str, int], scores: Scores, drop: bool) -> Scores:
    """Return the scores that make the expected counts most likely, for few pieces."""
    expected = expected_counts(words, scores)
    kept = {
        piece: max(n, 0.5)
        for piece, n in expected.items()
        if len(piece) == 1 or n >= LEAST_EXPECTED or not drop
    }
    total = digamma(sum(kept.values()))
    return {piece: digamma(n) - total for piece, n in kept.items()}


def prune(words: Mapping[str, int], scores: Scores, wanted: int) -> Scores:
    """Return the pieces without those whose loss the likelihood feels least."""
    counts: Counter[str] = Counter()
    for word, n in words.items():
        for piece in best_segmentation(word, scores):
            counts[piece] += n
    total = sum(counts.values())
    losses = {}
    for piece in scores:
        if len(piece) > 1 and counts[piece]:
            others = best_segmentation(piece, scores, without=piece)
            after = math.log(total + counts[piece] * (len(others) - 1))
            other = sum(math.log(counts[part] + counts[piece]) - after for part in others)
            loss = counts[piece] / total * (math.log(counts[piece]) - math.log(total) - other)
            losses[piece] = struct.unpack("f", struct.pack("f", loss))[0]
    singles = [piece for piece in scores if len(piece) == 1]
    best = sorted(losses, key=lambda piece: (-losses[piece], [*map(ord, piece[::-1]), math.inf]))
    kept = {*singles, *best[: max(0, wanted - len(singles))]}
    return {piece: score for piece, score in scores.items() if piece in kept}


def train_unigram(
    counts: Mapping[str, int],
    vocab_size: int = 8000,
    *,
    min_frequency: int = 2,
    special_tokens: Iterable[str] = (),
    limit_alphabet: int | None = None,
    initial_alphabet: Iterable[str] = (),
    shrinking_factor: float = 0.75,
    n_sub_iterations: int = 2,
    max_piece_length: int = 16,
    seed_size: int = 1_000_000,
) -> list[tuple[str, float]]:
    """Learn pieces and scores; see `subword.trainers.unigram.train_unigram`.

    Example:
        >>> counts = {"hug": 10, "pug": 5, "hugs": 5, "bugs": 4}
        >>> [piece for piece, _ in train_unigram(counts, 7)]
        ['hug', 'g', 'u', 's', 'p', 'b', 'h']
    """
    specials = list(dict.fromkeys(special_tokens))
    initial = {text[0] for text in initial_alphabet}
    seen: Counter[str] = Counter()
    for word, n in counts.items():
        for character in word:
            seen[character] += n
    alphabet = sorted({*seen, *initial}, key=lambda c: (c not in initial, -seen[c], c))
    alphabet = sorted(alphabet[:limit_alphabet])
    words: Counter[str] = Counter()
    for word, n in counts.items():
        for kept, part in groupby(word, alphabet.__contains__):
            if kept:
                words["".join(part)] += n
    wanted = vocab_size - len(specials)
    # Characters that are special tokens are pieces during training, unseen ones are not.
    target = wanted - sum(not seen[c] and c not in specials for c in alphabet)
    target += sum(seen[c] > 0 and c in specials for c in alphabet)
    often = max(sum(counts.values()) // max(wanted, 1), 2)
    if not words:
        return _listed(specials, dict.fromkeys(alphabet, 0.0))
    scores = seed_pieces(words, max_piece_length, seed_size, min_frequency, often)
    room = int(target * 1.1) + sum(len(token) > 1 for token in specials)
    while True:
        for _ in range(n_sub_iterations):
            scores = maximise(words, scores, drop=True)
        if len(scores) <= room:
            break
        scores = prune(words, scores, max(room, int(len(scores) * shrinking_factor)))
    scores = {piece: s for piece, s in scores.items() if len(piece) == 1 or piece not in specials}
    scores = prune(words, scores, target)
    for _ in range(n_sub_iterations):
        scores = maximise(words, scores, drop=False)
    return _listed(specials, {**dict.fromkeys(alphabet, min(scores.values())), **scores})


def _listed(specials: list[str], pieces: Scores) -> list[tuple[str, float]]:
    ordered = sorted(pieces.items(), key=lambda item: (-item[1], item[0]))
    return [(token, 0.0) for token in specials] + [
        item for item in ordered if item[0] not in specials
    ]
