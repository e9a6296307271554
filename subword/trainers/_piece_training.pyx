"""Expectation and maximisation over the pieces of a vocabulary, and its pruning.

The sums over words are made in fixed parts of the tree of words, whose results are added in their
order: so they do not depend on how many threads share the parts.
"""

import numpy as np
from concurrent.futures import ThreadPoolExecutor

cimport cython
from libc.math cimport exp, log
from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport free

from subword._core.threads import thread_count
from subword.trainers._pieces cimport PieceTable, renumber, tree_of_pieces
from subword.trainers._prefix_tree cimport PrefixTree
from subword.trainers._segmentations cimport Segmentations

cdef enum:
    PARTS = 8                # of a tree, at most
    NODES_A_PART = 1 << 12   # at least

# A piece that is expected less often is dropped. Rounding must not decide about a half.
LEAST_EXPECTED = 0.5 - 1e-9


cdef double digamma(double x) noexcept nogil:
    """Return the derivative of log(gamma(x)), by its asymptotic series."""
    cdef double result = 0.0, square
    while x < 7.0:
        result -= 1.0 / x
        x += 1.0
    x -= 0.5
    square = 1.0 / (x * x)
    return result + log(x) + square * (
        1.0 / 24.0 - square * (7.0 / 960.0 - square * (31.0 / 8064.0 - square * 127.0 / 30720.0)))


@cython.final
cdef class PieceTraining:
    """Pieces in training.

    Args:
        words: The words.
        table: The pieces to start with; their weights are probabilities.
        threads: How many threads may work, None for every core.
    """

    def __init__(self, PrefixTree words not None, PieceTable table not None, threads=None):
        cdef uint32_t i
        cdef double[::1] scores
        self.words = words
        self.table = table
        self.strings = tree_of_pieces(table, words)
        self.threads = thread_count(threads)
        self.scores = np.empty(table.size)
        scores = self.scores
        with nogil:
            for i in range(table.size):
                scores[i] = log(table.pieces[i].weight)

    @property
    def size(self):
        """The number of pieces."""
        return self.table.size

    @property
    def singles(self):
        """Which pieces are single symbols."""
        cdef uint32_t i
        result = np.empty(self.table.size, dtype=np.bool_)
        cdef uint8_t[::1] view = result.view(np.uint8)
        for i in range(self.table.size):
            view[i] = self.table.pieces[i].size == 1
        return result

    def symbols_of(self, uint32_t piece):
        """Return the symbols of a piece."""
        cdef uint32_t node = self.table.ends[piece], _k
        result = []
        for _k in range(self.table.pieces[piece].size):
            result.append(self.words.symbols[node])
            node = self.words.parents[node]
        return result[::-1]

    cdef int set_weights(self, bint logarithms) except -1:
        cdef const double[::1] scores = self.scores
        cdef uint32_t i
        with nogil:
            for i in range(self.table.size):
                self.table.pieces[i].weight = scores[i] if logarithms else exp(scores[i])
        return 0

    cdef int keep(self, object kept) except -1:
        """Keep some pieces, given as an array of bool."""
        cdef const uint8_t[::1] view = kept.view(np.uint8)
        cdef uint32_t* numbers
        if kept.all():
            return 0
        with nogil:
            numbers = self.table.keep(&view[0])
            try:
                renumber(self.words, numbers, &view[0], False)
                renumber(self.strings, numbers, &view[0], True)
            finally:
                free(numbers)
        self.scores = self.scores[kept]
        return 0

    def _each_part(self, PrefixTree tree, work):
        """Call `work` with a walk over `tree` and the bounds of each of its parts; return what it
        returns, in the order of the parts."""
        parts = min(<int>PARTS, 1 + tree.size // <int>NODES_A_PART)
        ends = [1 + (tree.size - 1) * i // parts for i in range(parts + 1)]

        def run(part):
            return work(Segmentations(tree, self.table), ends[part], ends[part + 1])

        if min(self.threads, parts) == 1:
            return [run(part) for part in range(parts)]
        with ThreadPoolExecutor(min(self.threads, parts)) as pool:
            return list(pool.map(run, range(parts)))

    def _sum(self, work, dtype):
        """Return the sum of what `work` adds to an array with an element for each piece."""

        def add(walk, first, end):
            sums = np.zeros(self.table.size, dtype)
            work(walk, first, end, sums)
            return sums

        total, *others = self._each_part(self.words, add)
        for sums in others:
            total += sums
        return total

    def maximise(self, bint drop=True):
        """Give every piece the probability that makes its expected count most likely, under a prior
        that favours few pieces, as sentencepiece does; drop those that are hardly expected."""
        cdef double[::1] scores
        cdef double sum
        cdef uint32_t i
        self.set_weights(False)
        expected = self._sum(Segmentations.add_expected, np.float64)
        singles = self.singles
        kept = (expected >= LEAST_EXPECTED) | singles if drop else np.ones(self.size, np.bool_)
        # What must stay has a probability, too.
        self.scores = np.maximum(expected, 0.5)
        self.keep(kept)
        scores = self.scores
        sum = digamma(self.scores.sum())
        with nogil:
            for i in range(self.table.size):
                scores[i] = digamma(scores[i]) - sum

    def prune(self, Py_ssize_t wanted):
        """Drop the pieces whose loss the likelihood of the words feels least, until `wanted` are
        left."""
        self.set_weights(True)
        counts = self._sum(Segmentations.add_best, np.int64)
        losses = np.full(self.size, -np.inf, np.float32)
        total = float(counts.sum())

        def find(walk, first, end):
            walk.find_losses(first, end, counts, total, losses)

        self._each_part(self.strings, find)
        kept = self.singles
        losses[kept] = -np.inf
        others = max(0, wanted - np.count_nonzero(kept))
        found = np.isfinite(losses)
        if np.count_nonzero(found) > others:
            if others:
                lowest = np.partition(losses, self.size - others)[self.size - others]
                kept |= losses > lowest
                equal = np.flatnonzero(losses == lowest)
                kept[equal[:wanted - np.count_nonzero(kept)]] = True
        else:
            kept |= found
        self.keep(kept)
