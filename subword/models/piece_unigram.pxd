from subword.models.unigram cimport Unigram


cdef class PieceUnigram(Unigram):
    cdef readonly bytes kinds
