from libc.stdint cimport uint32_t

from subword.models.word_level cimport WordLevel


cdef class PieceWords(WordLevel):
    cdef readonly bytes kinds
    cdef readonly bint byte_fallback
    cdef uint32_t[256] fallback         # ids of the byte pieces
