from subword._core.pipeline cimport PreTokenizer
from subword._regex.cutter cimport Cutter
from subword.pre_tokenizers._marked_words cimport MarkedWords


cdef class Sequence(PreTokenizer):
    cdef readonly tuple steps
    cdef PreTokenizer head               # the first step
    cdef Sequence tail                   # the others, None when there are none
    cdef bint has_tail
    cdef MarkedWords marked_words        # does the work of two steps in one pass, or None
    cdef Py_ssize_t steps_count


# What does all of the splitting in one pass, None if there is no such thing.
cdef Cutter cutter_of(PreTokenizer pre_tokenizer)
cpdef PreTokenizer with_raw_bytes(PreTokenizer pre_tokenizer)
