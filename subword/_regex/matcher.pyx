"""The base of the engines that run the program of a pattern over UTF-8, with the GIL released."""

from libc.stdlib cimport free, malloc

from subword._core.pipeline cimport Spans, spans_free


cdef const void* address(array) except? NULL:
    """Where the items of a contiguous array lie; a memory view would take a megabyte of C."""
    return <const void*><size_t>array.ctypes.data


cdef class Matcher:
    """A compiled pattern.

    Args:
        program: What `program.compile_tree` returned.
    """

    def __cinit__(self, program, *args, **keywords):
        cdef const int32_t* op = <const int32_t*>address(program.op)
        cdef const int32_t* following = <const int32_t*>address(program.next)
        cdef const int32_t* other = <const int32_t*>address(program.other)
        cdef const int32_t* arg = <const int32_t*>address(program.arg)
        cdef int32_t i
        self.program = program
        self.size = <int32_t>len(program.op)
        self.start = program.start
        self.classes = program.classes.count
        self.page_starts = <const int32_t*>address(program.classes.page_starts)
        self.pages = <const uint16_t*>address(program.classes.pages)
        self.chars = <const uint8_t*>address(program.chars)
        self.conditions = <const uint8_t*>address(program.conditions)
        self.begins = <const uint8_t*>address(program.begins)
        for i in range(128):
            self.skipped[i] = not self.begins[self.pages[self.page_starts[0] + i]]
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
