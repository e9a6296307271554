from libc.stdint cimport uint8_t, uint64_t

from subword.models.bpe cimport BPE

cdef extern from "joints.h" nogil:
    ctypedef struct byte_joints:
        const uint64_t* near
        const uint64_t* edges
        const uint64_t* pairs
        int shift
        int hangul


cdef class ByteJoints:
    cdef byte_joints table
    cdef uint64_t* bits                 # of near, edges and pairs, one behind the other
    cdef void add_near(self, uint8_t last, uint8_t first, uint8_t second) noexcept nogil
    cdef void add_edge(self, uint8_t last, uint8_t first, uint8_t second) noexcept nogil
    cdef void add_joint(self, const uint8_t* left, const uint8_t* right) noexcept nogil
    cdef int keep_whole(self, BPE model) except -1 nogil


cdef ByteJoints byte_joints_of(BPE model)
