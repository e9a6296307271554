from subword._core.pipeline cimport PreTokenizer


cdef class ByteLevel(PreTokenizer):
    cdef readonly bint add_prefix_space
    cdef readonly bint trim_offsets
    cdef readonly bint use_regex
    cdef readonly bint maps_bytes   # writes bytes as characters of the byte alphabet
