"""The tokens of a model as whole words: see _whole_words.pyx."""

from subword._core.hashmap cimport WordMap
from subword.vocab.token_table cimport TokenTable

cdef int fill_words(WordMap* words, TokenTable tokens, bint byte_level) except -1
