"""Bytes in the characters of the byte alphabet."""

from libc.stdint cimport int32_t, uint8_t, uint32_t

cdef Py_ssize_t spell_bytes(const uint8_t* data, Py_ssize_t size, uint8_t* chars,
                            int32_t* byte_at) noexcept nogil
cdef Py_ssize_t spelled_bytes(const uint8_t* chars, Py_ssize_t size, uint8_t* data) noexcept nogil
cdef bint all_present(const uint32_t* ids, const uint8_t* data, Py_ssize_t size) noexcept nogil
