"""Sentence pairs of a corpus: what the next-sentence task of pretraining learns from.

Source: Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers", appendix A.2.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]


class SentencePairs(NamedTuple):
    """Pairs of segments of a flat corpus.

    Attributes:
        a: (N, 2) segment A of pair i is the tokens a[i, 0]:a[i, 1].
        b: (N, 2) segment B likewise.
        is_random: (N,) 1 if B is from another document, 0 if it follows A.
        dropped: Sentences left out because their document has no second sentence.
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
) -> SentencePairs:
    """Pair text with what follows it (half of the time) or with text of another document.

    A document is cut into chunks of about `max_tokens` tokens (some of a random shorter size, so
    that short inputs occur too). A chunk is cut at a sentence boundary: the left part is A. B is
    the right part, or as many tokens from a random position of another document. In the second case
    the next chunk begins with the right part, so that no text is lost.

    Args:
        sentence_splits: (sentences + 1,) sentence s owns tokens splits[s]:splits[s + 1].
        document_splits: (documents + 1,) document d owns sentences splits[d]:splits[d + 1].
        max_tokens: Most tokens of A and B together, at least 2.
        rng: Source of randomness.
        short_rate: Share of the chunks with a random shorter size.

    Returns:
        The pairs, in the order of the corpus.

    Raises:
        ValueError: With fewer than two documents, or if no document has two sentences.
    """
    documents = len(document_splits) - 1
    if max_tokens < 2:
        raise ValueError(f"max_tokens must be at least 2 (one token each), got {max_tokens}")
    if documents < 2:
        raise ValueError(
            "sentence pairs need at least 2 documents (B comes from another one), got "
            f"{documents}; for a corpus of one text a line there is --one-text-per-line"
        )
    ends = sentence_splits
    a: list[tuple[int, int]] = []
    b: list[tuple[int, int]] = []
    is_random: list[int] = []
    dropped = 0
    for document in range(documents):
        start, stop = int(document_splits[document]), int(document_splits[document + 1])
        while start < stop:
            target = max_tokens
            if rng.random() < short_rate:
                target = int(rng.integers(2, max_tokens + 1))
            end = _extend(ends, start, stop, target)
            end = max(end, min(start + 2, stop))
            if end - start < 2:
                dropped += 1
                break
            cut = int(rng.integers(start + 1, end))
            span_a = int(ends[start]), int(ends[cut])
            is_other = bool(rng.random() < 0.5)
            if is_other:
                other = int(rng.integers(documents - 1))
                other += other >= document
                first, last = int(document_splits[other]), int(document_splits[other + 1])
                begin = int(rng.integers(first, last))
                rest = max(target - (span_a[1] - span_a[0]), 1)
                span_b = int(ends[begin]), int(ends[_extend(ends, begin, last, rest)])
                start = cut
            else:
                span_b = int(ends[cut]), int(ends[end])
                start = end
            span_a, span_b = _trim(span_a, span_b, max_tokens, rng)
            a.append(span_a)
            b.append(span_b)
            is_random.append(int(is_other))
    if not a:
        raise ValueError(
            "no document has two sentences: train on masked tokens only (--mlm-only), or check the "
            "separator between documents"
        )
    return SentencePairs(np.array(a, np.int64), np.array(b, np.int64), np.array(is_random), dropped)


def single_segments(sentence_splits: Int, document_splits: Int, max_tokens: int) -> SentencePairs:
    """Cut every document into segments of at most `max_tokens` tokens, for masked tokens alone.

    Args:
        sentence_splits: (sentences + 1,) as in `next_sentence_pairs`.
        document_splits: (documents + 1,) as in `next_sentence_pairs`.
        max_tokens: Most tokens of a segment, at least 1.

    Returns:
        The segments as A; every B is empty.

    Raises:
        ValueError: If `max_tokens` is below 1.

    Example:
        >>> single_segments(np.array([0, 3, 5, 6]), np.array([0, 2, 3]), 4).a.tolist()
        [[0, 4], [4, 5], [5, 6]]
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens must be at least 1, got {max_tokens}")
    bounds = sentence_splits[document_splits]
    count = -(-np.diff(bounds) // max_tokens)  # (documents,) segments of each, rounded up
    document = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(document)) - np.repeat(np.cumsum(count) - count, count)
    start = bounds[document] + nth * max_tokens
    stop = np.minimum(start + max_tokens, bounds[document + 1])
    nothing = np.zeros(len(start), np.int64)
    return SentencePairs(np.stack((start, stop), 1), np.stack((stop, stop), 1), nothing, 0)


def _extend(ends: Int, start: int, stop: int, tokens: int) -> int:
    """The first sentence boundary after `start` that gives `tokens` tokens, or `stop`."""
    return min(int(np.searchsorted(ends[start + 1 : stop], ends[start] + tokens)) + start + 1, stop)


def _trim(
    a: tuple[int, int], b: tuple[int, int], max_tokens: int, rng: np.random.Generator
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Shorten the longer span first, each token is taken from the front or the back at random."""
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
