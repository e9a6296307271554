"""Ids to text by joining bytes: one piece for each id, made once.

What most decoders do to a token hangs on nothing but the token and whether it is the first of its
text, or the last, so it is done once for every id. What hangs on more is done here: runs of byte
tokens, which must be valid together, and what is stripped off the ends of the whole text.
"""

from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport int64_t, uint8_t, uint32_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcmp, memcpy

from subword._core.pipeline cimport out_of_memory
from subword._core.simd cimport simd_on

cdef extern from "text/utf8_check.h" nogil:
    Py_ssize_t utf8_error(const uint8_t* p, Py_ssize_t n, int simd)

cdef enum Kind:
    LEFT_OUT
    PIECE
    BYTE        # one byte of a run

cdef enum:
    SLACK = 16  # bytes that are copied though fewer may be wanted


cdef struct Piece:
    uint32_t start
    uint32_t size


cdef struct Buffer:
    uint8_t* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef inline int reserve(Buffer* text, Py_ssize_t more) except -1 nogil:
    cdef void* p
    if text.size + more + SLACK > text.capacity:
        p = realloc(text.data, 2 * (text.size + more + SLACK))
        if p == NULL:
            return out_of_memory()
        text.data = <uint8_t*>p
        text.capacity = 2 * (text.size + more + SLACK)
    return 0


cdef int end_run(Buffer* text, Py_ssize_t start) except -1 nogil:
    """Replace each byte from `start` on by U+FFFD if they are not valid together."""
    cdef Py_ssize_t count = text.size - start, i
    if utf8_error(text.data + start, count, simd_on) < 0:
        return 0
    reserve(text, 2 * count)
    for i in range(count):
        memcpy(text.data + start + 3 * i, b"\xef\xbf\xbd", 3)
    text.size = start + 3 * count
    return 0


cdef class PieceTable:
    """Decodes by joining bytes.

    Args:
        pieces: For each id from 0 its bytes, or None for an id that is left out.
        edges: The same for the first token of a text; None if that makes no difference.
        at_end: It is the last token of a text that `edges` is for.
        runs: The ids of tokens that are one byte of a run: one that is not valid UTF-8 becomes
            U+FFFD for each of its bytes. Of other bytes, each maximal invalid part becomes one.
        strip: A character, and how many of it at most are taken off the start and the end of a
            text.
    """

    cdef uint8_t* bytes
    cdef Piece* pieces
    cdef Piece* edges
    cdef uint8_t* kinds
    cdef Py_ssize_t count
    cdef bint at_end
    cdef bytes stripped
    cdef Py_ssize_t strip_left, strip_right

    def __init__(self, list pieces not None, list edges=None, *, bint at_end=False, runs=(),
                 tuple strip=(" ", 0, 0)):
        cdef Py_ssize_t i, at = 0
        cdef bytes all_pieces = b"".join([content or b"" for content in pieces + (edges or [])])
        if self.bytes != NULL:
            raise TypeError("PieceTable objects are immutable: make a new one")
        self.count = len(pieces)
        self.at_end = at_end
        self.stripped = (<str>strip[0]).encode()
        self.strip_left, self.strip_right = strip[1], strip[2]
        self.bytes = <uint8_t*>malloc(len(all_pieces) + SLACK)
        self.pieces = <Piece*>malloc((self.count + 1) * sizeof(Piece))
        self.edges = self.pieces
        if edges is not None:
            self.edges = <Piece*>malloc((self.count + 1) * sizeof(Piece))
        self.kinds = <uint8_t*>malloc(self.count + 1)
        if self.bytes == NULL or self.pieces == NULL or self.edges == NULL or self.kinds == NULL:
            raise MemoryError("no room for the table of pieces")
        memcpy(self.bytes, <const char*>all_pieces, len(all_pieces))
        for i, content in enumerate(pieces):
            self.kinds[i] = LEFT_OUT if content is None else PIECE
            at = place(self.pieces + i, content, at)
        for i, content in enumerate(edges or ()):
            at = place(self.edges + i, content, at)
        for i in runs:
            self.kinds[i] = BYTE

    def __dealloc__(self):
        if self.edges != self.pieces:
            free(self.edges)
        free(self.bytes)
        free(self.pieces)
        free(self.kinds)

    def decode_rows(self, const uint32_t[::1] ids, const int64_t[::1] row_splits):
        """Return the text of each row; row i is ids[row_splits[i]:row_splits[i + 1]]."""
        cdef Py_ssize_t rows = row_splits.shape[0] - 1, i
        cdef Buffer text
        cdef list result = [None] * rows
        text.data = NULL
        text.size = text.capacity = 0
        try:
            for i in range(rows):
                text.size = 0
                reserve(&text, 0)
                if row_splits[i + 1] > row_splits[i]:
                    self.join(&ids[row_splits[i]], row_splits[i + 1] - row_splits[i], &text)
                result[i] = self.as_str(&text)
        finally:
            free(text.data)
        return result

    cdef int join(self, const uint32_t* ids, Py_ssize_t size, Buffer* text) except -1 nogil:
        """Append the pieces of one row."""
        cdef const Piece* pieces = self.pieces if self.at_end else self.edges
        cdef Py_ssize_t k, run = -1, last = -1, before = 0
        cdef uint32_t id
        for k in range(size):
            id = ids[k]
            if id >= self.count or self.kinds[id] == LEFT_OUT:
                continue
            if self.kinds[id] == BYTE:
                run = text.size if run < 0 else run
            elif run >= 0:
                end_run(text, run)
                run = -1
            before = text.size
            last = id
            append(self, pieces + id, text)
            pieces = self.pieces
        if run >= 0:
            end_run(text, run)
        elif self.at_end and last >= 0:
            text.size = before
            append(self, self.edges + last, text)
        return 0

    cdef str as_str(self, const Buffer* text):
        """Decode a row, what is stripped left out."""
        cdef const char* content = self.stripped
        cdef Py_ssize_t length = len(self.stripped), start = 0, end = text.size
        for _ in range(self.strip_left):
            if start + length > text.size or memcmp(text.data + start, content, length):
                break
            start += length
        for _ in range(self.strip_right):
            if end < length or memcmp(text.data + end - length, content, length):
                break
            end -= length
        return PyUnicode_DecodeUTF8(<const char*>text.data + start, max(end - start, 0), "replace")


cdef inline int append(PieceTable self, const Piece* piece, Buffer* text) except -1 nogil:
    reserve(text, piece.size)
    if piece.size <= SLACK:
        memcpy(text.data + text.size, self.bytes + piece.start, SLACK)
    else:
        memcpy(text.data + text.size, self.bytes + piece.start, piece.size)
    text.size += piece.size
    return 0


cdef Py_ssize_t place(Piece* piece, object content, Py_ssize_t at) except -1:
    """Set where a piece's bytes lie; return where the next one's do."""
    piece.start = <uint32_t>at
    piece.size = <uint32_t>(0 if content is None else len(<bytes>content))
    return at + piece.size
