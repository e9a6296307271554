from libc.stdint cimport uint32_t

from subword._core.pipeline cimport Model, Tokens
from subword.models._trie cimport ByteTrie
from subword.vocab.token_table cimport TokenTable


cdef class WordPiece(Model):
    cdef readonly TokenTable tokens     # the vocabulary
    cdef readonly str unk_token
    cdef readonly str continuing_subword_prefix
    cdef readonly Py_ssize_t max_input_chars_per_word
    cdef ByteTrie trie
    cdef uint32_t inside                # its node where tokens inside a word begin, or NO_NODE
    cdef uint32_t unk_id                # NO_ID if it is not in the vocabulary
    cdef int push_unknown(self, Tokens* tokens, Py_ssize_t size) except -1 nogil
