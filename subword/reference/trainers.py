"""The trainers in plain Python: slow and obvious; the fast ones are tested against them.

Every merge counts all symbols and pairs of all words again, and likelihoods are compared as
exact fractions. Read this first; `subword.trainers` does the same with less work.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from subword.vocab.byte_alphabet import chars_of

Pair = tuple[int, int]
Learned = tuple[list[str], list[tuple[str, str]]]


class Words:
    """The words of a corpus as lists of symbols, and the vocabulary so far.

    The options are those of `train_bpe`.

    Attributes:
        vocab: The tokens by id: special tokens, alphabet by code point, forms with prefix and
            suffix (by their character, of two characters that give one form the smaller), then
            merges.
        words: [(symbols, count)].
        merges: The pairs merged so far.
    """

    def __init__(
        self,
        counts: Mapping[str, int],
        special_tokens: Iterable[str],
        limit_alphabet: int | None,
        initial_alphabet: Iterable[str],
        prefix: str,
        suffix: str,
        byte_level: bool,
    ) -> None:
        if byte_level:
            counts = {chars_of(word.encode()): n for word, n in counts.items()}
        counts = {word: n for word, n in counts.items() if n}
        self.prefix = prefix
        self.vocab: list[str] = []
        self.ids: dict[str, int] = {}
        self.merges: list[Pair] = []
        for token in special_tokens:
            self.add(token)
        for character in alphabet(
            counts, limit_alphabet, {string[0] for string in initial_alphabet}
        ):
            self.add(character)
        kept = set(self.vocab)
        forms: dict[str, str] = {}
        split: list[tuple[list[str], int]] = []
        for word, n in counts.items():
            symbols = []
            for i, character in enumerate(word):
                if character in kept:
                    inside, last = i > 0, i == len(word) - 1
                    form = (prefix if inside else "") + character + (suffix if last else "")
                    forms[form] = min(character, forms.get(form, character))
                    symbols.append(form)
            split.append((symbols, n))
        for form in sorted(forms, key=lambda form: (forms[form], form)):
            self.add(form)
        # Lengths in characters, for max_token_length: a special token has one only once it is
        # merged.
        self.lengths = {self.ids[form]: 1 for form in forms}
        self.words = [([self.ids[symbol] for symbol in symbols], n) for symbols, n in split]

    def add(self, token: str) -> int:
        """Return the id of a token, new or not."""
        if token not in self.ids:
            self.ids[token] = len(self.vocab)
            self.vocab.append(token)
        return self.ids[token]

    def symbol_counts(self) -> Counter[int]:
        """Count every symbol of every word."""
        found: Counter[int] = Counter()
        for symbols, n in self.words:
            for symbol in symbols:
                found[symbol] += n
        return found

    def pair_counts(self) -> Counter[Pair]:
        """Count every two neighbouring symbols; three equal ones are two pairs."""
        found: Counter[Pair] = Counter()
        for symbols, n in self.words:
            for pair in pairwise(symbols):
                found[pair] += n
        return found

    def merge(self, pair: Pair) -> None:
        """Replace the pair by its token, from left to right in every word."""
        left, right = self.vocab[pair[0]], self.vocab[pair[1]]
        if self.prefix and right.startswith(self.prefix):
            right = right[len(self.prefix) :]
        token = self.add(left + right)
        self.lengths.setdefault(token, self.lengths[pair[0]] + self.lengths[pair[1]])
        self.merges.append(pair)
        for number, (symbols, n) in enumerate(self.words):
            merged: list[int] = []
            i = 0
            while i < len(symbols):
                if tuple(symbols[i : i + 2]) == pair:
                    merged.append(token)
                    i += 2
                else:
                    merged.append(symbols[i])
                    i += 1
            self.words[number] = (merged, n)

    def learned(self) -> Learned:
        """Return vocabulary and merges; of a pair merged twice only the last time counts."""
        last = {pair: rank for rank, pair in enumerate(self.merges)}
        ordered = sorted(last, key=lambda pair: last[pair])
        return self.vocab, [(self.vocab[a], self.vocab[b]) for a, b in ordered]


def alphabet(counts: Mapping[str, int], limit: int | None, initial: set[str]) -> list[str]:
    """Return the characters of all words and the initial ones, at most `limit`, by code point."""
    seen: Counter[str] = Counter()
    for word, n in counts.items():
        for character in word:
            seen[character] += n
    characters = sorted(
        {*seen, *initial}, key=lambda c: (c not in initial, 0 if c in initial else -seen[c], c)
    )
    return sorted(characters[:limit])


def train_bpe(
    counts: Mapping[str, int],
    vocab_size: int = 30000,
    *,
    min_frequency: int = 0,
    special_tokens: Iterable[str] = (),
    limit_alphabet: int | None = None,
    initial_alphabet: Iterable[str] = (),
    continuing_subword_prefix: str | None = None,
    end_of_word_suffix: str | None = None,
    max_token_length: int | None = None,
    byte_level: bool = False,
) -> Learned:
    """Merge the most frequent pair again and again, of equals the one with the smallest ids.

    See `subword.trainers.bpe.train_bpe` for the options and the result; counts that are not whole
    numbers and vocabularies below the alphabet are not refused here.

    Example:
        >>> train_bpe({"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5}, 9)
        (['b', 'g', 'h', 'n', 'p', 's', 'u', 'ug', 'un'], [('u', 'g'), ('u', 'n')])
    """
    words = Words(
        counts,
        special_tokens,
        limit_alphabet,
        initial_alphabet,
        continuing_subword_prefix or "",
        end_of_word_suffix or "",
        byte_level,
    )
    while len(words.vocab) < vocab_size:
        pairs = words.pair_counts()
        if max_token_length is not None:
            for a, b in list(pairs):
                length = words.lengths[a] + words.lengths[b]
                if length > 2 and length >= max_token_length:
                    del pairs[a, b]
        best = min(pairs, key=lambda pair: (-pairs[pair], pair), default=None)
        if best is None or pairs[best] < min_frequency:
            break
        words.merge(best)
    return words.learned()


def train_wordpiece(
    counts: Mapping[str, int],
    vocab_size: int = 30000,
    *,
    score: Literal["likelihood", "frequency", "gain"] = "likelihood",
    min_frequency: int | None = None,
    special_tokens: Iterable[str] = (),
    limit_alphabet: int | None = None,
    initial_alphabet: Iterable[str] = (),
    continuing_subword_prefix: str = "##",
) -> Learned:
    """Merge the pair with the best score again and again.

    See `subword.trainers.wordpiece.train_wordpiece` for the options and the result.

    Example:
        >>> counts = {"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5}
        >>> vocab, merges = train_wordpiece(counts, 14, min_frequency=1)
        >>> vocab[-3:]
        ['##gs', 'pu', 'hu']
    """
    words = Words(
        counts,
        special_tokens,
        limit_alphabet,
        initial_alphabet,
        continuing_subword_prefix,
        "",
        False,
    )
    total = sum(words.symbol_counts().values())
    falling = score == "likelihood" and min_frequency is None
    threshold = (
        max(words.pair_counts().values(), default=1) if falling else max(1, min_frequency or 1)
    )
    while len(words.vocab) < vocab_size:
        symbols = words.symbol_counts()
        pairs = words.pair_counts()
        while falling and threshold > 1 and not any(n >= threshold for n in pairs.values()):
            threshold //= 2
        candidates = [pair for pair, n in pairs.items() if n >= threshold]
        if not candidates:
            break

        def rank(
            pair: Pair, pairs: Counter[Pair] = pairs, symbols: Counter[int] = symbols
        ) -> tuple[Fraction | float | int, int, Pair]:
            n, a, b = pairs[pair], symbols[pair[0]], symbols[pair[1]]
            worth: Fraction | float | int
            if score == "likelihood":
                worth = Fraction(n, a * b)
            elif score == "frequency":
                worth = n
            else:
                worth = n * (math.log(n) + math.log(total) - math.log(a) - math.log(b))
            return -worth, -n, pair

        words.merge(min(candidates, key=rank))
    return words.learned()
