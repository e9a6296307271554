"""Ids on their way out: lists of ready-made int objects, and text joined from one piece of bytes
per id."""

from cpython.list cimport PyList_GET_ITEM, PyList_New, PyList_SET_ITEM
from cpython.ref cimport Py_INCREF
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport int64_t, uint8_t, uint32_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy


def to_lists(const uint32_t[::1] ids, const int64_t[::1] row_splits, list ints):
    """Cut flat ids into one list of int per row.

    Args:
        ids: The ids of all rows.
        row_splits: Row i is ids[row_splits[i]:row_splits[i + 1]].
        ints: The int objects 0, 1, 2, ...; ids beyond them get objects of their own.
    """
    cdef Py_ssize_t rows = row_splits.shape[0] - 1, i, k, count = len(ints), start
    cdef list result = [None] * rows
    cdef list row
    cdef object number
    cdef uint32_t id
    for i in range(rows):
        start = row_splits[i]
        row = PyList_New(row_splits[i + 1] - start)
        for k in range(row_splits[i + 1] - start):
            id = ids[start + k]
            number = <object>PyList_GET_ITEM(ints, id) if id < count else id
            Py_INCREF(number)
            PyList_SET_ITEM(row, k, number)
        result[i] = row
    return result


cdef class PieceTable:
    """Decodes by joining bytes: every id has one piece at the start of a text and one elsewhere.

    Args:
        pieces: For each id from 0, (bytes at the start, bytes elsewhere), or None for an id that is
            left out.
    """

    cdef uint8_t* bytes
    cdef uint32_t* starts       # of piece 2 * id (at the start of a text) and 2 * id + 1
    cdef uint8_t* kept          # whether an id is not left out
    cdef Py_ssize_t count

    def __init__(self, list pieces not None):
        cdef Py_ssize_t i, at = 0, total = 0
        self.count = len(pieces)
        for pair in pieces:
            if pair is not None:
                total += len(pair[0]) + len(pair[1])
        self.bytes = <uint8_t*>malloc(total + 16)
        self.starts = <uint32_t*>malloc((2 * self.count + 1) * sizeof(uint32_t))
        self.kept = <uint8_t*>malloc(self.count + 1)
        if self.bytes == NULL or self.starts == NULL or self.kept == NULL:
            raise MemoryError("no room for the table of pieces")
        for i, pair in enumerate(pieces):
            self.kept[i] = pair is not None
            for part in range(2):
                self.starts[2 * i + part] = <uint32_t>at
                if pair is not None:
                    piece = <bytes>pair[part]
                    memcpy(self.bytes + at, <const char*>piece, len(piece))
                    at += len(piece)
        self.starts[2 * self.count] = <uint32_t>at

    def __dealloc__(self):
        free(self.bytes)
        free(self.starts)
        free(self.kept)

    def decode_rows(self, const uint32_t[::1] ids, const int64_t[::1] row_splits):
        """Return the text of each row; invalid bytes become U+FFFD, one for each maximal invalid
        part."""
        cdef Py_ssize_t rows = row_splits.shape[0] - 1, i, k, size, capacity = 1 << 12, piece
        cdef uint8_t* text = <uint8_t*>malloc(capacity)
        cdef void* p
        cdef uint32_t start, length
        cdef bint first
        cdef list result = [None] * rows
        if text == NULL:
            raise MemoryError("no room for decoded text")
        try:
            for i in range(rows):
                size = 0
                first = True
                for k in range(row_splits[i], row_splits[i + 1]):
                    if ids[k] >= self.count or not self.kept[ids[k]]:
                        continue
                    piece = 2 * <Py_ssize_t>ids[k] + (not first)
                    first = False
                    start = self.starts[piece]
                    length = self.starts[piece + 1] - start
                    if size + length + 16 > capacity:
                        capacity = 2 * (size + length + 16)
                        p = realloc(text, capacity)
                        if p == NULL:
                            raise MemoryError("no room for decoded text")
                        text = <uint8_t*>p
                    if length <= 16:
                        memcpy(text + size, self.bytes + start, 16)
                    else:
                        memcpy(text + size, self.bytes + start, length)
                    size += length
                result[i] = PyUnicode_DecodeUTF8(<const char*>text, size, "replace")
        finally:
            free(text)
        return result
