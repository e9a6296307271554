from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._pipeline cimport Spans, Text, Tokens
from subword.added_tokens cimport Pieces
from subword.models.word_cache cimport WordCache


cdef struct Output:
    # What comes out of a run of documents: ids one after the other and, when `full`, for each the
    # bytes [start, end) of its document and the index of its word.
    uint32_t* ids
    int32_t* offsets
    int32_t* words
    Py_ssize_t size
    Py_ssize_t capacity
    bint full              # offsets are kept
    bint worded            # and words


cdef int output_reserve(Output* out, Py_ssize_t more) except -1 nogil
cdef int output_push(Output* out, uint32_t id, int32_t start, int32_t end,
                     int32_t word) except -1 nogil
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
    cdef uint32_t rounds                 # batches of words so far
    cdef int prepare(self, bint full) except -1
