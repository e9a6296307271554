from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t

from subword._core.pipeline cimport Spans, Text, Tokens
from subword.encode._word_cache cimport WordCache, word_batch
from subword.vocab.added_tokens cimport Pieces


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


cdef struct Rows:
    # The rows of a run of documents: the ids around each and how many it may keep of its own.
    int64_t* counts            # the next row's count of ids goes here
    Py_ssize_t left            # rows to come, that one among them
    Py_ssize_t start           # where in the output it begins
    Py_ssize_t most
    const uint32_t* prefix
    const uint32_t* suffix
    Py_ssize_t prefix_size
    Py_ssize_t suffix_size


cdef int output_reserve(Output* out, Py_ssize_t more) except -1 nogil
cdef int output_push(Output* out, uint32_t id, int32_t start, int32_t end,
                     int32_t word) except -1 nogil
cdef void output_free(Output* out) noexcept nogil
cdef int put_affix(Output* out, const uint32_t* ids, Py_ssize_t size) except -1 nogil
cdef int begin_rows(Rows* rows, Output* out) except -1 nogil
cdef int end_row(Rows* rows, Output* out) except -1 nogil


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
    cdef uint32_t rounds                 # calls for a batch of words so far
    cdef word_batch* batch               # words that wait for their ids
    cdef Rows rows
    cdef Py_ssize_t row_words            # words of the document so far, or fewer
    cdef Output scratch                  # ids of a short text
    cdef int prepare(self, bint full) except -1
    cdef int reserve_words(self) except -1 nogil
    cdef int count_caches(self, dict info) except -1
