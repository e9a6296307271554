"""Splitting by one of the scanners of published patterns (include/scan/scan.h)."""

from libc.stdint cimport int32_t, uint8_t

from subword._core.pipeline cimport Spans, spans_push
from subword._core.simd cimport simd_on
from subword._core.unicode cimport bert_bits, scan_bits

cdef extern from "scan/scan.h" nogil:
    ctypedef struct byte_safe_splits
    int scan(int pattern, const uint8_t* p, Py_ssize_t n, Py_ssize_t* pos, const uint8_t* bits,
             const byte_safe_splits* splits, int32_t* out, int capacity, int simd)

cdef enum:
    BATCH = 256     # words that a scanner finds at a time


cdef int scan_all(int pattern, const uint8_t* data, int32_t start, int32_t end,
                  Spans* after) except -1 nogil:
    cdef int32_t[2 * BATCH] found
    cdef Py_ssize_t pos = 0
    cdef int count, i
    while pos < end - start:
        count = scan(pattern, data + start, end - start, &pos,
                     bert_bits if pattern == SCAN_BERT else scan_bits, NULL, found, BATCH, simd_on)
        for i in range(count):
            spans_push(after, start + found[2 * i], start + found[2 * i + 1])
    return 0
