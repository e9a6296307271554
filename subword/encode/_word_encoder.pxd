"""Words to ids: from the word cache, or from the model."""

from libc.stdint cimport int32_t, uint32_t

from subword._core.pipeline cimport Model, Normalizer, PreTokenizer, Text
from subword.encode._unsplit cimport UnsplitText
from subword.encode.worker cimport Output, Worker


cdef class WordEncoder:
    cdef readonly Normalizer normalizer
    cdef readonly PreTokenizer pre_tokenizer
    cdef readonly Model model
    cdef readonly UnsplitText unsplit    # None unless the text is one word for a BPE model
    cdef bint caches_chunks              # BERT, and `unsplit`: the cache holds chunks, not words
    cdef bint caches_words
    cdef int set_model(self, Normalizer normalizer, PreTokenizer pre_tokenizer, Model model,
                       bint added_after, bint caches_words) except -1
    cdef int encode_spans(self, Worker worker, const Text* text, const int32_t* spans,
                          int count, Output* out) except -1 nogil
    cdef int push_token(self, Worker worker, uint32_t id, int32_t start, int32_t end,
                        Output* out) except -1 nogil
    cdef int end_document(self, Worker worker, Output* out) except -1 nogil
    cdef int has_enough(self, Worker worker, Output* out) except -1 nogil
    cdef int flush(self, Worker worker, Output* out) except -1 nogil
