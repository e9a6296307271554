"""The memory of results: handed to numpy, and kept for the next large result when it is let go."""

import numpy as np

from cpython.pythread cimport (
    PyThread_acquire_lock, PyThread_allocate_lock, PyThread_release_lock, PyThread_type_lock,
)
from libc.stdint cimport int32_t, uint32_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

from subword.encode.worker cimport Output

cdef extern from "cpu/memory.h" nogil:
    void offer_to_kernel(void* p, size_t size)

cdef enum:
    SPARE_LEAST = 1 << 22     # bytes: smaller results come from malloc's own store
    SPARE_MOST = 1 << 28      # bytes: larger ones are not kept
    SPARE_HELD = 1 << 26      # bytes of one that the kernel may not take

# The buffers of the last large results that were let go: one of ids, one of offsets. The kernel
# clears every page it hands out, which costs a fifth of a warm encode; memory that is used again
# need not be cleared. What goes beyond 64 MiB the kernel may take when it is short (MADV_FREE); all
# of it would be politer, but that marks every page as clean, and to dirty them again takes offsets
# an eighth of their time.
cdef struct Spare:
    void* data
    size_t size

cdef Spare[2] spares
memset(spares, 0, sizeof(spares))
# Whoever finds the lock taken does without a spare: nobody waits here.
cdef PyThread_type_lock lock = PyThread_allocate_lock()


cdef void let_go(void* data, size_t size) noexcept:
    """Free a result's memory, or keep it as a spare in place of the smaller one."""
    cdef Spare* spare
    if SPARE_LEAST <= size <= SPARE_MOST and PyThread_acquire_lock(lock, 0):
        spare = &spares[spares[1].size < spares[0].size]
        if size > spare.size:
            data, spare.data = spare.data, data
            spare.size = size
            if size > SPARE_HELD:
                offer_to_kernel(<char*>spare.data + SPARE_HELD, size - SPARE_HELD)
        PyThread_release_lock(lock)
    free(data)


cdef void* take(size_t* size) noexcept:
    """Return the smallest spare of at least so many bytes and put its size there, or NULL."""
    cdef Spare* best = NULL
    cdef int i
    cdef void* data = NULL
    if not PyThread_acquire_lock(lock, 0):
        return NULL
    for i in range(2):
        if spares[i].size >= size[0] and (best == NULL or spares[i].size < best.size):
            best = &spares[i]
    if best != NULL and best.data != NULL:
        data = best.data
        size[0] = best.size
        memset(best, 0, sizeof(Spare))
    PyThread_release_lock(lock)
    return data


cdef void take_spare(Output* out, Py_ssize_t tokens) noexcept:
    """Start an empty output on spare memory, if there is some for at least so many tokens."""
    cdef size_t size = tokens * sizeof(uint32_t), wider
    cdef void* ids
    cdef void* offsets
    if out.worded:
        return
    ids = take(&size)
    if ids == NULL:
        return
    if out.full:
        wider = 2 * size
        offsets = take(&wider)
        if offsets == NULL:
            offsets = malloc(wider)
        if offsets == NULL:
            free(ids)
            return
        out.offsets = <int32_t*>offsets
    out.ids = <uint32_t*>ids
    out.capacity = size // sizeof(uint32_t)


def free_spare():
    """Give the memory kept for the next large result back."""
    PyThread_acquire_lock(lock, 1)
    for i in range(2):
        free(spares[i].data)
    memset(spares, 0, sizeof(spares))
    PyThread_release_lock(lock)


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
