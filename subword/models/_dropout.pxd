"""The merges of BPE with some left out at random."""

from subword.models._pair_table cimport PairTable
from subword.models.merge cimport Symbol

cdef int merge_some(const PairTable* pairs, Symbol* symbols, Py_ssize_t count,
                    double dropout) except -1 nogil
