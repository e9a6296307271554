"""Scores of queries against blocks of stored vectors: floats, bytes, bits."""

from __future__ import annotations

import platform
from typing import Any, Final, Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.embedding.precision import steps_of

Metric = Literal["cosine", "dot"]
Scores = NDArray[np.float32]

BLOCK_BYTES: Final = 1 << 21  # of a corpus: a second pass over a block finds it in the cache
ONCE: Final = 8  # times as much where a block is read once
BITS_SCORES: Final = 1 << 20  # of bits, at once
LEAST_BITS, MOST_BITS = 1 << 14, 1 << 16  # rows of bits
COUNTED_ROWS: Final = 1 << 12  # of bits, for several queries: they stay in the cache
COUNTED_ONCE: Final = 1 << 14  # for one query
ROUGH_ROWS: Final = 1 << 14
ROUGH_QUERIES: Final = 16
# Whether torch multiplies bfloat16 with bytes, on a processor where this was tried.
HAS_BYTES: Final = hasattr(torch, "_weight_int8pack_mm") and platform.machine() in (
    "x86_64",
    "AMD64",
)
LEAST_ROWS: Final = 256
# Widths at which numpy's einsum multiplies rows by one vector about as fast as it reads them, which
# BLAS does not.
ROWS_ALONE: Final = range(96, 768)
TINY: Final = np.float32(1e-12)  # the least length that a vector is divided by


class Scorer(Protocol):
    """Scores of all queries for some rows of a corpus.

    Attributes:
        block_rows: How many rows are best scored at once.
        side_by_side: Whether blocks are best scored by several threads: the work on one takes one.
    """

    block_rows: int
    side_by_side: bool

    def scores(self, first: int, last: int) -> NDArray[Any]:
        """Return (queries, last - first), more for nearer."""

    def shown(self, scores: NDArray[Any]) -> Scores:
        """Return what of such scores is given to users."""


class FloatScorer:
    """Vectors of floats, the arithmetic in float32.

    Args:
        queries: (Q, E) float32.
        corpus: (N, E) floats.
        metric: For "cosine" the queries have length 1 already.
    """

    def __init__(self, queries: Scores, corpus: NDArray[Any], metric: Metric) -> None:
        self.queries, self.corpus, self.metric = queries, corpus, metric
        row = corpus.shape[1] * corpus.dtype.itemsize
        once = metric == "dot" and len(queries) == 1  # a block need not stay in the cache
        size = BLOCK_BYTES * ONCE if once else BLOCK_BYTES
        self.block_rows = max(LEAST_ROWS, size // max(row, 1))
        self.side_by_side = len(queries) == 1 and corpus.shape[1] in ROWS_ALONE

    def scores(self, first: int, last: int) -> Scores:
        """Multiply a block by the queries."""
        block = np.asarray(self.corpus[first:last], np.float32)
        return products(self.queries, block, self.metric)

    def shown(self, scores: NDArray[Any]) -> Scores:
        """Return them as they are."""
        return scores


class ByteScorer:
    """Vectors of int8 or uint8, as `quantize` makes them; each byte stands for its step's middle.

    Args:
        queries: (Q, E) float32; for "cosine" of length 1.
        corpus: (N, E) int8 or uint8.
        ranges: (2, E) that the corpus was quantized with.
        metric: "cosine" computes the length of every row besides.
    """

    side_by_side = False

    def __init__(
        self, queries: Scores, corpus: NDArray[Any], ranges: NDArray[Any], metric: Metric
    ) -> None:
        width = corpus.shape[1]
        start, self.step = steps_of(ranges, width)
        zero = 128 if corpus.dtype == np.int8 else 0
        self.middle = start + self.step * np.float32(zero + 0.5)
        self.queries, self.corpus, self.metric = queries, corpus, metric
        self.scaled = queries * self.step  # the steps are multiplied once
        self.added = (queries @ self.middle)[:, None]
        self.block_rows = max(LEAST_ROWS, BLOCK_BYTES // (4 * width))
        self.buffer = torch.empty(self.block_rows, width)

    def scores(self, first: int, last: int) -> Scores:
        """Multiply a block, turned into floats in the cache, by the queries."""
        stored = np.array(self.corpus[first:last])  # torch takes no memmap that is read-only
        block = self.buffer[: last - first].copy_(torch.from_numpy(stored)).numpy()
        if self.metric == "cosine":
            return products(self.queries, block * self.step + self.middle, "cosine")
        return products(self.scaled, block, "dot") + self.added

    def shown(self, scores: NDArray[Any]) -> Scores:
        """Return them as they are."""
        return scores


class RoughByteScorer:
    """Dot products with int8 or uint8 for a first pass: they are rounded to bfloat16.

    torch multiplies bytes with bfloat16 as they lie, where `ByteScorer` makes floats of them first.

    Args:
        queries: (Q, E) float32, a few.
        corpus: (N, E) int8 or uint8.
        ranges: (2, E) that the corpus was quantized with.
    """

    block_rows, side_by_side = ROUGH_ROWS, False

    @staticmethod
    def takes(queries: int, width: int) -> bool:
        """Whether so many queries of this width can and should be scored like this.

        The kernel of torch reads whole registers, whatever the width. Many queries are faster as a
        product of matrices.
        """
        return HAS_BYTES and width % 32 == 0 and 0 < queries <= ROUGH_QUERIES

    def __init__(self, queries: Scores, corpus: NDArray[Any], ranges: NDArray[Any]) -> None:
        start, step = steps_of(ranges, corpus.shape[1])
        self.scaled = torch.from_numpy(queries * step).bfloat16()
        self.added = (queries @ (start + step * np.float32(128.5)))[:, None]
        self.corpus, self.ones = corpus, torch.ones(ROUGH_ROWS, dtype=torch.bfloat16)

    def scores(self, first: int, last: int) -> Scores:
        """Multiply a block by the queries."""
        stored = self.corpus[first:last]
        if stored.dtype == np.uint8:
            stored = (stored ^ np.uint8(128)).view(np.int8)
        elif not stored.flags.writeable:
            stored = np.array(stored)  # torch takes no memmap that is read-only
        stored = np.ascontiguousarray(stored)
        ones = self.ones[: last - first]
        found = torch._weight_int8pack_mm(self.scaled, torch.from_numpy(stored), ones)
        return np.asarray(found.float().numpy(), np.float32)

    def shown(self, scores: NDArray[Any]) -> Scores:
        """Add what all rows have in common."""
        return scores + self.added


class BitScorer:
    """Vectors of bits: 1 for equal signs in all dimensions, -1 for none.

    Args:
        queries: (Q, E) float32.
        corpus: (N, E / 8 rounded up) int8, of `quantize`.
    """

    side_by_side = True

    def __init__(self, queries: Scores, corpus: NDArray[Any]) -> None:
        self.width, self.bits = queries.shape[1], 8 * corpus.shape[1]
        rows = BITS_SCORES // max(len(queries), 1)
        self.block_rows = min(max(rows, LEAST_BITS), MOST_BITS)
        flip = np.uint8(128 if corpus.dtype == np.int8 else 0)  # int8 is the byte minus 128
        bits = ~np.packbits(queries > 0, axis=1) ^ flip  # what is equal to the query becomes 1
        size = next(size for size in (8, 4, 2, 1) if corpus.shape[1] % size == 0)
        self.word = np.dtype(f"u{size}")
        queries = np.ascontiguousarray(bits).view(self.word)  # (Q, words)
        self.queries = queries
        # a block of the same row: numpy is slow where lines of six words meet one such line
        self.repeated = np.tile(queries[0], COUNTED_ONCE) if len(queries) == 1 else None
        self.counted = COUNTED_ROWS if self.repeated is None else COUNTED_ONCE
        self.corpus = corpus

    def scores(self, first: int, last: int) -> NDArray[Any]:
        """Count the equal bits of each word, then add the words of a row: whole numbers."""
        kind = np.int16 if self.bits < 1 << 15 else np.int32
        found = np.empty((len(self.queries), last - first), kind)
        for start in range(first, last, self.counted):
            rows = min(self.counted, last - start)
            part = slice(start - first, start - first + rows)
            stored = np.ascontiguousarray(self.corpus[start : start + rows]).view(self.word)
            stored = stored.reshape(-1)
            for query, row in zip(self.queries, found, strict=True):
                same = np.tile(query, rows) if self.repeated is None else self.repeated
                counts = count_bits(stored ^ same[: len(stored)]).reshape(rows, -1)
                row[part] = sum_of_rows(counts, 8 * self.word.itemsize)
        return found

    def shown(self, scores: NDArray[Any]) -> Scores:
        """Make a number of bits one from -1 to 1."""
        found: Scores = (self.bits - scores).astype(np.float32)  # bits that differ
        found *= np.float32(-2 / self.width)
        found += 1
        return found


def sum_of_rows(counts: NDArray[np.uint8], most: int) -> NDArray[Any]:
    """Add the bytes of each row, two columns at a time where their number is even.

    Args:
        counts: (n, words).
        most: The largest count; `255 // most` pairs of columns fit in a pair of bytes.

    Returns:
        (n,) whole numbers.

    Example:
        >>> sum_of_rows(np.array([[1, 2, 3, 64], [64, 64, 64, 64]], np.uint8), 64).tolist()
        [70, 256]
    """
    rows, words = counts.shape
    kind = np.uint16 if words * most < 1 << 16 else np.uint32
    total: NDArray[Any] = np.zeros(rows, kind)
    if words % 2:
        for column in range(words):
            total += counts[:, column]
        return total
    pairs, some = counts.view(np.uint16), 255 // most  # (n, words / 2)
    for first in range(0, words // 2, some):
        added = pairs[:, first].copy()
        for column in range(first + 1, min(first + some, words // 2)):
            added += pairs[:, column]
        sums = (added & 255) + (added >> 8)
        if words <= 2 * some:
            return sums
        total += sums
    return total


def products(queries: Scores, block: Scores, metric: Metric) -> Scores:
    """Multiply (Q, E) queries by (n, E) rows: (Q, n), for "cosine" over the length of the rows."""
    found: Scores
    if len(queries) > 1:
        found = queries @ block.T
    elif block.shape[1] in ROWS_ALONE:
        found = np.einsum("ij,j->i", block, queries[0])[None]
    else:
        found = (block @ queries[0])[None]
    if metric == "cosine":
        lengths = np.sqrt(np.einsum("ij,ij->i", block, block))
        found /= np.maximum(lengths, TINY)
    return found


def count_bits_by_table(words: NDArray[Any]) -> NDArray[np.uint8]:
    """Count the bits of whole numbers, a byte at a time: for a numpy before 2.0.

    Example:
        >>> count_bits_by_table(np.array([0, 255, 257], np.uint16)).tolist()
        [0, 8, 2]
    """
    table = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(1, dtype=np.uint8)
    parts = np.ascontiguousarray(words).view(np.uint8).reshape(len(words), -1)
    return np.asarray(table[parts].sum(1), np.uint8)


count_bits: Any = getattr(np, "bitwise_count", count_bits_by_table)
