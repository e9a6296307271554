from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from subword._pipeline cimport Model, Normalizer, PreTokenizer, Text
from subword._sentences cimport Sentences
from subword._worker cimport Output, Worker
from subword.added_tokens cimport Matcher
from subword.models.word_cache cimport WordCache


cdef class Encoder:
    cdef readonly Normalizer normalizer
    cdef readonly PreTokenizer pre_tokenizer
    cdef readonly Model model
    cdef Matcher raw
    cdef Matcher after
    cdef bint normalizes                 # before the text is cut; if not, chunk by chunk
    cdef bint pre_tokenizes
    cdef bint chunks                     # BERT, and `sentences`: what is cached is no word
    cdef readonly Sentences sentences    # None unless the text is one word for a BPE model
    cdef int pattern
    cdef bint caches_words
    cdef readonly size_t cache_limit
    cdef list pool
    cdef Worker borrow(self)
    cdef int encode_document(self, Worker worker, const uint8_t* data, Py_ssize_t size,
                             Py_ssize_t most, Output* out) except -1 nogil
    cdef int encode_segment(self, Worker worker, const uint8_t* data, int32_t start, int32_t end,
                            Py_ssize_t most, Output* out) except -1 nogil
    cdef int encode_text(self, Worker worker, const Text* text, Py_ssize_t most,
                         Output* out) except -1 nogil
    cdef int encode_sentence(self, Worker worker, const Text* text, Py_ssize_t most,
                             Output* out) except -1 nogil
    cdef int encode_spans(self, Worker worker, const Text* text, const int32_t* spans,
                          Py_ssize_t count, Output* out) except -1 nogil
    cdef int encode_word(self, Worker worker, const Text* text, int32_t start, int32_t end,
                         uint64_t low, uint64_t high, uint64_t hash, Output* out) except -1 nogil
    cdef int emit_places(self, Worker worker, const Text* text, int32_t start,
                         const uint32_t* values, uint32_t n, Output* out) except -1 nogil
    cdef int remember(self, Worker worker, WordCache* cache, uint64_t low, uint64_t high,
                      uint64_t hash, const uint8_t* word, int32_t size, bint full) except -1 nogil
    cdef int compute(self, Worker worker, const uint8_t* word, int32_t size) except -1 nogil
