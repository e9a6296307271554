"""Ids to text by joining bytes: those of each id are made once.

Most decoders map a token independently of its neighbours, except at the first or the last position.
That map is precomputed for every id; only runs of byte tokens, which must be valid together, and
what is stripped off the ends of the whole text are handled per call.
"""

from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport int64_t, uint8_t, uint32_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcmp, memcpy

from subword._core.pipeline cimport out_of_memory
from subword._core.simd cimport simd_on

cdef extern from "text/utf8_check.h" nogil:
    Py_ssize_t utf8_error(const uint8_t* p, Py_ssize_t n, int simd)

cdef enum TokenKind:
    SKIPPED
    WHOLE
    RUN_BYTE    # one byte of a run

cdef enum:
    SLACK = 16  # bytes that are copied at once, even of a shorter token


cdef struct ByteRange:
    uint32_t start
    uint32_t size


cdef struct TextBuffer:
    uint8_t* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef inline int reserve(TextBuffer* text, Py_ssize_t more) except -1 nogil:
    cdef void* p
    if text.size + more + SLACK > text.capacity:
        p = realloc(text.data, 2 * (text.size + more + SLACK))
        if p == NULL:
            return out_of_memory()
        text.data = <uint8_t*>p
        text.capacity = 2 * (text.size + more + SLACK)
    return 0


cdef int end_run(TextBuffer* text, Py_ssize_t start) except -1 nogil:
    """Replace each byte from `start` on by U+FFFD if they are not valid together."""
    cdef Py_ssize_t count = text.size - start, i
    if utf8_error(text.data + start, count, simd_on) < 0:
        return 0
    reserve(text, 2 * count)
    for i in range(count):
        memcpy(text.data + start + 3 * i, b"\xef\xbf\xbd", 3)
    text.size = start + 3 * count
    return 0


cdef class TokenByteTable:
    """Decodes by joining bytes.

    Args:
        token_bytes: For each id from 0 its bytes, or None for an id that is skipped.
        edge_bytes: The same for the first token of a text; None if that makes no difference.
        edge_is_last: `edge_bytes` is for the last token of a text, not for the first.
        byte_runs: The ids of tokens that are one byte of a run: a run that is not valid UTF-8
            becomes U+FFFD for each of its bytes. Of other bytes, each maximal invalid part becomes
            one U+FFFD.
        strip: A character, and how many of it at most are removed at the start and the end of a
            text.
    """

    cdef uint8_t* bytes
    cdef ByteRange* tokens
    cdef ByteRange* edges
    cdef uint8_t* kinds
    cdef Py_ssize_t count
    cdef bint edge_is_last
    cdef bytes stripped
    cdef Py_ssize_t strip_left, strip_right

    def __init__(self, list token_bytes not None, list edge_bytes=None, *,
                 bint edge_is_last=False, byte_runs=(), tuple strip=(" ", 0, 0)):
        cdef Py_ssize_t i, start = 0
        cdef bytes joined = b"".join([each or b"" for each in token_bytes + (edge_bytes or [])])
        if self.bytes != NULL:
            raise TypeError("TokenByteTable objects are immutable: make a new one")
        self.count = len(token_bytes)
        self.edge_is_last = edge_is_last
        self.stripped = (<str>strip[0]).encode()
        self.strip_left, self.strip_right = strip[1], strip[2]
        self.bytes = <uint8_t*>malloc(len(joined) + SLACK)
        self.tokens = <ByteRange*>malloc((self.count + 1) * sizeof(ByteRange))
        self.edges = self.tokens
        if edge_bytes is not None:
            self.edges = <ByteRange*>malloc((self.count + 1) * sizeof(ByteRange))
        self.kinds = <uint8_t*>malloc(self.count + 1)
        if self.bytes == NULL or self.tokens == NULL or self.edges == NULL or self.kinds == NULL:
            raise MemoryError("not enough memory for the table of tokens")
        memcpy(self.bytes, <const char*>joined, len(joined))
        for i, content in enumerate(token_bytes):
            self.kinds[i] = SKIPPED if content is None else WHOLE
            start = set_range(self.tokens + i, content, start)
        for i, content in enumerate(edge_bytes or ()):
            start = set_range(self.edges + i, content, start)
        for i in byte_runs:
            self.kinds[i] = RUN_BYTE

    def __dealloc__(self):
        if self.edges != self.tokens:
            free(self.edges)
        free(self.bytes)
        free(self.tokens)
        free(self.kinds)

    def decode_rows(self, const uint32_t[::1] ids, const int64_t[::1] row_splits):
        """Return the text of each row; row i is ids[row_splits[i]:row_splits[i + 1]]."""
        cdef Py_ssize_t rows = row_splits.shape[0] - 1, i
        cdef TextBuffer text
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

    cdef int join(self, const uint32_t* ids, Py_ssize_t size, TextBuffer* text) except -1 nogil:
        """Append the bytes of one row."""
        cdef const ByteRange* ranges = self.tokens if self.edge_is_last else self.edges
        cdef Py_ssize_t k, run = -1, last = -1, before = 0
        cdef uint32_t id
        for k in range(size):
            id = ids[k]
            if id >= self.count or self.kinds[id] == SKIPPED:
                continue
            if self.kinds[id] == RUN_BYTE:
                run = text.size if run < 0 else run
            elif run >= 0:
                end_run(text, run)
                run = -1
            before = text.size
            last = id
            append(self, ranges + id, text)
            ranges = self.tokens
        if run >= 0:
            end_run(text, run)
        elif self.edge_is_last and last >= 0:
            text.size = before
            append(self, self.edges + last, text)
        return 0

    cdef str as_str(self, const TextBuffer* text):
        """Decode a row without what is stripped off its ends."""
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


cdef inline int append(TokenByteTable self, const ByteRange* token,
                       TextBuffer* text) except -1 nogil:
    reserve(text, token.size)
    if token.size <= SLACK:
        memcpy(text.data + text.size, self.bytes + token.start, SLACK)
    else:
        memcpy(text.data + text.size, self.bytes + token.start, token.size)
    text.size += token.size
    return 0


cdef Py_ssize_t set_range(ByteRange* token, object content, Py_ssize_t start) except -1:
    """Set where the bytes of a token are; return where those of the next one are."""
    token.start = <uint32_t>start
    token.size = <uint32_t>(0 if content is None else len(<bytes>content))
    return start + token.size
