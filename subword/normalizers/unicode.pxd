from libc.stdint cimport uint8_t

from subword.normalizers.base cimport TextNormalizer


cdef extern from "text/quick_check.h" nogil:
    ctypedef struct candidate_bytes:
        pass


cdef class NormalForm(TextNormalizer):
    cdef uint8_t flags                  # the FormBits of characters that this form may change
    cdef candidate_bytes candidates     # bytes that begin such characters
    cdef bint compatible, composed
    cdef void set_flags(self, uint8_t flags) noexcept


cdef class NFC(NormalForm):
    pass


cdef class NFD(NormalForm):
    pass


cdef class NFKC(NormalForm):
    pass


cdef class NFKD(NormalForm):
    pass
