"""The words of a table in a fixed order."""

from libc.stdint cimport uint8_t, uint64_t

from subword.corpus.word_table cimport Table


cdef struct ListedWord:
    const uint8_t* word
    Py_ssize_t size
    uint64_t count


cdef class WordListing:
    cdef ListedWord* entries
    cdef uint8_t* scratch
    cdef size_t size


# By word, or the most frequent first.
cdef WordListing listing(const Table* table, bint frequent_first)
