from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport PreTokenizer, Spans
from subword._regex.cutter cimport Cutter
from subword._regex.matcher cimport Matcher


cdef enum Behavior:
    # What becomes of matches, in the order of BEHAVIORS in _regex/split_patterns.py.
    REMOVED
    ISOLATED
    MERGED_WITH_PREVIOUS
    MERGED_WITH_NEXT
    CONTIGUOUS


cdef class Split(PreTokenizer):
    cdef readonly object regex          # the pattern of a Regex, None for a literal
    cdef readonly object literal        # a literal, None for a Regex
    cdef readonly str behavior
    cdef readonly bint invert
    cdef Behavior delimiter_behavior
    cdef readonly Matcher compiled      # None for a literal, and with a scanner or a cutter
    cdef readonly Cutter cutter         # does all of the splitting, if it is not None
    cdef bytes needle
    cdef const uint8_t* needle_data
    cdef int32_t needle_size
    cdef int find_literal(self, const uint8_t* data, int32_t start, int32_t end,
                          Spans* segments) except -1 nogil


cdef class CharClassSplit(PreTokenizer):
    cdef uint8_t mask                   # a character with one of these bert_bits is a match
    cdef uint32_t code                  # and so is this code point
    cdef Behavior delimiter_behavior


cdef class FixedLength(PreTokenizer):
    cdef readonly Py_ssize_t length
