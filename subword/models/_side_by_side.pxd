"""The merges of several short words at once, so that they wait for memory together."""

from libc.stdint cimport uint32_t

from subword._core.pipeline cimport Tokens
from subword.models._pair_table cimport PairTable
from subword.models.merge cimport Word


cdef struct FirstPairs:
    # The ids of bytes, and the numbers of the merges of two.
    uint32_t[256] ids
    uint32_t* numbers    # first << 8 | second -> number of the merge, or NO_MERGE


cdef int fill_first_pairs(FirstPairs* first, const uint32_t* ids, const PairTable* pairs) except -1
cdef bint knows_bytes(const FirstPairs* first, const Word* word) noexcept nogil
cdef int merge_side_by_side(const PairTable* pairs, const FirstPairs* first, Word* words,
                            Py_ssize_t count, Tokens* tokens) except -1 nogil
