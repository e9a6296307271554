"""The base of the engines that run the program of a pattern over UTF-8, with the GIL released."""

from libc.stdlib cimport free, malloc

from subword._core.pipeline cimport Spans, spans_free


cdef class Matcher:
    """A compiled pattern.

    Args:
        program: What `program.compile_tree` returned.
    """

    def __cinit__(self, program, *args):
        cdef const int32_t[::1] op = program.op
        cdef const int32_t[::1] following = program.next
        cdef const int32_t[::1] other = program.other
        cdef const int32_t[::1] arg = program.arg
        cdef const int32_t[::1] page_starts = program.classes.page_starts
        cdef const uint16_t[::1] pages = program.classes.pages
        cdef const uint8_t[:, ::1] chars = program.chars
        cdef const uint8_t[:, ::1] conditions = program.conditions
        cdef int32_t i
        self.program = program
        self.size = <int32_t>len(op)
        self.start = program.start
        self.classes = program.classes.count
        self.page_starts = &page_starts[0]
        self.pages = &pages[0]
        self.chars = &chars[0, 0] if chars.shape[0] else NULL
        self.conditions = &conditions[0, 0] if conditions.shape[0] else NULL
        self.code = <Instruction*>malloc(self.size * sizeof(Instruction))
        if self.code == NULL:
            raise MemoryError
        for i in range(self.size):
            self.code[i] = Instruction(op[i], following[i], other[i], arg[i])

    def __dealloc__(self):
        free(self.code)

    cdef int find_all(self, const uint8_t* data, int32_t start, int32_t end,
                      Spans* matches) except -1 nogil:
        with gil:
            raise NotImplementedError

    def find_spans(self, str text not None):
        """Find the matches from left to right, none overlapping another.

        An empty match directly after another match does not count; the search continues after the
        next character.

        Args:
            text: The text to search; look-around sees all of it.

        Returns:
            A list of (start, end), in characters.

        Raises:
            ValueError: The search took too many steps.
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
            self.find_all(data, 0, <int32_t>len(encoded), &found)
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
