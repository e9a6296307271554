from subword.encode.worker cimport Output

cdef void take_spare(Output* out, Py_ssize_t tokens) noexcept
cdef object as_array(void** data, Py_ssize_t count, size_t itemsize, object dtype, size_t capacity)
