"""Parity-aware BPE: one vocabulary for several languages, each merge for the one worst off.

Foroutan et al. 2025, "Parity-Aware Byte-Pair Encoding". Each language has counts of its own. Before
a merge the language is chosen whose text takes the most tokens, and its most frequent pair is
merged, in the words of all languages.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Pair = tuple[int, int]
Words = Mapping[str, int]


@dataclass(frozen=True)
class ParityOptions:
    """How languages are chosen, and what may be merged.

    Args:
        num_merges: Merges to do, at most.
        min_frequency: A pair must occur so often in the language it is chosen for.
        global_merges: So many merges at first are those of the most frequent pairs of all languages
            together.
        window_size: Of the merges that are looked back on; None: all languages may be chosen
            whenever they are worst off.
        alpha: With a window, a language is passed over that was chosen for more than this many
            times its share of the merges in the window.
        total_symbols: Count what is a token before the first merge as a merge too.
        special_tokens: Take the first ids.
        limit_alphabet: Keep so many characters, the most frequent ones.
        initial_alphabet: Characters that are kept in any case.
        continuing_subword_prefix: Put before each character but the first of a word.
        end_of_word_suffix: Put behind the last character of a word.
        max_token_length: Pairs of as many characters or more are not counted.
    """

    num_merges: int = 32000
    min_frequency: int = 0
    global_merges: int = 0
    window_size: int | None = None
    alpha: float = 2.0
    total_symbols: bool = False
    special_tokens: Sequence[str] = ()
    limit_alphabet: int | None = None
    initial_alphabet: Sequence[str] = ()
    continuing_subword_prefix: str = ""
    end_of_word_suffix: str = ""
    max_token_length: int | None = None


def train_parity_bpe(
    languages: Sequence[Words],
    options: ParityOptions,
    dev: Sequence[Words] = (),
    ratio: Sequence[float] | None = None,
    progress: Callable[[int], object] | None = None,
) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Learn merges of several languages; with the same counts, those of `tokenizers`.

    Args:
        languages: Word -> its count, of each language.
        options: What may be merged, and when.
        dev: The same of other texts, best of translations: their lengths choose the language.
        ratio: The compression wanted of each language, in proportion to those of the others. It is
            used where there is no `dev`; without both, the lengths of the languages themselves.
        progress: Called with the number of merges so far.

    Returns:
        The vocabulary, and the merges.

    Raises:
        ValueError: There is no language, or `dev` or `ratio` does not fit the languages.

    Example:
        >>> train_parity_bpe([{"aabb": 10}, {"ccdd": 10}], ParityOptions(num_merges=4))[1]
        [('b', 'b'), ('d', 'd'), ('a', 'bb'), ('c', 'dd')]
    """
    check_languages(languages, options, dev, ratio)
    vocabulary = _Vocabulary(languages, options, dev)
    corpora = [_Language(vocabulary, words, options.max_token_length) for words in languages]
    wanted = options.num_merges - (len(vocabulary.tokens) if options.total_symbols else 0)
    if ratio is not None:
        chooser = _Chooser(options, corpora, ratio, corpora)
    else:
        measured = [_Language(vocabulary, vocabulary.known(words)) for words in dev] or corpora
        chooser = _Chooser(options, measured, None, corpora)
    watched = [] if chooser.measured is corpora else chooser.measured
    merges: dict[Pair, None] = {}
    done = 0
    while done < wanted:
        language = None if done < options.global_merges else chooser.choose()
        found = _best_of_all(corpora) if language is None else corpora[language].best()
        if found is None or found[1] < options.min_frequency:
            if language is None or not chooser.give_up(language):
                break
            continue
        pair = found[0]
        new = vocabulary.merged(pair)
        merges.pop(pair, None)
        merges[pair] = None
        for corpus in (*corpora, *watched):
            corpus.merge(pair, new)
        done += 1
        if progress is not None:
            progress(done)
    tokens = vocabulary.tokens
    return vocabulary.ids, [(tokens[left], tokens[right]) for left, right in merges]


def check_languages(
    languages: Sequence[Words],
    options: ParityOptions,
    dev: Sequence[Words],
    ratio: Sequence[float] | None,
) -> None:
    """Raise a ValueError if the arguments do not fit each other."""
    if not languages:
        raise ValueError("there must be at least one language, got none")
    for name, given in (("dev", dev or None), ("ratio", ratio)):
        if given is not None and len(given) != len(languages):
            raise ValueError(
                f"{name} must have one entry for each of {len(languages)} languages, got "
                f"{len(given)}"
            )
    if options.window_size is not None:
        if options.window_size < 1:
            raise ValueError(f"window_size must be at least 1, got {options.window_size}")
        if not 0.0 < options.alpha < math.inf:
            raise ValueError(f"alpha must be positive and finite, got {options.alpha}")
    for i, share in enumerate(ratio or ()):
        if not 0.0 < share < math.inf:
            raise ValueError(f"ratio[{i}] must be positive and finite, got {share}")


class _Vocabulary:
    """The tokens: special ones, characters, and what is merged."""

    def __init__(
        self, languages: Sequence[Words], options: ParityOptions, dev: Sequence[Words]
    ) -> None:
        self.prefix, self.suffix = options.continuing_subword_prefix, options.end_of_word_suffix
        self.tokens: list[str] = []
        self.ids: dict[str, int] = {}
        for token in options.special_tokens:
            self.id_of(token)
        seen: Counter[str] = Counter()
        for words in (*languages, *dev):
            for word, count in words.items():
                for character in word:
                    seen[character] += count
        first = set(options.initial_alphabet)
        kept = sorted(seen.keys() | first, key=lambda c: (c not in first, -seen[c], c))
        for character in sorted(kept[: options.limit_alphabet]):
            self.id_of(character)
        self.characters = set(self.ids)

    def id_of(self, token: str) -> int:
        """Return the id of a token, which is added if it is new."""
        if token not in self.ids:
            self.ids[token] = len(self.tokens)
            self.tokens.append(token)
        return self.ids[token]

    def merged(self, pair: Pair) -> int:
        """Return the id of what a pair becomes."""
        left, right = self.tokens[pair[0]], self.tokens[pair[1]]
        return self.id_of(left + right.removeprefix(self.prefix))

    def known(self, words: Words) -> dict[str, int]:
        """Return the words whose characters are all tokens."""
        return {
            word: count
            for word, count in words.items()
            if self.characters.issuperset(word) and self.ids.keys() >= set(self._spelled(word))
        }

    def _spelled(self, word: str) -> list[str]:
        last = len(word) - 1
        return [
            (self.prefix if i else "") + c + (self.suffix if i == last else "")
            for i, c in enumerate(word)
        ]

    def symbols(self, word: str) -> list[int]:
        """Return the ids of the characters of a word; those that are not kept are left out."""
        spelled = zip(word, self._spelled(word), strict=True)
        return [self.id_of(text) for c, text in spelled if c in self.characters]


@dataclass(order=False)
class _Waiting:
    """A pair that may be the best: the highest count first, then the last by spelling."""

    count: int
    spelling: tuple[str, str]
    pair: Pair

    def __lt__(self, other: _Waiting) -> bool:
        return (self.count, self.spelling) > (other.count, other.spelling)


class _Language:
    """The words of one language as symbols, with the counts of their pairs."""

    def __init__(
        self, vocabulary: _Vocabulary, words: Words, max_token_length: int | None = None
    ) -> None:
        self.tokens = vocabulary.tokens
        self.longest = math.inf if max_token_length is None else max_token_length
        ordered = sorted(words.items())
        self.words = [vocabulary.symbols(word) for word, _ in ordered]
        self.sizes = [[1] * len(symbols) for symbols in self.words]
        self.counts = [count for _, count in ordered]
        self.pairs: dict[Pair, int] = defaultdict(int)
        self.places: dict[Pair, set[int]] = defaultdict(set)
        for i, symbols in enumerate(self.words):
            for pair in pairwise(symbols):
                self.pairs[pair] += self.counts[i]
                self.places[pair].add(i)
        self.length = sum(
            len(symbols) * count for symbols, count in zip(self.words, self.counts, strict=True)
        )
        self.queue: list[_Waiting] = []
        for pair in self.pairs:
            self._wait(pair)
        self.first_length = self.length

    def _wait(self, pair: Pair) -> None:
        if self.pairs[pair] > 0:
            spelling = self.tokens[pair[0]], self.tokens[pair[1]]
            heapq.heappush(self.queue, _Waiting(self.pairs[pair], spelling, pair))

    def best(self) -> tuple[Pair, int] | None:
        """Take the most frequent pair out of the queue and return it with its count."""
        while self.queue:
            top = heapq.heappop(self.queue)
            if self.pairs[top.pair] == top.count:
                return top.pair, top.count
        return None

    def merge(self, pair: Pair, new: int) -> None:
        """Merge a pair wherever it is."""
        changed: set[Pair] = set()

        def count(left: int, right: int, change: int, word: int) -> None:
            self.pairs[left, right] += change * self.counts[word]
            if change > 0:
                self.places[left, right].add(word)
            changed.add((left, right))

        for word in self.places.pop(pair, ()):
            symbols, sizes = self.words[word], self.sizes[word]
            i, before = 0, len(symbols)
            while i + 1 < len(symbols):
                if (symbols[i], symbols[i + 1]) == pair:
                    size = sizes[i] + sizes[i + 1]
                    if i > 0:
                        count(symbols[i - 1], pair[0], -1, word)
                        if sizes[i - 1] + size < self.longest:
                            count(symbols[i - 1], new, 1, word)
                    symbols[i : i + 2], sizes[i : i + 2] = [new], [size]
                    if i + 1 < len(symbols):
                        count(pair[1], symbols[i + 1], -1, word)
                        if sizes[i + 1] + size < self.longest:
                            count(new, symbols[i + 1], 1, word)
                i += 1
            self.length -= (before - len(symbols)) * self.counts[word]
        self.pairs[pair] = 0
        for each in changed:
            self._wait(each)


@dataclass
class _Chooser:
    """Chooses the language that is worst off.

    Args:
        options: Of the training.
        measured: The texts whose lengths count.
        ratio: Of each language, the compression that is wanted of it. None: lengths count as they
            are.
        corpora: The languages.
    """

    options: ParityOptions
    measured: list[_Language]
    ratio: Sequence[float] | None
    corpora: list[_Language]
    exhausted: set[int] = field(default_factory=set)
    chosen: deque[int] = field(default_factory=deque)

    def values(self) -> list[float]:
        """Return how badly off each language is."""
        values: list[float] = [text.length for text in self.measured]
        if self.ratio is not None:
            values = [-_rate(t) / share for t, share in zip(self.measured, self.ratio, strict=True)]
        return values

    def choose(self) -> int:
        """Return the language that the next merge is for."""
        values = self.values()
        left = [i for i in range(len(values)) if i not in self.exhausted]
        ordered = sorted(left, key=lambda i: -values[i])
        window = self.options.window_size
        if window is None:
            return ordered[0]
        limit = self.options.alpha / len(values)
        for language in ordered:
            if self.chosen.count(language) / window <= limit:
                break
        self.chosen.append(language)
        if len(self.chosen) > window:
            self.chosen.popleft()
        return language

    def give_up(self, language: int) -> bool:
        """Never choose a language again; return whether there is another one."""
        self.exhausted.add(language)
        return len(self.exhausted) < len(self.corpora)


def _rate(text: _Language) -> float:
    return text.first_length / text.length if text.length else math.inf


def _best_of_all(corpora: Sequence[_Language]) -> tuple[Pair, int] | None:
    """Return the most frequent pair of all languages together."""
    total: Counter[Pair] = Counter()
    for corpus in corpora:
        total.update({pair: count for pair, count in corpus.pairs.items() if count > 0})
    if not total:
        return None
    tokens = corpora[0].tokens
    pair = max(total, key=lambda p: (total[p], tokens[p[0]], tokens[p[1]]))
    return pair, total[pair]
