"""The characters of a corpus, and the symbol that each of their forms becomes."""

cimport cython

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from subword.corpus.word_counts cimport WordCounts
from subword.corpus.word_table cimport Slot


@cython.final
cdef class Alphabet:
    cdef bint bytewise, with_prefix, with_suffix
    cdef uint32_t[256] byte_codes   # the character that stands for each byte
    cdef uint64_t* seen             # code point -> occurrences
    cdef uint8_t* forms             # code point -> the forms that occur, a bit each
    # (code point, form) -> id + 1; 0 for a character that is dropped
    cdef uint32_t* symbols

    cdef uint32_t next_code(self, const uint8_t* p, int* length) noexcept nogil
    cdef int form(self, bint first, bint last) noexcept nogil
    cdef size_t count_chars(self, WordCounts counts, Slot* slot) noexcept nogil
    cdef size_t count_words(self, WordCounts counts) except? 0
    cdef size_t write_symbols(self, WordCounts counts, Slot* slot, uint32_t* out) noexcept nogil
