from libc.stdint cimport int32_t, uint8_t

from subword._core.hashmap cimport IntMap
from subword._core.pipeline cimport Text
from subword.normalizers.base cimport TextNormalizer
from subword.normalizers._charsmap cimport Charsmap


cdef struct Prefix:
    # What becomes of the first bytes of a text: `size` of them become `text`.
    Py_ssize_t size
    const uint8_t* text
    Py_ssize_t text_size
    bint is_copy            # the text is those bytes


cdef class SentencePiece(TextNormalizer):
    cdef readonly bytes precompiled_charsmap
    cdef readonly bint add_dummy_prefix
    cdef readonly bint remove_extra_whitespaces
    cdef readonly bint escape_whitespaces
    cdef readonly bint treat_whitespace_as_suffix
    cdef readonly tuple user_defined
    cdef frozenset kept                 # the same, to look up
    cdef Charsmap charsmap              # None: no character is replaced
    cdef IntMap children                # of the user defined pieces: node << 8 | byte -> node
    cdef IntMap ends                    # node -> 1 where a piece ends
    cdef uint8_t[256] begins            # whether a user defined piece begins with the byte
    cdef int add_piece(self, bytes piece) except -1
    cdef Py_ssize_t user_match(self, const uint8_t* data, Py_ssize_t size) noexcept nogil
    cdef Prefix prefix_of(self, const uint8_t* data, Py_ssize_t size) noexcept nogil
    cdef bint write(self, const Text* source, Py_ssize_t at, const Prefix* prefix,
                    bint after_space, Text* target) except -1 nogil
    cdef int put_space(self, Text* target, int32_t start, int32_t end) except -1 nogil
    cdef bint ends_with_space(self, const Text* target) noexcept nogil
