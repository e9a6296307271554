"""What BERT learns from raw text: masked tokens and pairs of sentences.

Both samplers work on flat arrays of token ids (no padding, no text, no tokenizer) and take a
`numpy.random.Generator`, so a batch is a function of the corpus and a seed.

Source: Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers", section 3.1
and appendix A.2; whole-word masking as in the release notes of the original code.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]


class Masked(NamedTuple):
    """A masked batch: `input_ids` (T,) to feed, `positions` (M,) to predict, `labels` (M,)."""

    input_ids: Int
    positions: Int
    labels: Int


class Masker:
    """Choose tokens to predict and hide them: 80 % [MASK], 10 % a random token, 10 % unchanged.

    Never more than `rate` of the ordinary tokens of a sequence are chosen, so a sequence of fewer
    than 1 / rate tokens has none. Special tokens are neither chosen nor used as random tokens.

    Args:
        vocab_size: number of ids the model knows.
        mask_id: id of [MASK].
        special_ids: ids of every special token, [MASK] included or not.
        rate: share of a sequence's ordinary tokens that may be chosen, in (0, 1].
        mask_share: share of the chosen tokens replaced by [MASK].
        random_share: share of the chosen tokens replaced by a random ordinary token.
        continues_word: (vocab_size,) true where the id continues the word before it (``##ing``).
            With it whole words are chosen; without it single tokens are.

    Raises:
        ValueError: if a share or an id is out of range.

    Example:
        >>> masker = Masker(100, mask_id=4, special_ids=[0, 1, 2, 3])
        >>> ids = np.array([2, *range(50, 70), 3])
        >>> out = masker(ids, np.array([22]), np.random.default_rng(0))
        >>> len(out.positions), bool((ids[out.positions] == out.labels).all())
        (3, True)
    """

    def __init__(
        self,
        vocab_size: int,
        mask_id: int,
        special_ids: Iterable[int],
        *,
        rate: float = 0.15,
        mask_share: float = 0.8,
        random_share: float = 0.1,
        continues_word: NDArray[np.bool_] | None = None,
    ) -> None:
        if not 0 < rate <= 1:
            raise ValueError(f"rate must be above 0 and at most 1, got {rate}")
        if min(mask_share, random_share) < 0 or mask_share + random_share > 1:
            raise ValueError(
                "mask_share and random_share must be at least 0 and sum to at most 1, "
                f"got {mask_share} and {random_share}"
            )
        special = sorted({*special_ids, mask_id})
        if special[0] < 0 or special[-1] >= vocab_size:
            raise ValueError(f"special ids must lie in 0..{vocab_size - 1}, got {special}")
        if continues_word is not None and continues_word.shape != (vocab_size,):
            raise ValueError(
                f"continues_word must have shape ({vocab_size},), got {continues_word.shape}"
            )
        self.rate = rate
        self.mask_id = mask_id
        self.mask_share = mask_share
        self.random_share = random_share
        self._ordinary = np.ones(vocab_size, np.bool_)
        self._ordinary[special] = False
        self._ordinary_ids = np.flatnonzero(self._ordinary)
        if not len(self._ordinary_ids):
            raise ValueError(f"all {vocab_size} ids are special: there is nothing to predict")
        self._continues_word = continues_word

    def choose(self, input_ids: Int, lengths: Int, rng: np.random.Generator) -> Int:
        """Choose the positions to predict.

        The words of a sequence come in random order; each is taken if it still fits in the
        sequence's budget, floor(rate * ordinary tokens).

        Args:
            input_ids: (T,) ids of all sequences, one after the other.
            lengths: (B,) number of tokens of each sequence; they sum to T.
            rng: source of randomness.

        Returns:
            (M,) positions in `input_ids`, rising.

        Raises:
            ValueError: if the lengths do not sum to T or an id is not in the vocabulary.
        """
        if int(lengths.sum()) != len(input_ids):
            raise ValueError(
                f"lengths must sum to the number of ids {len(input_ids)}, got {int(lengths.sum())}"
            )
        if len(input_ids) and not 0 <= input_ids.min() <= input_ids.max() < len(self._ordinary):
            raise ValueError(
                f"ids must lie in 0..{len(self._ordinary) - 1}, "
                f"got {input_ids.min()}..{input_ids.max()}"
            )
        tokens = np.flatnonzero(self._ordinary[input_ids])  # positions that may be chosen
        if not len(tokens):
            return tokens
        sequence = np.repeat(np.arange(len(lengths)), lengths)[tokens]
        starts = np.ones(len(tokens), np.bool_)
        if self._continues_word is not None:
            starts = ~self._continues_word[input_ids[tokens]]
            # A word ends at a special token and at the end of its sequence, whatever follows.
            starts[0] = True
            starts[1:] |= (np.diff(tokens) > 1) | (np.diff(sequence) > 0)
        word = np.cumsum(starts) - 1  # (tokens,) word of each token
        word_size = np.bincount(word)
        word_sequence = sequence[starts]
        ordinary = np.bincount(sequence, minlength=len(lengths))  # (B,)
        budget = np.floor(self.rate * ordinary + 1e-9).astype(np.int64)
        order = np.lexsort((rng.random(len(word_size)), word_sequence))
        chosen = np.zeros(len(word_size), np.bool_)
        if len(word_size) == len(tokens):  # single tokens: the first `budget` of each sequence
            rank = np.arange(len(tokens)) - np.repeat(np.cumsum(ordinary) - ordinary, ordinary)
            chosen[order[rank < budget[sequence]]] = True
        else:
            chosen[_take_words(order, word_size, word_sequence, budget)] = True
        positions: Int = tokens[chosen[word]]
        return positions

    def __call__(self, input_ids: Int, lengths: Int, rng: np.random.Generator) -> Masked:
        """Choose positions and hide them.

        Args:
            input_ids: (T,) ids of all sequences, one after the other; left unchanged.
            lengths: (B,) number of tokens of each sequence.
            rng: source of randomness.

        Returns:
            The masked ids, the chosen positions and the true ids at them.

        Raises:
            ValueError: as `choose`.
        """
        input_ids = np.asarray(input_ids, np.int64)
        positions = self.choose(input_ids, np.asarray(lengths, np.int64), rng)
        labels = input_ids[positions]
        draw = rng.random(len(positions))
        strangers = self._ordinary_ids[rng.integers(len(self._ordinary_ids), size=len(positions))]
        hidden = np.where(draw < self.mask_share, self.mask_id, labels)
        swapped = (draw >= self.mask_share) & (draw < self.mask_share + self.random_share)
        masked = input_ids.copy()
        masked[positions] = np.where(swapped, strangers, hidden)
        return Masked(masked, positions, labels)


def _take_words(order: Int, size: Int, sequence: Int, budget: Int) -> list[int]:
    """Walk through the words in `order` and keep each that fits in what its sequence has left."""
    left = budget.tolist()
    taken = []
    for word, tokens, owner in zip(
        order.tolist(), size[order].tolist(), sequence[order].tolist(), strict=True
    ):
        if tokens <= left[owner]:
            left[owner] -= tokens
            taken.append(word)
    return taken


class Spans(NamedTuple):
    """Pieces of a flat corpus: A = a[i, 0]:a[i, 1], B likewise, `is_random` (N,) 1 if B is foreign.

    `dropped` counts the sentences left out because their document offered no second sentence.
    """

    a: Int
    b: Int
    is_random: Int
    dropped: int


def next_sentence_pairs(
    sentence_splits: Int,
    document_splits: Int,
    max_tokens: int,
    rng: np.random.Generator,
    *,
    short_rate: float = 0.1,
) -> Spans:
    """Pair text with what follows it (half of the time) or with text of another document.

    A document is walked through in chunks of about `max_tokens` tokens (now and then of a random
    shorter size, so that short inputs are seen too). A chunk is cut at a sentence boundary: the
    left part is A; B is the right part, or as many tokens from a random place of another document,
    and then the walk goes on at the right part, so that no text is lost.

    Args:
        sentence_splits: (sentences + 1,) sentence s owns tokens splits[s]:splits[s + 1].
        document_splits: (documents + 1,) document d owns sentences splits[d]:splits[d + 1].
        max_tokens: most tokens of A and B together, at least 2.
        rng: source of randomness.
        short_rate: share of the chunks with a random shorter size.

    Returns:
        The pairs, in the order of the corpus.

    Raises:
        ValueError: with fewer than two documents, or if no document has two sentences.
    """
    documents = len(document_splits) - 1
    if max_tokens < 2:
        raise ValueError(f"max_tokens must be at least 2 (one token each), got {max_tokens}")
    if documents < 2:
        raise ValueError(
            f"sentence pairs need at least 2 documents (B comes from another one), got {documents}"
        )
    ends = sentence_splits
    a: list[tuple[int, int]] = []
    b: list[tuple[int, int]] = []
    is_random: list[int] = []
    dropped = 0
    for document in range(documents):
        at, stop = int(document_splits[document]), int(document_splits[document + 1])
        while at < stop:
            target = max_tokens
            if rng.random() < short_rate:
                target = int(rng.integers(2, max_tokens + 1))
            end = _extend(ends, at, stop, target)
            end = max(end, min(at + 2, stop))
            if end - at < 2:
                dropped += 1
                break
            cut = int(rng.integers(at + 1, end))
            span_a = int(ends[at]), int(ends[cut])
            foreign = bool(rng.random() < 0.5)
            if foreign:
                other = int(rng.integers(documents - 1))
                other += other >= document
                first, last = int(document_splits[other]), int(document_splits[other + 1])
                begin = int(rng.integers(first, last))
                room = max(target - (span_a[1] - span_a[0]), 1)
                span_b = int(ends[begin]), int(ends[_extend(ends, begin, last, room)])
                at = cut
            else:
                span_b = int(ends[cut]), int(ends[end])
                at = end
            span_a, span_b = _trim(span_a, span_b, max_tokens, rng)
            a.append(span_a)
            b.append(span_b)
            is_random.append(int(foreign))
    if not a:
        raise ValueError(
            "no document has two sentences: train on masked tokens only, or check the separator "
            "between documents"
        )
    return Spans(np.array(a, np.int64), np.array(b, np.int64), np.array(is_random), dropped)


def single_spans(sentence_splits: Int, document_splits: Int, max_tokens: int) -> Spans:
    """Cut every document into pieces of at most `max_tokens` tokens, for masked tokens alone.

    Args:
        sentence_splits: (sentences + 1,) as in `next_sentence_pairs`.
        document_splits: (documents + 1,) as in `next_sentence_pairs`.
        max_tokens: most tokens of a piece, at least 1.

    Returns:
        The pieces as A; every B is empty.

    Raises:
        ValueError: if `max_tokens` is below 1.

    Example:
        >>> single_spans(np.array([0, 3, 5, 6]), np.array([0, 2, 3]), 4).a.tolist()
        [[0, 4], [4, 5], [5, 6]]
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens must be at least 1, got {max_tokens}")
    bounds = sentence_splits[document_splits]
    pieces = -(-np.diff(bounds) // max_tokens)  # (documents,) pieces of each, rounded up
    document = np.repeat(np.arange(len(pieces)), pieces)
    nth = np.arange(len(document)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    start = bounds[document] + nth * max_tokens
    stop = np.minimum(start + max_tokens, bounds[document + 1])
    nothing = np.zeros(len(start), np.int64)
    return Spans(np.stack((start, stop), 1), np.stack((stop, stop), 1), nothing, 0)


def _extend(ends: Int, at: int, stop: int, tokens: int) -> int:
    """The first sentence boundary after `at` that gives `tokens` tokens, or `stop`."""
    return min(int(np.searchsorted(ends[at + 1 : stop], ends[at] + tokens)) + at + 1, stop)


def _trim(
    a: tuple[int, int], b: tuple[int, int], max_tokens: int, rng: np.random.Generator
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Shorten the longer span first, each token lost at the front or the back by a coin."""
    size_a, size_b = a[1] - a[0], b[1] - b[0]
    excess = size_a + size_b - max_tokens
    if excess <= 0:
        return a, b
    level = min(max(size_a, size_b) - min(size_a, size_b), excess)  # until they are equal
    rest = excess - level
    cut_a = (level if size_a > size_b else 0) + (rest + 1) // 2
    cut_b = excess - cut_a
    front_a, front_b = int(rng.binomial(cut_a, 0.5)), int(rng.binomial(cut_b, 0.5))
    return (
        (a[0] + front_a, a[1] - (cut_a - front_a)),
        (b[0] + front_b, b[1] - (cut_b - front_b)),
    )
