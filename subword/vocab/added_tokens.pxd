from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.string cimport memchr

from subword._core.hashmap cimport IntMap


cdef struct Piece:
    # The bytes [start, end) of a text: an added token, or what lies between (id < 0).
    int64_t id
    int32_t start
    int32_t end


cdef struct Pieces:
    Piece* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef void pieces_free(Pieces* pieces) noexcept nogil


cdef class Matcher:
    cdef readonly Py_ssize_t count
    cdef IntMap children                # node << 8 | byte -> child
    cdef int32_t* patterns              # node -> index of the pattern that ends there, or -1
    cdef int32_t[256] first             # byte -> child of the root, or -1
    cdef int single_first               # the one byte every pattern begins with, or -1
    cdef uint32_t* ids                  # pattern -> id
    cdef uint8_t* flags                 # pattern -> flags
    cdef readonly list contents
    cdef inline bint absent(self, const uint8_t* data, Py_ssize_t size, int lacks) noexcept nogil:
        """Whether it is plain that no token is in data[0:size), where the byte `lacks` is not."""
        return self.count == 0 or size == 0 or (self.single_first >= 0 and (
            self.single_first == lacks or memchr(data, self.single_first, size) == NULL))
    cdef int find(self, const uint8_t* data, int32_t size, Pieces* pieces) except -1 nogil
