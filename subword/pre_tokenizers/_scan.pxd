"""Splitting by one of the scanners of published patterns (include/scan/scan.h)."""

from libc.stdint cimport int32_t, uint8_t

from subword._core.pipeline cimport Spans

cdef extern from "scan/patterns.h" nogil:
    enum:
        SCAN_GPT2, SCAN_DEEPSEEK, SCAN_WHITESPACE, SCAN_WHITESPACE_SPLIT, SCAN_BERT


# Append the words of data[start:end) by the scanner of a pattern.
cdef int scan_all(int pattern, const uint8_t* data, int32_t start, int32_t end,
                  Spans* after) except -1 nogil
