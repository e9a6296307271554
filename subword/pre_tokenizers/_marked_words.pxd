from subword._core.pipeline cimport PreTokenizer
from subword.pre_tokenizers.metaspace cimport Metaspace


cdef class MarkedWords(PreTokenizer):
    cdef Metaspace metaspace
