"""The encode loop without a model: see _text_walk.pyx."""

from libc.stdint cimport int32_t, uint32_t

from subword._core.pipeline cimport Normalizer, PreTokenizer, Text
from subword.encode.worker cimport Worker
from subword.vocab.added_tokens cimport AddedTokenMatcher


cdef class TextWalk:
    cdef AddedTokenMatcher before_normalizer, after_normalizer
    cdef Normalizer normalizer
    cdef PreTokenizer pre_tokenizer
    cdef Worker worker      # for its scratch; its caches stay empty
    cdef int walk(self, str text) except -1
    cdef int meet_added(self, uint32_t id, const Text* part) except -1
    cdef int meet_words(self, const Text* words) except -1
