"""The memory of large results: given to numpy, and reused once numpy has freed it."""

from subword.encode.worker cimport Output

cdef void reuse_buffer(Output* out, Py_ssize_t tokens) noexcept
cdef object adopt_array(void** data, Py_ssize_t count, size_t itemsize, object dtype,
                        size_t capacity)
