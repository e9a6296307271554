"""Strings of symbols as the tree of their prefixes: see _prefix_tree.pyx."""

cimport cython
from libc.stdint cimport int64_t, uint32_t


cdef enum:
    ROOT = 0


cdef struct SymbolString:
    size_t start           # its symbols are symbols[start : start + size]
    uint32_t size
    int64_t value


@cython.final
cdef class PrefixTree:
    cdef uint32_t* parents     # of each node; a node comes after its parent, and before its uncles
    cdef uint32_t* symbols     # the last one of each node's string; from 1 on
    cdef uint32_t* last        # the longest piece that ends there
    cdef int64_t* values       # of the string that ends there, 0 if none does
    cdef readonly uint32_t size       # nodes, the root among them
    cdef readonly uint32_t deepest    # symbols of the longest string
    cdef readonly int symbol_bits

    # Make the tree of strings. Equal ones are one, whose value is their sum.
    cdef int build(self, const uint32_t* symbols, const SymbolString* strings,
                   size_t size) except -1 nogil
    cdef int reserve(self, size_t nodes) except -1 nogil
    cdef int free_symbols(self) noexcept nogil
