from libc.stdint cimport uint8_t

from subword.normalizers._charsmap cimport Charsmap
from subword.normalizers.base cimport TextNormalizer
from subword.normalizers.unicode cimport candidate_bytes

cdef enum:
    # Of a code point:
    MAY_CHANGE = 1          # a cluster may change around it
    NOT_BEFORE = 2          # nothing, or white space, may be left of it: no cut follows
    JOINS = 4               # it belongs to the cluster of the character before it


cdef class Precompiled(TextNormalizer):
    cdef readonly bytes precompiled_charsmap
    cdef Charsmap charsmap
    cdef uint8_t* bits                  # of every code point
    cdef bint keeps_cuts                # all that may vanish are single characters
    cdef candidate_bytes candidates     # bytes that begin characters around which clusters change
    cdef int mark_characters(self) except -1
    cdef bint may_cut_behind(self, const uint8_t* data, Py_ssize_t end) noexcept nogil
    cdef bint removes_first(self, const uint8_t* data, Py_ssize_t size) noexcept nogil
