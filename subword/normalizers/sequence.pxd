from subword._core.pipeline cimport Normalizer, Text
from subword.normalizers.base cimport TextNormalizer


cdef class Sequence(TextNormalizer):
    cdef readonly tuple normalizers
    cdef Normalizer first
    cdef Sequence rest      # the others; None if there are none
    cdef int run(self, const Text* source, Text* one, Text* other) except -1 nogil
