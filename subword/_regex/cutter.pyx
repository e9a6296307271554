"""The words of a split, found in one pass over the text: the tables of include/scan/cut.h."""

from libc.stdint cimport int32_t, uint8_t, uint16_t
from libc.stdlib cimport calloc, free

from subword._core.pipeline cimport Spans, spans_free, spans_push
from subword._core.simd cimport simd_on

import numpy as np

cdef extern from "text/utf8.h" nogil:
    int utf8_length(uint8_t lead)

cdef enum:
    ASCII = 128
    STATES = 64


cdef const void* address(array) except? NULL:
    return <const void*><size_t>array.ctypes.data


cdef int set_action(cut_action* to, action) except -1:
    to.boundary_count = len(action.boundaries)
    to.mark_count = len(action.marks)
    for k, place in enumerate(action.boundaries):
        to.boundaries[k] = place
    for k, (mark, place) in enumerate(action.marks):
        to.marks[k] = mark
        to.places[k] = place
    return 0


cdef class Cutter:
    """Cuts texts into words.

    Args:
        boundaries: What `find_boundaries` returned.
        classes: Of the pattern.
    """

    def __cinit__(self, boundaries, classes):
        following = np.ascontiguousarray(boundaries.following)
        happens = np.ascontiguousarray(boundaries.happens)
        cdef Py_ssize_t states = following.shape[0], count = len(boundaries.actions), k
        cdef Py_ssize_t column_count = following.shape[1]
        self.covers = boundaries.covers
        numbers = happens.astype(np.uint16)
        known = np.full((column_count, column_count), <int>CUT_NOWHERE, dtype=np.uint8)
        for k in range(column_count):
            behind = following[following[:, k]]     # [state, column]
            same = (behind == behind[0]).all(axis=0)
            known[k, same] = behind[0, same]
        # The symbol of a character of ASCII is itself, that of another its column and 128.
        symbols = (boundaries.columns[classes.pages] + ASCII).astype(np.uint8)
        at = classes.page_starts[0]
        columns = np.zeros(256, dtype=np.uint8)
        columns[:ASCII] = boundaries.columns[classes.pages[at:at + ASCII]]
        columns[ASCII:ASCII + column_count] = np.arange(column_count)
        # What happened at a step is in the upper bits of the state, and does not matter afterwards.
        step = np.zeros((256, STATES), dtype=np.uint8)
        kinds = np.array(boundaries.kinds, dtype=np.uint8)[happens]
        step[:, :states] = (following | kinds << 6).T[columns]
        step[<int>CUT_FOLLOW] = np.arange(STATES)
        following = np.ascontiguousarray(np.tile(step, (1, 4)))
        last_marks = np.array(boundaries.last_marks, dtype=np.int16).astype(np.uint8)
        kept = None if boundaries.kept is None else boundaries.kept.astype(np.uint8)[columns]
        self.arrays = (following, classes, symbols, columns, known, numbers, last_marks, kept)
        self.actions = <cut_action*>calloc(count + states, sizeof(cut_action))
        if self.actions == NULL:
            raise MemoryError
        for k in range(count):
            if boundaries.kinds[k] == CUT_ACTION >> 6:
                set_action(&self.actions[k], boundaries.actions[k])
        for k in range(states):
            set_action(&self.actions[count + k], boundaries.ends[k])
        self.tables.next = <const uint8_t*>address(following)
        self.tables.page_starts = <const int32_t*>address(classes.page_starts)
        self.tables.symbols = <const uint8_t*>address(symbols)
        self.tables.columns = <const uint8_t*>address(columns)
        self.tables.known = <const uint8_t*>address(known)
        self.tables.numbers = <const uint16_t*>address(numbers)
        self.tables.last_marks = <const uint8_t*>address(last_marks)
        if kept is not None:
            self.tables.kept = <const uint8_t*>address(kept)
        self.tables.actions = self.actions
        self.tables.ends = self.actions + count
        self.tables.column_count = <int32_t>column_count

    def __dealloc__(self):
        free(self.actions)

    cdef int cut_all(self, const uint8_t* data, int32_t start, int32_t end,
                     Spans* after) except -1 nogil:
        cdef int32_t[2 * CUT_ROOM + 16] found
        cdef cut_run run
        cdef int count, k
        cut_begin(&run)
        while run.pos < end - start:
            count = cut_chunk(&self.tables, data + start, end - start, &run, found, simd_on)
            for k in range(count):
                spans_push(after, start + found[2 * k], start + found[2 * k + 1])
        return 0

    def find_words(self, str text not None):
        """Cut a text into words.

        Args:
            text: The text.

        Returns:
            A list of (start, end), in characters.
        """
        cdef bytes encoded = text.encode("utf-8", "surrogatepass")
        cdef const uint8_t* data = encoded
        cdef Spans found
        cdef Py_ssize_t i
        cdef int32_t pos = 0, chars = 0, start
        found.data = NULL
        found.size = found.capacity = 0
        spans = []
        try:
            self.cut_all(data, 0, <int32_t>len(encoded), &found)
            for i in range(found.size):
                while pos < found.data[i].start:
                    pos += utf8_length(data[pos])
                    chars += 1
                start = chars
                while pos < found.data[i].end:
                    pos += utf8_length(data[pos])
                    chars += 1
                spans.append((start, chars))
        finally:
            spans_free(&found)
        return spans
