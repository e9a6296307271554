"""Results in other forms: ids as lists or padded rows, offsets in characters instead of bytes and
without the spaces of their tokens.
"""

from cpython.list cimport PyList_New
from cpython.ref cimport PyObject
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t

cdef extern from "cpu/py_list.h":
    PyObject** items_of(object items)
    void count_reference(PyObject* item)
    PyObject* PyLong_FromUnsignedLong(unsigned long value) except NULL

cdef extern from "Python.h":
    int PyGC_Disable()
    int PyGC_Enable()

cdef extern from "text/offsets.h" nogil:
    Py_ssize_t next_non_ascii(const uint8_t* p, Py_ssize_t at, Py_ssize_t n)

cdef extern from "text/utf8.h" nogil:
    Py_ssize_t utf8_count(const uint8_t* p, Py_ssize_t n)


def to_lists(const uint32_t[::1] ids, const int64_t[::1] row_splits, list ints):
    """Divide flat ids into one list of int per row.

    Args:
        ids: The ids of all rows.
        row_splits: Row i is ids[row_splits[i]:row_splits[i + 1]].
        ints: The int objects 0, 1, 2, ...; ids beyond them get objects of their own.
    """
    cdef list result = [None] * (row_splits.shape[0] - 1)
    # The garbage collector would visit every int of the new lists, several times, for nothing.
    cdef bint collects = PyGC_Disable()
    try:
        fill_lists(ids, row_splits, ints, result)
    finally:
        if collects:
            PyGC_Enable()
    return result


cdef int fill_lists(const uint32_t[::1] ids, const int64_t[::1] row_splits, list ints,
                    list result) except -1:
    """Put the rows into `result`, which has an item for each."""
    cdef Py_ssize_t i, k, count = len(ints), size
    cdef list row
    cdef PyObject** known = items_of(ints)    # borrowed: only the reference in the row is counted
    cdef PyObject** items
    cdef const uint32_t* id
    for i in range(len(result)):
        size = row_splits[i + 1] - row_splits[i]
        row = PyList_New(size)
        items = items_of(row)
        if size:
            id = &ids[row_splits[i]]
        for k in range(size):
            if id[k] < count:
                items[k] = known[id[k]]
                count_reference(items[k])
            else:
                items[k] = PyLong_FromUnsignedLong(id[k])
        result[i] = row
    return 0


cdef void bytes_to_characters(const uint8_t* data, Py_ssize_t size, int32_t* offsets,
                              Py_ssize_t count) noexcept nogil:
    """Turn `count` pairs of byte positions into character positions.

    A start inside a character counts as that character's start, an end inside one as its end.
    Tokens come in order, so one pass counts the characters; a step back (overlapping added tokens)
    counts again from the start.
    """
    cdef Py_ssize_t i = 0, pos = 0, characters = 0, start, end
    cdef Py_ssize_t ascii_end = next_non_ascii(data, 0, size)   # all is ASCII from `pos` to here
    cdef int32_t shift
    while i < count:
        start = offsets[2 * i]
        end = offsets[2 * i + 1]
        if pos < ascii_end and pos <= start and end <= ascii_end:
            # Up to the next character of several bytes all offsets shift by the same number.
            shift = <int32_t>(pos - characters)
            while i < count and pos <= offsets[2 * i] and offsets[2 * i + 1] <= ascii_end:
                offsets[2 * i] -= shift
                offsets[2 * i + 1] -= shift
                i += 1
            continue
        while start > 0 and start < size and (data[start] & 0xC0) == 0x80:
            start -= 1
        if start < pos:
            characters -= utf8_count(data + start, pos - start)
            ascii_end = start
        else:
            characters += utf8_count(data + pos, start - pos)
        pos = start
        offsets[2 * i] = <int32_t>characters
        if end > pos:
            characters += utf8_count(data + pos, end - pos)
            pos = end
        offsets[2 * i + 1] = <int32_t>characters
        i += 1
        if ascii_end < pos:
            ascii_end = next_non_ascii(data, pos, size)


def trim_rows(int32_t[::1] offsets, const uint32_t[::1] ids, const int64_t[::1] row_splits,
              Py_ssize_t prefix_size, const int32_t[::1] spaces, bint add_prefix_space):
    """Leave the spaces at both ends of each token out of its offsets.

    The twin is `processors.trim_offsets.trim_offsets`.

    Args:
        offsets: The first and last character of each token, one after the other. Changed.
        ids: The tokens.
        row_splits: Row i is ids[row_splits[i]:row_splits[i + 1]].
        prefix_size: How many special tokens are before each row's text.
        spaces: How many spaces each token, by id, begins and ends with, one after the other.
        add_prefix_space: A single space that begins the first token of a text, or one that starts
            at character 0, may be one that was added: it is not trimmed.
    """
    cdef Py_ssize_t row, i, first, known = spaces.shape[0] // 2
    cdef int32_t start, end, leading, trailing
    for row in range(row_splits.shape[0] - 1):
        first = row_splits[row] + prefix_size
        for i in range(row_splits[row], row_splits[row + 1]):
            if ids[i] >= known:     # of a post-processor alone: a token without text
                continue
            leading = spaces[2 * <Py_ssize_t>ids[i]]
            trailing = spaces[2 * <Py_ssize_t>ids[i] + 1]
            if not leading and not trailing:
                continue
            start = offsets[2 * i]
            end = offsets[2 * i + 1]
            if add_prefix_space and leading == 1 and (start == 0 or i == first):
                leading = 0
            start = min(start + leading, end)
            offsets[2 * i] = start
            if end >= trailing:
                offsets[2 * i + 1] = max(end - trailing, start)


cdef void pad_rows(const uint32_t* ids, const int64_t* counts, Py_ssize_t rows, Py_ssize_t width,
                   int64_t pad_id, int64_t pad_type, bint left, int64_t* columns) noexcept nogil:
    """Write three columns of rows * width one after the other: ids, types and attention mask.

    Args:
        ids, counts: Row i has the next counts[i] ids, at most `width` of them.
        left: Padding goes before the ids.
    """
    cdef Py_ssize_t i, k, first, padding
    cdef Py_ssize_t size = rows * width
    cdef int64_t* out = columns
    for i in range(rows):
        padding = width - counts[i]
        first = padding if left else 0
        for k in range(counts[i]):
            out[first + k] = ids[k]
            out[size + first + k] = 0
            out[2 * size + first + k] = 1
        first = 0 if left else counts[i]
        for k in range(first, first + padding):
            out[k] = pad_id
            out[size + k] = pad_type
            out[2 * size + k] = 0
        ids += counts[i]
        out += width
