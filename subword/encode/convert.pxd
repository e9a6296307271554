"""Results in other forms: padded rows, offsets in characters instead of bytes."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t

cdef void bytes_to_characters(const uint8_t* data, Py_ssize_t size, int32_t* offsets,
                              Py_ssize_t count) noexcept nogil
cdef void pad_rows(const uint32_t* ids, const int64_t* counts, Py_ssize_t rows, Py_ssize_t width,
                   int64_t pad_id, int64_t pad_type, bint left, int64_t* columns) noexcept nogil
