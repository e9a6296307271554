"""The pieces that cut words best, and their probabilities: see _piece_training.pyx."""

cimport cython
from libc.stdint cimport uint32_t

from subword.trainers._pieces cimport PieceTable
from subword.trainers._prefix_tree cimport PrefixTree


@cython.final
cdef class PieceTraining:
    cdef PrefixTree words, strings
    cdef PieceTable table
    cdef object scores         # numpy: the logarithm of each piece's probability
    cdef object threads
    cdef int set_weights(self, bint logarithms) except -1
    cdef int keep(self, object kept) except -1
