"""The scratch memory and caches of one thread, and the growing output."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

from subword._core.pipeline cimport Spans, Text, Tokens
from subword.encode._word_cache cimport WordCache, pending_words
from subword.vocab.added_tokens cimport AddedSpans


cdef struct Output:
    # The output of a run of documents: ids one after the other; with_offsets, also the bytes
    # [start, end) of each in its document; with_word_ids, also the index of its word.
    uint32_t* ids
    int32_t* offsets
    int32_t* words
    Py_ssize_t size
    Py_ssize_t capacity        # up to here it may be written
    Py_ssize_t reserved        # and so much memory there is
    bint with_offsets
    bint with_word_ids         # only together with offsets


cdef struct RowPlan:
    # The rows of a run of documents: the special ids around each, and its most ids of its own.
    int64_t* counts            # where the count of ids of the current row goes
    Py_ssize_t left            # rows that have not ended, the current one among them
    Py_ssize_t start           # where in the output the current row starts
    Py_ssize_t max_ids         # of a row, without prefix and suffix
    const uint32_t* prefix
    const uint32_t* suffix
    Py_ssize_t prefix_size
    Py_ssize_t suffix_size


cdef int output_expect(Output* out, Py_ssize_t tokens) except -1 nogil
cdef int output_reserve(Output* out, Py_ssize_t more) except -1 nogil
cdef int output_push(Output* out, uint32_t id, int32_t start, int32_t end,
                     int32_t word) except -1 nogil
cdef void output_free(Output* out) noexcept nogil
cdef int put_affix(Output* out, const uint32_t* ids, Py_ssize_t size) except -1 nogil
cdef int begin_rows(RowPlan* rows, Output* out) except -1 nogil
cdef int end_row(RowPlan* rows, Output* out) except -1 nogil


cdef class Worker:
    # Scratch memory and caches of one thread. Borrowed from the encoder's pool for a call.
    # For ids alone; for ids with offsets. The second two are for words where the first two hold
    # chunks.
    cdef WordCache[4] caches
    cdef bint[4] ready                   # which of them exist
    cdef bint plain                      # the words that wait are words, not chunks
    cdef size_t cache_limit
    cdef Text normalized
    cdef Text pre_tokenized              # the text as a pre-tokenizer rewrote it
    cdef Text chunk                      # normalized
    cdef Spans spans
    cdef Spans chunk_spans
    cdef Spans whole_text_span
    cdef AddedSpans added_spans              # of the original text: added tokens, and between
    cdef AddedSpans normalized_added_spans   # the same in normalized text
    cdef Tokens tokens
    cdef int32_t* chunk_word_ids
    cdef Py_ssize_t chunk_word_ids_capacity
    cdef uint32_t* values
    cdef Py_ssize_t values_capacity
    cdef uint8_t* utf8
    cdef Py_ssize_t utf8_capacity
    cdef int32_t word                    # index of the next word of the document
    cdef uint32_t scan_calls             # how often words were scanned, for check_signals
    cdef pending_words* pending          # words that wait for their ids
    cdef RowPlan row_plan
    cdef Py_ssize_t row_words            # words of the document so far, or fewer
    cdef Output scratch                  # ids of a small batch
    cdef uint64_t seed                   # of the call, for a model that draws at random
    cdef uint64_t next_text              # the number in the call of the text that comes next
    cdef int prepare(self, bint with_offsets, bint plain) except -1 nogil
    cdef inline WordCache* cache(self, bint with_offsets) noexcept nogil:
        """The cache of what waits now."""
        return &self.caches[2 * self.plain + with_offsets]
    cdef int reserve_chunk_word_ids(self) except -1 nogil
    cdef int count_caches(self, dict info) except -1


cdef class WorkerPool:
    cdef size_t cache_limit
    cdef list resting
    cdef Worker borrow(self)
    cdef int give_back(self, Worker worker) except -1
    cdef dict cache_info(self)
    cdef int clear(self) except -1
