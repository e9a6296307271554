from libc.stdint cimport uint8_t, uint32_t

from subword.normalizers.base cimport TextNormalizer
from subword.normalizers.unicode cimport candidate_bytes


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
