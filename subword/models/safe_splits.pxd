"""Where a BPE model never merges two characters: a text may be split there."""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from subword.models.bpe cimport BPE


cdef class SafeSplits:
    cdef BPE model
    cdef uint32_t blank                 # the code point that a space is read as
    cdef bint split_words               # every blank begins a word: always split before it
    cdef bint whole_words               # and nowhere else
    cdef uint64_t[512] safe             # bit c + 256 * d: a split between ASCII c and d is safe
    cdef uint64_t* filter               # bits of hashed pairs that merge, and of a few others
    cdef uint64_t mask
    cdef bint has_own_token(self, uint32_t code) noexcept nogil
    cdef bint may_split(self, uint32_t left, uint32_t right) noexcept nogil
    cdef Py_ssize_t find_chunks(self, const uint8_t* data, Py_ssize_t size, Py_ssize_t* pos,
                                int32_t* out, Py_ssize_t capacity) noexcept nogil


cdef SafeSplits find_safe_splits(BPE model, uint32_t blank, bint split_words)
