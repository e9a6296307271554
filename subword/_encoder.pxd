from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

from subword._pipeline cimport Model, Normalizer, PreTokenizer, Spans, Text, Tokens
from subword.added_tokens cimport Matcher, Pieces
from subword.models.word_cache cimport WordCache


cdef struct Output:
    # What comes out of a run of documents: ids one after the other and, when `full`, for each the bytes [start, end)
    # of its document and the index of its word.
    uint32_t* ids
    int32_t* offsets
    int32_t* words
    Py_ssize_t size
    Py_ssize_t capacity
    bint full


cdef struct Document:
    # A str's storage: `kind` 0 is UTF-8 (ASCII in place), 1, 2 and 4 are Python's units of other strings.
    const void* data
    Py_ssize_t size        # in units
    int kind


cdef int output_reserve(Output* out, Py_ssize_t more) except -1 nogil
cdef int output_push(Output* out, uint32_t id, int32_t start, int32_t end, int32_t word) except -1 nogil
cdef void output_free(Output* out) noexcept nogil


cdef class Worker:
    # Scratch and caches of one thread at work. Borrowed from the encoder's pool for a call.
    cdef WordCache[2] caches             # ids alone; ids with places
    cdef bint[2] ready
    cdef size_t cache_limit
    cdef Text normalized
    cdef Text rewritten
    cdef Text chunk
    cdef Spans spans
    cdef Spans chunk_spans
    cdef Spans whole
    cdef Pieces pieces
    cdef Pieces inner
    cdef Tokens tokens
    cdef int32_t* chunk_words
    cdef Py_ssize_t chunk_words_capacity
    cdef uint32_t* values
    cdef Py_ssize_t values_capacity
    cdef uint8_t* utf8
    cdef Py_ssize_t utf8_capacity
    cdef int32_t word                    # index of the next word of the document
    cdef int prepare(self, bint full) except -1


cdef class Encoder:
    cdef readonly Normalizer normalizer
    cdef readonly PreTokenizer pre_tokenizer
    cdef readonly Model model
    cdef Matcher raw
    cdef Matcher after
    cdef bint normalizes
    cdef bint pre_tokenizes
    cdef bint chunks                     # BERT: cut first, normalize each chunk
    cdef int pattern
    cdef bint caches_words
    cdef readonly size_t cache_limit
    cdef list pool
    cdef Worker borrow(self)
    cdef int encode_document(self, Worker worker, const uint8_t* data, Py_ssize_t size, Py_ssize_t most,
                             Output* out) except -1 nogil
    cdef int encode_segment(self, Worker worker, const uint8_t* data, int32_t start, int32_t end, Py_ssize_t most,
                            Output* out) except -1 nogil
    cdef int encode_text(self, Worker worker, const Text* text, Py_ssize_t most, Output* out) except -1 nogil
    cdef int encode_spans(self, Worker worker, const Text* text, const int32_t* spans, Py_ssize_t count,
                          Output* out) except -1 nogil
    cdef int emit_places(self, Worker worker, const Text* text, int32_t start, const uint32_t* values, uint32_t n,
                         Output* out) except -1 nogil
    cdef int remember(self, Worker worker, WordCache* cache, uint64_t low, uint64_t high, uint64_t hash,
                      const uint8_t* word, int32_t size, bint full) except -1 nogil
    cdef int compute(self, Worker worker, const uint8_t* word, int32_t size) except -1 nogil
    cdef int compute_chunk(self, Worker worker, const uint8_t* word, int32_t size) except -1 nogil
