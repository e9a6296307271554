"""Sorting of strings of symbols: see _symbol_sort.pyx."""

from libc.stdint cimport uint32_t, uint64_t


cdef struct SortEntry:
    uint64_t key           # symbols of the string, the first on top; 0 behind its end
    uint32_t item          # the number of the string


# Returns some symbols of a string from an offset on, packed as in `SortEntry.key`.
ctypedef uint64_t (*KeyOf)(const void* strings, uint32_t item, size_t offset) noexcept nogil


# Sort strings by their first `limit` symbols, `width` of which are a key. Strings that are equal
# so far stay in the order of their items.
cdef int sort_strings(SortEntry* entries, size_t size, KeyOf key_of, const void* strings,
                      size_t width, size_t limit) except -1 nogil
