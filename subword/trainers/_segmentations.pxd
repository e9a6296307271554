"""Sums and best ways over all segmentations of words: see _segmentations.pyx."""

cimport cython
from libc.stdint cimport int32_t, int64_t, uint32_t

from subword.trainers._pieces cimport Piece, PieceTable
from subword.trainers._prefix_tree cimport PrefixTree


cdef struct Step:
    # A place on the path from the root: how the words there can be cut before and behind it.
    # `before` is the probability of all ways up to here times 2 ** (SHIFT * shifts); `behind` that
    # of all ways from here to the ends of words, each divided by that of all ways through its whole
    # word, and divided by what `before` is multiplied by. Of best ways, `before` is the score.
    double before
    double behind
    int64_t words          # how many words are cut here on their best way
    uint32_t node
    uint32_t piece         # the last one of the best way
    int32_t shifts


@cython.final
cdef class Segmentations:
    cdef PrefixTree tree
    cdef PieceTable table
    cdef Step* path
    cdef uint32_t depth
    cdef bint shifted          # some step of the path has shifts

    cdef int begin(self, uint32_t first) except -1 nogil
    cdef uint32_t* ancestors(self, uint32_t node, uint32_t* size) except NULL nogil
    cdef void push_sum(self, uint32_t node) noexcept nogil
    cdef void push_shifted(self, uint32_t node) noexcept nogil
    cdef void pop_sum(self, double* expected) noexcept nogil
    cdef void pop_shifted(self, double* expected) noexcept nogil
    cdef bint any_shifts(self) noexcept nogil
    cdef void push_best(self, uint32_t node, uint32_t without) noexcept nogil
    cdef void pop_best(self, int64_t* counts) noexcept nogil
    cdef float loss(self, uint32_t piece, const int64_t* counts, double total) noexcept nogil
