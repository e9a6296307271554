from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.string cimport memchr

from subword._core.hashmap cimport IntMap


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
    cdef IntMap children                # node << 8 | byte -> child
    cdef int32_t* patterns              # node -> index of the pattern that ends there, or -1
    cdef int32_t[256] first_child       # byte -> child of the root, or -1
    cdef int only_first_byte            # the byte that every pattern begins with, or -1
    cdef uint32_t* ids                  # pattern -> id
    cdef uint8_t* flags                 # pattern -> flags
    cdef readonly list contents
    cdef inline bint absent(self, const uint8_t* data, Py_ssize_t size,
                            int absent_byte) noexcept nogil:
        """Whether data[0:size) surely holds no token; the byte `absent_byte` is not in it."""
        return self.count == 0 or size == 0 or (self.only_first_byte >= 0 and (
            self.only_first_byte == absent_byte
            or memchr(data, self.only_first_byte, size) == NULL))
    cdef int find(self, const uint8_t* data, int32_t size, AddedSpans* spans) except -1 nogil
