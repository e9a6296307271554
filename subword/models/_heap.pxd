"""A binary heap of numbers, the smallest first, in an array that its owner makes long enough."""

from libc.stdint cimport uint64_t


cdef inline void sift_down(uint64_t* heap, Py_ssize_t size, Py_ssize_t i) noexcept nogil:
    """Move the item at index i down below all smaller ones."""
    cdef uint64_t item = heap[i]
    cdef Py_ssize_t child = 2 * i + 1
    while child < size:
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= item:
            break
        heap[i] = heap[child]
        i = child
        child = 2 * i + 1
    heap[i] = item


cdef inline void heap_push(uint64_t* heap, Py_ssize_t* size, uint64_t item) noexcept nogil:
    cdef Py_ssize_t i = size[0], parent
    size[0] += 1
    while i > 0:
        parent = (i - 1) // 2
        if heap[parent] <= item:
            break
        heap[i] = heap[parent]
        i = parent
    heap[i] = item


cdef inline uint64_t heap_pop(uint64_t* heap, Py_ssize_t* size) noexcept nogil:
    """Remove and return the smallest item of a heap that is not empty."""
    cdef uint64_t top = heap[0]
    size[0] -= 1
    heap[0] = heap[size[0]]
    if size[0]:
        sift_down(heap, size[0], 0)
    return top
