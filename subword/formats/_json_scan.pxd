"""The parts of JSON that a table of tokens is made of: see _json_scan.pyx."""

from libc.stdint cimport uint8_t, uint32_t


cdef class JsonScan:
    cdef bytes source
    cdef const uint8_t* data
    cdef Py_ssize_t at, end
    cdef bytearray unescaped        # the last string with escapes
    cdef const uint8_t* text        # the last string
    cdef Py_ssize_t text_size
    cdef bint escaped               # it had escapes
    cdef bint take(self, uint8_t byte) noexcept nogil
    cdef bint read_string(self) except -1
    cdef bint unescape(self, Py_ssize_t start) except -1
    cdef int read_unit(self, const uint8_t* p) noexcept nogil
    cdef bint read_id(self, uint32_t* id) noexcept nogil
    cdef bint read_float(self, double* value) noexcept nogil
    cdef Py_ssize_t skip_digits(self, Py_ssize_t* i) noexcept nogil
    cdef bint skip_value(self) noexcept nogil
