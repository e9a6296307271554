from libc.stdint cimport uint32_t

from subword._core.hashmap cimport WordMap
from subword._core.pipeline cimport Model


cdef class WordLevel(Model):
    cdef readonly dict vocab
    cdef readonly str unk_token
    cdef WordMap words
    cdef uint32_t unk_id                # NO_ID if it is not in the vocabulary
