"""The merges of BPE with some left out at random."""

from subword._core.hashmap cimport IntMap
from subword.models.merge cimport Symbol

cdef int merge_some(const IntMap* pairs, Symbol* symbols, Py_ssize_t count,
                    double dropout) except -1 nogil
