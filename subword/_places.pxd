"""Where a token lies in its document: from bytes of a text to bytes of the document."""

from libc.stdint cimport int32_t

from subword._pipeline cimport Text


cdef inline int32_t place_start(const Text* text, int32_t at) noexcept nogil:
    """Document byte of the text's byte `at`; characters are found at the very end."""
    if text.starts == NULL:
        return <int32_t>(text.base + at)
    return text.starts[min(at, text.size - 1)]


cdef inline int32_t place_end(const Text* text, int32_t at) noexcept nogil:
    if text.starts == NULL:
        return <int32_t>(text.base + at)
    return text.ends[min(at, text.size) - 1]
