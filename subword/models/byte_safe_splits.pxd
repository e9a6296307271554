from libc.stdint cimport uint8_t, uint32_t, uint64_t

from subword.models.bpe cimport BPE

cdef extern from "scan/safe_splits.h" nogil:
    ctypedef struct byte_joints:
        const uint64_t* bits
        int shift
        int hangul


cdef class ByteJoints:
    cdef byte_joints table
    cdef uint64_t* bits                 # of the table
    cdef uint32_t* joints               # each as joint_around, some more than once
    cdef Py_ssize_t size, capacity
    cdef int add(self, int second, int third, int first, int next) except -1
    cdef int add_merge(self, const uint8_t* left, const uint8_t* right) except -1
    cdef int keep_whole(self, BPE model) except -1
    cdef int make_table(self) except -1


cdef ByteJoints byte_joints_of(BPE model)
