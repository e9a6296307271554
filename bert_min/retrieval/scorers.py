"""Scores of queries against blocks of stored vectors: floats, bytes, bits."""

from __future__ import annotations

from typing import Any, Final, Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.embedding.precision import steps_of

Metric = Literal["cosine", "dot"]
Scores = NDArray[np.float32]

BLOCK_BYTES: Final = 1 << 21  # of a corpus: a second pass over a block finds it in the cache
ONCE: Final = 8  # times as much where a block is read once
BITS_ROWS: Final = 1 << 14
LEAST_ROWS: Final = 256
TINY: Final = np.float32(1e-12)  # the least length that a vector is divided by


class Scorer(Protocol):
    """Scores of all queries for some rows of a corpus.

    Attributes:
        block_rows: How many rows are best scored at once.
    """

    block_rows: int

    def scores(self, first: int, last: int) -> Scores:
        """Return (queries, last - first), more for nearer."""


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

    def scores(self, first: int, last: int) -> Scores:
        """Multiply a block by the queries."""
        block = np.asarray(self.corpus[first:last], np.float32)
        return products(self.queries, block, self.metric)


class ByteScorer:
    """Vectors of int8 or uint8, as `quantize` makes them; each byte stands for its step's middle.

    Args:
        queries: (Q, E) float32; for "cosine" of length 1.
        corpus: (N, E) int8 or uint8.
        ranges: (2, E) that the corpus was quantized with.
        metric: "cosine" computes the length of every row besides.
    """

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


class BitScorer:
    """Vectors of bits: 1 for equal signs in all dimensions, -1 for none.

    Args:
        queries: (Q, E) float32.
        corpus: (N, E / 8 rounded up) int8, of `quantize`.
    """

    block_rows = BITS_ROWS

    def __init__(self, queries: Scores, corpus: NDArray[Any]) -> None:
        self.width = queries.shape[1]
        self.flip = np.uint8(128 if corpus.dtype == np.int8 else 0)  # int8 is the byte minus 128
        bits = np.packbits(queries > 0, axis=1) ^ self.flip
        size = next(size for size in (8, 4, 2, 1) if corpus.shape[1] % size == 0)
        self.word = np.dtype(f"u{size}")
        self.queries = np.ascontiguousarray(bits).view(self.word)  # (Q, words)
        self.corpus = corpus

    def scores(self, first: int, last: int) -> Scores:
        """Count the bits that differ, a column of words after the other."""
        stored = np.ascontiguousarray(self.corpus[first:last]).view(self.word)  # (n, words)
        found = np.empty((len(self.queries), last - first), np.float32)
        for query, row in zip(self.queries, found, strict=True):
            differ: Any = np.zeros(last - first, np.uint16 if self.width < 1 << 16 else np.uint32)
            for column, word in enumerate(query):
                differ += count_bits(stored[:, column] ^ word)
            row[:] = differ
        return np.asarray(1 - found * np.float32(2 / self.width), np.float32)


def products(queries: Scores, block: Scores, metric: Metric) -> Scores:
    """Multiply (Q, E) queries by (n, E) rows: (Q, n), for "cosine" over the length of the rows."""
    found: Scores = (block @ queries[0])[None] if len(queries) == 1 else queries @ block.T
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
