"""The merges of BPE with some left out at random."""

from libc.stdint cimport uint64_t

from subword.models._pair_table cimport PairTable
from subword.models.merge cimport Symbol

cdef int merge_some(const PairTable* pairs, Symbol* symbols, Py_ssize_t count, double dropout,
                    bint redraws, uint64_t* random) except -1 nogil
