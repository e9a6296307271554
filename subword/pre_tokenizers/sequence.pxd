from subword._core.pipeline cimport PreTokenizer


cdef class Sequence(PreTokenizer):
    cdef readonly tuple steps
    cdef PreTokenizer head               # the first step
    cdef Sequence tail                   # the others, None when there are none
    cdef bint has_tail
    cdef Py_ssize_t steps_count


cpdef PreTokenizer with_raw_bytes(PreTokenizer pre_tokenizer)
