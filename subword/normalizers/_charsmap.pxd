from libc.stdint cimport uint8_t, uint32_t

cdef enum:
    HAS_LEAF = 1 << 8       # of a unit: a key ends here


cdef inline size_t children_of(const uint32_t* units, size_t position) noexcept nogil:
    """Where the children of the unit at a position lie, the child for a byte at `... ^ byte`."""
    cdef uint32_t unit = units[position]
    return position ^ (<size_t>(unit >> 10) << ((unit & (1 << 9)) >> 6))


cdef class Charsmap:
    cdef bytes data
    cdef uint32_t* units                # the trie
    cdef size_t size                    # how many
    cdef const uint8_t* texts           # the values of keys, each ended by a zero byte
    cdef Py_ssize_t texts_size
    cdef int read(self) except -1
    cdef int check_trie(self) except -1
    cdef bint pairs_vanish(self) except -1
    cdef bint vanishes(self, size_t unit) noexcept nogil
    cdef size_t leaf(self, const uint8_t* key, Py_ssize_t size) noexcept nogil
    cdef const uint8_t* shortest(self, const uint8_t* key, Py_ssize_t size) noexcept nogil
    cdef set first_characters(self, str letter)
    cdef str value_at(self, size_t unit)
