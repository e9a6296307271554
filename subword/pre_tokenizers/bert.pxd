from subword._core.pipeline cimport PreTokenizer


cdef class BertPreTokenizer(PreTokenizer):
    pass
