"""The base of the concrete normalizers, what they write text with, and the four normal forms."""

from libc.stdint cimport int32_t, uint8_t, uint32_t
from libc.string cimport memcpy

from subword._core.pipeline cimport Normalizer, Text, text_reserve


cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)
    int utf8_encode(uint32_t code, uint8_t* p)


cdef class TextNormalizer(Normalizer):
    cdef tuple arguments(self)


cdef extern from "text/quick_check.h" nogil:
    ctypedef struct suspect_bytes:
        pass


cdef class NormalForm(TextNormalizer):
    cdef uint8_t flags  # the FormBits of characters that this form may change
    cdef suspect_bytes suspects    # of such characters
    cdef bint compatible, composed
    cdef void choose(self, uint8_t flags) noexcept


cdef class NFC(NormalForm):
    pass


cdef class NFD(NormalForm):
    pass


cdef class NFKC(NormalForm):
    pass


cdef class NFKD(NormalForm):
    pass


# Append source[first:last) as it is, with its spans. It begins and ends between characters.
cdef int copy(const Text* source, Py_ssize_t first, Py_ssize_t last, Text* target) except -1 nogil


cdef inline void begin(const Text* source, Text* target) noexcept nogil:
    """Make the target the successor of the source."""
    target.aligned = source.aligned
    target.base = source.base


cdef inline int room(Text* target, Py_ssize_t size) except -1 nogil:
    """Make sure that `size` more bytes fit."""
    if target.size + size > target.capacity or (target.aligned and target.starts == NULL):
        text_reserve(target, target.size + size)
    return 0


cdef inline int put(Text* target, uint32_t code, int32_t start, int32_t end) except -1 nogil:
    """Append one character that stands for the document's bytes [start, end)."""
    cdef int i, size
    room(target, 4)
    size = utf8_encode(code, target.data + target.size)
    if target.aligned:
        for i in range(size):
            target.starts[target.size + i] = start
            target.ends[target.size + i] = end
    target.size += size
    return 0
