"""Added tokens: found in the text before any other stage sees it."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memchr

from subword._core.simd cimport simd_on
from subword.vocab._token_trie cimport TokenTrie

cdef extern from "text/token_filter.h" nogil:
    ctypedef struct token_filter:
        uint64_t* hashed
        int shift
        uint8_t short_groups
    Py_ssize_t filter_next(const token_filter* filter, const uint8_t* p, Py_ssize_t n,
                           Py_ssize_t at, int simd)


cdef struct AddedSpan:
    # The bytes [start, end) of a text: an added token, or the text between two of them (id -1).
    int64_t id
    int32_t start
    int32_t end


cdef struct AddedSpans:
    AddedSpan* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef void added_spans_free(AddedSpans* spans) noexcept nogil


cdef class AddedTokenMatcher:
    cdef readonly Py_ssize_t count
    cdef TokenTrie trie
    cdef TokenTrie backward_trie        # made when a text needs it
    cdef token_filter filter
    cdef int only_first_byte            # the byte that every pattern begins with, or -1
    cdef uint32_t* ids                  # pattern -> id
    cdef int32_t* sizes                 # pattern -> bytes
    cdef uint8_t* flags                 # pattern -> flags
    cdef readonly list contents
    cdef inline Py_ssize_t first_place(self, const uint8_t* data, Py_ssize_t size,
                                       int absent_byte) noexcept nogil:
        """The first place of data[0:size) where a token may begin, or `size`.

        The byte `absent_byte` is not in it; -1 for none.
        """
        cdef const void* found = data
        if self.count == 0 or size == 0:
            return size
        if self.only_first_byte >= 0:
            if self.only_first_byte == absent_byte:
                return size
            found = memchr(data, self.only_first_byte, size)
            if found == NULL:
                return size
        return filter_next(&self.filter, data, size, <const uint8_t*>found - data, simd_on)

    cdef int fill_filter(self) except -1
    cdef bint may_hold(self, const uint8_t* data, Py_ssize_t size) noexcept nogil
    cdef int find(self, const uint8_t* data, int32_t size, AddedSpans* spans) except -1 nogil
    cdef int find_from(self, const uint8_t* data, int32_t pos, int32_t size,
                       AddedSpans* spans) except -1 nogil
    cdef int find_in_block(self, const uint8_t* data, Py_ssize_t first, Py_ssize_t stop,
                           Py_ssize_t size, int32_t** found) except -1 nogil
