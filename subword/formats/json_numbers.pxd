cdef bint number_at(const unsigned char** at, double* value) noexcept nogil
