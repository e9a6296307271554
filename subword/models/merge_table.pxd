"""The merges of a model in flat memory: see merge_table.pyx."""

from libc.stdint cimport uint32_t

from subword.vocab.token_table cimport TokenTable

cdef enum:
    MERGE_IDS = 3    # of a merge: left, right and what they become


cdef class MergeTable:
    cdef readonly bytes buffer
    cdef const uint32_t* ids
    cdef Py_ssize_t count


cdef MergeTable number_merges(TokenTable tokens, list merges, Py_ssize_t skip)
