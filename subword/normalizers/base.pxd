"""The base of the concrete normalizers, and the functions they write text with."""

from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport Normalizer, Text, text_reserve


cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)
    int utf8_encode(uint32_t code, uint8_t* p)


cdef class TextNormalizer(Normalizer):
    cdef tuple arguments(self)


cdef inline void begin(const Text* source, Text* target) noexcept nogil:
    """Make the empty target a rewritten form of the source."""
    target.aligned = source.aligned
    target.source_offset = source.source_offset


cdef inline int reserve(Text* target, Py_ssize_t size) except -1 nogil:
    """Reserve memory for `size` more bytes."""
    if target.size + size > target.capacity or (target.aligned and target.source_start == NULL):
        text_reserve(target, target.size + size)
    return 0


cdef inline int put(Text* target, uint32_t code, int32_t start, int32_t end) except -1 nogil:
    """Append one character that stands for the document's bytes [start, end)."""
    cdef int i, size
    reserve(target, 4)
    size = utf8_encode(code, target.data + target.size)
    if target.aligned:
        for i in range(size):
            target.source_start[target.size + i] = start
            target.source_end[target.size + i] = end
    target.size += size
    return 0
