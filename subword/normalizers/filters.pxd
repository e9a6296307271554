from libc.stdint cimport uint8_t

from subword.normalizers.base cimport TextNormalizer


cdef class Filter(TextNormalizer):
    cdef const uint8_t* bits    # a flat table of _core/unicode
    cdef uint8_t drop           # characters with this bit are removed
    cdef uint8_t blank          # characters with this bit become spaces


cdef class StripAccents(Filter):
    pass


cdef class BertMarks(Filter):
    pass


cdef class Nmt(Filter):
    pass
