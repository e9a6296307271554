"""The memory of large results: given to numpy, and reused once numpy has freed it."""

import numpy as np

from cpython.pythread cimport (
    PyThread_acquire_lock, PyThread_allocate_lock, PyThread_release_lock, PyThread_type_lock,
)
from libc.stdint cimport int32_t, uint32_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

from subword.encode.worker cimport Output

cdef extern from "cpu/hints.h" nogil:
    void offer_to_kernel(void* p, size_t size)

cdef enum:
    MIN_SPARE = 1 << 22        # bytes: malloc itself keeps smaller blocks
    MAX_SPARE = 1 << 28        # bytes: larger ones are not kept
    KEPT_OF_SPARE = 1 << 26    # bytes of a spare that the kernel may not take

# The buffers of the last large results that were freed: one of ids, one of offsets. The kernel
# clears every page that it gives out, which costs a fifth of a warm encode; memory that is reused
# need not be cleared. The kernel may take the part of a spare beyond 64 MiB when memory is short
# (MADV_FREE). It could be offered the whole, but that marks every page as clean, and making them
# dirty again takes an eighth of the time of encoding with offsets.
cdef struct Spare:
    void* data
    size_t size

cdef Spare[2] spares
memset(spares, 0, sizeof(spares))
# Only ever tried: a thread that finds it taken allocates or frees instead of waiting.
cdef PyThread_type_lock lock = PyThread_allocate_lock()


cdef void recycle(void* data, size_t size) noexcept:
    """Free a result's memory, or keep it as a spare in place of the smaller one."""
    cdef Spare* spare
    if MIN_SPARE <= size <= MAX_SPARE and PyThread_acquire_lock(lock, 0):
        spare = &spares[spares[1].size < spares[0].size]
        if size > spare.size:
            data, spare.data = spare.data, data
            spare.size = size
            if size > KEPT_OF_SPARE:
                offer_to_kernel(<char*>spare.data + KEPT_OF_SPARE, size - KEPT_OF_SPARE)
        PyThread_release_lock(lock)
    free(data)


cdef void* pop_spare(size_t* size) noexcept:
    """Return the smallest spare of at least size[0] bytes and set size[0] to its size, or NULL."""
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


cdef void reuse_buffer(Output* out, Py_ssize_t tokens) noexcept:
    """Let an empty output begin with a spare buffer, if one holds at least so many tokens."""
    cdef size_t size = tokens * sizeof(uint32_t), wider
    cdef void* ids
    cdef void* offsets
    if out.with_word_ids:
        return
    ids = pop_spare(&size)
    if ids == NULL:
        return
    if out.with_offsets:
        wider = 2 * size
        offsets = pop_spare(&wider)
        if offsets == NULL:
            offsets = malloc(wider)
        if offsets == NULL:
            free(ids)
            return
        out.offsets = <int32_t*>offsets
    out.ids = <uint32_t*>ids
    out.capacity = out.reserved = size // sizeof(uint32_t)


def free_spare():
    """Free the memory kept for the next large result."""
    PyThread_acquire_lock(lock, 1)
    for i in range(2):
        free(spares[i].data)
    memset(spares, 0, sizeof(spares))
    PyThread_release_lock(lock)


cdef class ResultMemory:
    """Memory that numpy reads through the buffer protocol; recycled with the last array on it."""

    cdef void* data
    cdef size_t capacity
    cdef Py_ssize_t[1] size

    def __dealloc__(self):
        recycle(self.data, self.capacity)

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


cdef object adopt_array(void** data, Py_ssize_t count, size_t itemsize, object dtype,
                        size_t capacity):
    """Return a numpy array of the first `count` items of malloc'ed memory, which it now owns.

    The rest of the memory is freed if it is more than a quarter of what the items take.
    """
    cdef ResultMemory memory
    cdef void* p
    cdef size_t used = count * itemsize
    if count == 0:
        return np.empty(0, dtype)
    memory = ResultMemory.__new__(ResultMemory)
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
