from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport Model, Normalizer, PreTokenizer, Text
from subword.encode._unsplit cimport Sentences
from subword.encode.worker cimport Output, Worker
from subword.models.byte_safe_splits cimport ByteJoints
from subword.vocab.added_tokens cimport Matcher


cdef class Encoder:
    cdef readonly Normalizer normalizer
    cdef readonly PreTokenizer pre_tokenizer
    cdef readonly Model model
    cdef Matcher raw
    cdef Matcher after
    cdef bint normalizes                 # before the text is cut; if not, chunk by chunk
    cdef bint chunks                     # BERT, and `sentences`: what is cached is no word
    cdef readonly Sentences sentences    # None unless the text is one word for a BPE model
    cdef int pattern
    cdef ByteJoints joints               # None unless words may be cut for a byte-level model
    cdef bint caches_words
    cdef public bint cuts                # texts may be cut between words, see long_texts.py
    cdef readonly size_t cache_limit
    cdef list pool
    cdef Worker borrow(self)
    cdef int begin(self, Worker worker, Output* out) except -1 nogil
    cdef int encode_document(self, Worker worker, const uint8_t* data, Py_ssize_t size, int lacks,
                             Output* out) except -1 nogil
    cdef int encode_part(self, Worker worker, const uint8_t* data, Py_ssize_t size, int lacks,
                         Output* out) except -1 nogil
    cdef int end_document(self, Worker worker, Output* out) except -1 nogil
    cdef int flush(self, Worker worker, Output* out) except -1 nogil
    cdef int enough(self, Worker worker, Output* out) except -1 nogil
    cdef int push_token(self, Worker worker, uint32_t id, int32_t start, int32_t end,
                        Output* out) except -1 nogil
    cdef int encode_segment(self, Worker worker, const uint8_t* data, int32_t start, int32_t end,
                            Output* out) except -1 nogil
    cdef int encode_text(self, Worker worker, const Text* text, Output* out) except -1 nogil
    cdef int encode_sentence(self, Worker worker, const Text* text, Output* out) except -1 nogil
    cdef int encode_spans(self, Worker worker, const Text* text, const int32_t* spans,
                          int count, Output* out) except -1 nogil
    cdef int encode_places(self, Worker worker, const Text* text, const int32_t* spans,
                           Output* out) except -1 nogil
    cdef int encode_rare(self, Worker worker, int i, Output* out) except -1 nogil
    cdef const uint32_t* look_up(self, Worker worker, int i, bint full,
                                 uint32_t* count) except NULL nogil
    cdef int compute(self, Worker worker, const uint8_t* word, int32_t size) except -1 nogil
