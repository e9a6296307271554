from libc.stdint cimport uint8_t, uint32_t

from subword.normalizers.base cimport TextNormalizer
from subword.normalizers.unicode cimport candidate_bytes

cdef enum:
    HAS_LEAF = 1 << 8       # of a unit: a key ends here


cdef inline size_t children_of(const uint32_t* units, size_t position) noexcept nogil:
    """Where the children of the unit at a position lie, the child for a byte at `... ^ byte`."""
    cdef uint32_t unit = units[position]
    return position ^ (<size_t>(unit >> 10) << ((unit & (1 << 9)) >> 6))


cdef class Precompiled(TextNormalizer):
    cdef readonly bytes precompiled_charsmap
    cdef uint32_t* units                # the trie
    cdef size_t size                    # how many
    cdef const uint8_t* texts           # the values of keys, each ended by a zero byte
    cdef Py_ssize_t texts_size
    cdef uint8_t* bits                  # of every code point: 1 if a cluster may change around it
    cdef candidate_bytes candidates     # bytes that begin such characters
    cdef int read(self) except -1
    cdef int check_trie(self) except -1
    cdef int mark_characters(self) except -1
    cdef const uint8_t* shortest(self, const uint8_t* key, Py_ssize_t size) noexcept nogil
