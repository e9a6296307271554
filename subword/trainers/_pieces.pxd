"""Pieces of a vocabulary, each linked to the next shorter one at its end: see _pieces.pyx."""

cimport cython
from libc.stdint cimport uint8_t, uint32_t

from subword.trainers._prefix_tree cimport PrefixTree

cdef extern from *:
    """
    #define SUBWORD_NO_PIECE ((uint32_t)0xFFFFFFFF)
    """
    const uint32_t NO_PIECE "SUBWORD_NO_PIECE"


cdef struct Piece:
    double weight          # its probability, or the logarithm of that
    uint32_t link          # the longest shorter piece that it ends with; NO_PIECE for one symbol
    uint32_t size          # in symbols


@cython.final
cdef class PieceTable:
    cdef Piece* pieces
    cdef uint32_t* ends        # a node of the tree of words at which each ends
    cdef readonly uint32_t size

    cdef int reserve(self, uint32_t size) except -1 nogil
    # Keep some pieces: returns the new number of each, for a dropped one that of the longest kept
    # piece that it ends with.
    cdef uint32_t* keep(self, const uint8_t* kept) except NULL nogil


# The tree of the pieces themselves; the value of a node is the number of its piece plus 1.
cdef PrefixTree tree_of_pieces(PieceTable table, PrefixTree words)
# Number the pieces of a tree anew; with `shrink`, drop what no piece is left for.
cdef int renumber(PrefixTree tree, const uint32_t* numbers, const uint8_t* kept,
                  bint shrink) except -1 nogil
