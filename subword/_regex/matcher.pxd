"""What the two engines share: the program in C arrays, and the search for all matches."""

from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t

from subword._core.pipeline cimport Spans

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)
    int utf8_length(uint8_t lead)

cdef enum Op:    # as in program.py
    MATCH, CHARS, SPLIT, AHEAD, BEHIND
    SAVE, REFERENCE, PROGRESS, ATOMIC, LOOK_AHEAD, LOOK_BEHIND, KEEP

cdef struct Instruction:
    int32_t op
    int32_t next
    int32_t other
    int32_t arg


cdef class Matcher:
    cdef readonly object program     # holds the arrays that the pointers below point into
    cdef Instruction* code
    cdef int32_t size, start
    cdef int32_t classes             # characters; the edge of the text is one more
    cdef const int32_t* page_starts
    cdef const uint16_t* pages
    cdef const uint8_t* chars        # [set * classes + class]
    cdef const uint8_t* conditions   # [condition * (classes + 1) + class]
    cdef const uint8_t* begins       # [class]: a match may begin with it
    cdef uint8_t[128] skipped        # [character]: none may

    # Append the matches in data[start:end), from left to right, none overlapping another. The
    # edges of the text are `start` and `end`.
    cdef int find_all(self, const uint8_t* data, int32_t start, int32_t end,
                      Spans* matches) except -1 nogil


cdef inline int32_t class_at(Matcher self, const uint8_t* data, int32_t pos, int32_t end,
                             int* length) noexcept nogil:
    """The class of the character at `pos`, and its length in bytes; at the end, the edge's."""
    cdef uint32_t code
    if pos >= end:
        length[0] = 0
        return self.classes
    code = data[pos]
    length[0] = 1
    if code < 0x80:
        return self.pages[self.page_starts[0] + code]
    code = utf8_decode(data + pos, length)
    return self.pages[self.page_starts[code >> 7] + (code & 127)]


cdef inline int32_t next_begin(Matcher self, const uint8_t* data, int32_t pos,
                               int32_t end) noexcept nogil:
    """The first place from `pos` on where a match may begin: at a character, or the end."""
    cdef int length
    while pos < end:
        if data[pos] < 0x80:
            if not self.skipped[data[pos]]:
                break
            pos += 1
        elif self.begins[class_at(self, data, pos, end, &length)]:
            break
        else:
            pos += length
    return pos


cdef inline int32_t class_before(Matcher self, const uint8_t* data, int32_t start,
                                 int32_t pos) noexcept nogil:
    """The class of the character that ends at `pos`; at the start, the edge's."""
    cdef int length
    if pos <= start:
        return self.classes
    pos -= 1
    while pos > start and data[pos] & 0xC0 == 0x80:
        pos -= 1
    return class_at(self, data, pos, pos + 4, &length)
