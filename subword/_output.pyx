"""Ids on their way out: lists of ready-made int objects."""

from cpython.list cimport PyList_GET_ITEM, PyList_New, PyList_SET_ITEM
from cpython.ref cimport Py_INCREF
from libc.stdint cimport int64_t, uint32_t


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
