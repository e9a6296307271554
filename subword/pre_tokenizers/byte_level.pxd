from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport PreTokenizer, Span, Spans, Text


cdef class ByteLevel(PreTokenizer):
    cdef readonly bint add_prefix_space
    cdef readonly bint trim_offsets
    cdef readonly bint use_regex
    cdef bint maps_bytes


cdef class Metaspace(PreTokenizer):
    cdef readonly str replacement
    cdef readonly str prepend_scheme
    cdef readonly bint split_words
    cdef bytes mark
    cdef const uint8_t* mark_data
    cdef int mark_size
    cdef bint always
    cdef bint first


cdef class Sequence(PreTokenizer):
    cdef readonly tuple steps
    cdef PreTokenizer head               # the first step
    cdef Sequence tail                   # the others, None when there are none
    cdef bint has_tail
    cdef Py_ssize_t steps_count


cpdef PreTokenizer with_raw_bytes(PreTokenizer pre_tokenizer)
