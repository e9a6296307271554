"""Where a byte-level BPE model never merges two characters: a word may be split there."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from subword.models.bpe cimport BPE

cdef extern from "scan/safe_splits.h" nogil:
    ctypedef struct byte_safe_splits:
        const uint64_t* bits
        int shift
        int hangul
        const uint64_t* joined


cdef class ByteSafeSplits:
    cdef byte_safe_splits table
    cdef uint64_t* bits                # those of the table, owned
    cdef uint64_t[1024] joined         # those of the table
    cdef uint32_t* pairs               # that merge, each as bytes_around; some twice or more
    cdef Py_ssize_t size, capacity
    cdef int add(self, int second, int third, int first, int next) except -1
    cdef int add_merge(self, const uint8_t* left, const uint8_t* right) except -1
    cdef int keep_whole(self, BPE model) except -1
    cdef int make_table(self) except -1


cdef ByteSafeSplits find_byte_safe_splits(BPE model)
