"""The merges of BPE when some are left out."""

from subword._hashmap cimport IntMap
from subword.models.merging cimport Symbol

cdef int merge_some(const IntMap* pairs, Symbol* symbols, Py_ssize_t count,
                    double dropout) except -1 nogil
