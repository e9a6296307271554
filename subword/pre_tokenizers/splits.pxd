from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport PreTokenizer, Span, Spans, Text


cdef enum Behavior:
    REMOVED
    ISOLATED
    MERGED_WITH_PREVIOUS
    MERGED_WITH_NEXT
    CONTIGUOUS


cdef class BertPreTokenizer(PreTokenizer):
    pass


cdef class Split(PreTokenizer):
    cdef readonly object regex          # the pattern of a Regex, None for a literal
    cdef readonly object literal        # a literal, None for a Regex
    cdef readonly str behavior
    cdef readonly bint invert
    cdef Behavior kind
    cdef object compiled
    cdef bytes needle
    cdef const uint8_t* needle_data
    cdef int32_t needle_size
    cdef int find_literal(self, const uint8_t* data, int32_t start, int32_t end,
                          Spans* pieces) except -1 nogil
    cdef int find_regex(self, const uint8_t* data, int32_t start, int32_t end,
                        Spans* pieces) except -1


cdef class CharacterSplit(PreTokenizer):
    cdef uint8_t mask                   # bert_bits that make a character a match
    cdef uint32_t code                  # or this one code point
    cdef Behavior kind


cdef class FixedLength(PreTokenizer):
    cdef readonly Py_ssize_t length


cdef int scan_all(int pattern, const uint8_t* data, int32_t start, int32_t end,
                  Spans* after) except -1 nogil
