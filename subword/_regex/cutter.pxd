"""The words of a split, found in one pass."""

from libc.stdint cimport int32_t, uint8_t, uint16_t

from subword._core.pipeline cimport Spans

cdef extern from "scan/cut.h" nogil:
    enum:
        CUT_CHUNK
        CUT_ROOM
        CUT_ACTION
        CUT_MARKS
        CUT_NOWHERE
        CUT_FOLLOW
    ctypedef struct cut_action:
        uint8_t boundary_count
        uint8_t mark_count
        uint8_t[8] boundaries
        uint8_t[8] marks
        uint8_t[8] places
    ctypedef struct cut_tables:
        const uint8_t* next
        const int32_t* page_starts
        const uint8_t* symbols
        const uint8_t* columns
        const uint8_t* known
        const uint16_t* numbers
        const cut_action* actions
        const cut_action* ends
        const uint8_t* last_marks
        const uint8_t* kept
        int32_t column_count
    ctypedef struct cut_run:
        Py_ssize_t pos
    void cut_begin(cut_run* run)
    int cut_chunk(const cut_tables* t, const uint8_t* p, Py_ssize_t n, cut_run* run, int32_t* out,
                  int simd)


cdef class Cutter:
    cdef cut_tables tables
    cdef cut_action* actions
    cdef object arrays              # which the tables point into
    cdef readonly bint covers       # no text lies between matches

    # Append the words of data[start:end).
    cdef int cut_all(self, const uint8_t* data, int32_t start, int32_t end,
                     Spans* after) except -1 nogil
