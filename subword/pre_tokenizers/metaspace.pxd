from libc.stdint cimport uint8_t

from subword._core.pipeline cimport PreTokenizer, Span, Spans, Text


cdef class Metaspace(PreTokenizer):
    cdef readonly str replacement
    cdef readonly str prepend_scheme
    cdef readonly bint split_words
    cdef bytes mark             # owner of mark_data[0:mark_size], `replacement` in UTF-8
    cdef const uint8_t* mark_data
    cdef int mark_size
    cdef bint always        # prepend_scheme is "always"
    cdef bint first         # ... or "first"
    cdef int mark_word(self, const Text* source, Span span, Text* target,
                       Spans* after) except -1 nogil
