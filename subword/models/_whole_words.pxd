"""The tokens of a model as whole words: see _whole_words.pyx."""

from libc.stdint cimport int64_t, uint8_t

from subword.vocab.token_table cimport TokenTable

cdef int64_t whole_word(TokenTable tokens, const uint8_t* word, Py_ssize_t size,
                        bint byte_level) except -2 nogil
