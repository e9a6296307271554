from libc.stdint cimport uint8_t, uint32_t

from subword._hashmap cimport IntMap
from subword._pipeline cimport Model, Tokens


cdef class WordPiece(Model):
    cdef readonly dict vocab
    cdef readonly str unk_token
    cdef readonly str continuing_subword_prefix
    cdef readonly Py_ssize_t max_input_chars_per_word
    cdef IntMap children                # node << 8 | byte -> child
    # children of the two roots, by byte: word start, inside a word
    cdef uint32_t[2][256] first
    cdef uint32_t* ids                  # node -> id of the token that ends there, or NO_ID
    cdef uint32_t node_count
    cdef uint32_t unk_id
    cdef _insert(self, uint32_t node, bytes token, uint32_t index)
