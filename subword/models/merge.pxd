"""The merges of BPE over an array of symbols."""

from libc.stdint cimport int32_t, uint32_t

from subword._core.hashmap cimport IntMap

cdef enum:
    SHORT = 64           # symbols: up to here a scan for the lowest rank beats a heap
    MERGED = 0x7FFFFFFF  # `right` of a symbol that has become part of its left neighbour


cdef struct Symbol:
    # A piece of the word on its way to becoming a token: a doubly linked list in an array.
    uint32_t id
    int32_t start
    int32_t end
    int32_t left
    int32_t right


cdef Py_ssize_t merge_short(const IntMap* pairs, Symbol* symbols, Py_ssize_t count) noexcept nogil
cdef int merge_long(const IntMap* pairs, Symbol* symbols, Py_ssize_t count) except -1 nogil
