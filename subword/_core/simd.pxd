cdef int simd_on    # which vector instructions are used, 0 for none (see use_simd)
