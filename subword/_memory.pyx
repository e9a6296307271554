"""The memory of results: handed to numpy, and kept for the next large result when it is let go."""

import numpy as np

from libc.stdint cimport uint32_t
from libc.stdlib cimport free, realloc

from subword._worker cimport Output

cdef extern from "memory.h" nogil:
    void offer_to_kernel(void* p, size_t size)

cdef enum:
    SPARE_LEAST = 1 << 22     # bytes: smaller results come from malloc's own store
    SPARE_MOST = 1 << 28      # bytes: larger ones are not kept

# The buffer of the last large result that was let go. The kernel clears every page it hands out,
# which costs a fifth of a warm encode; memory that is used again need not be cleared. MADV_FREE
# lets the kernel take it when it is short.
cdef void* spare_data = NULL
cdef size_t spare_size = 0

cdef void let_go(void* data, size_t size) noexcept:
    """Free a result's memory, or keep it as the spare."""
    global spare_data, spare_size
    if SPARE_LEAST <= size <= SPARE_MOST and size > spare_size:
        data, spare_data = spare_data, data
        spare_size = size
        offer_to_kernel(spare_data, size)
    free(data)


cdef void take_spare(Output* out, size_t wanted) noexcept:
    """Start an output on the spare buffer, if that holds `wanted` bytes of ids."""
    global spare_data, spare_size
    if spare_data != NULL and spare_size >= wanted and not out.full:
        out.ids = <uint32_t*>spare_data
        out.capacity = spare_size // sizeof(uint32_t)
        spare_data = NULL
        spare_size = 0


def free_spare():
    """Give the memory kept for the next large result back."""
    global spare_data, spare_size
    free(spare_data)
    spare_data = NULL
    spare_size = 0


cdef class Memory:
    """Memory that numpy reads through the buffer protocol and that is let go with the last array on
    it."""

    cdef void* data
    cdef size_t capacity
    cdef Py_ssize_t[1] size

    def __dealloc__(self):
        let_go(self.data, self.capacity)

    def __getbuffer__(self, Py_buffer* buffer, int flags):
        buffer.buf = self.data
        buffer.obj = self
        buffer.len = self.size[0]
        buffer.itemsize = 1
        buffer.readonly = 0
        buffer.ndim = 1
        buffer.format = b"B"
        buffer.shape = self.size
        buffer.strides = NULL
        buffer.suboffsets = NULL
        buffer.internal = NULL


cdef object as_array(void** data, Py_ssize_t count, size_t itemsize, object dtype, size_t capacity):
    """Give `count` items of malloc'ed memory to numpy; what lies behind them goes back unless it is
    little."""
    cdef Memory memory
    cdef void* p
    cdef size_t used = count * itemsize
    if count == 0:
        return np.empty(0, dtype)
    memory = Memory.__new__(Memory)
    memory.data = data[0]
    memory.capacity = capacity * itemsize
    data[0] = NULL
    if memory.capacity > used + used // 4:
        p = realloc(memory.data, used)
        if p != NULL:
            memory.data = p
            memory.capacity = used
    memory.size[0] = used
    return np.frombuffer(memory, dtype)
