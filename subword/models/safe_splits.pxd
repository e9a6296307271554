from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from subword.models.bpe cimport BPE


cdef class Joints:
    cdef BPE model
    cdef uint32_t blank                 # the code point that a space is read as
    cdef bint splits                    # every blank begins a word: a cut before it is no question
    cdef uint64_t[512] safe             # bit c + 256 * d: a cut between ASCII c and d is safe
    cdef uint64_t* filter               # bits of hashed pairs that join; some others hit them too
    cdef uint64_t mask
    cdef bint spelled(self, uint32_t code) noexcept nogil
    cdef bint is_safe(self, uint32_t left, uint32_t right) noexcept nogil
    cdef Py_ssize_t cut(self, const uint8_t* data, Py_ssize_t size, Py_ssize_t* pos, int32_t* out,
                        Py_ssize_t room) noexcept nogil


cdef Joints joints_of(BPE model, uint32_t blank, bint splits)
