"""The scratch memory and caches of one thread, and the growing output."""

from libc.stdint cimport int32_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from subword._core.pipeline cimport (
    grow, grown, reallocate, spans_free, text_free, tokens_free,
)
from subword._core.simd cimport simd_on
from subword.encode._word_cache cimport (
    FIRST_BYTES, WordCache, cache_bytes, cache_free, cache_init, cache_steps, pending_words,
)
from subword.vocab.added_tokens cimport added_spans_free

cdef extern from "cache/word_cache.h" nogil:
    bint word_cache_has_vector()

cdef extern from "cpu/hints.h" nogil:
    void populate_pages(void* p, size_t size)

cdef enum:
    FIRST_TOKENS = 1024    # that an output holds
    FIRST_VALUES = 64
    STEP = 1 << 18         # tokens whose fresh pages are asked for together
    CACHES = 4


cdef int output_expect(Output* out, Py_ssize_t tokens) except -1 nogil:
    """Take memory for so many tokens, which may never come: the kernel gives pages as they do."""
    out.reserved = max(tokens, FIRST_TOKENS)
    out.ids = <uint32_t*>reallocate(out.ids, out.reserved * sizeof(uint32_t))
    if out.with_offsets:
        out.offsets = <int32_t*>reallocate(out.offsets, 2 * out.reserved * sizeof(int32_t))
        if out.with_word_ids:
            out.words = <int32_t*>reallocate(out.words, out.reserved * sizeof(int32_t))
    return 0


cdef int output_reserve(Output* out, Py_ssize_t more) except -1 nogil:
    """Let the output hold `more` tokens more."""
    cdef Py_ssize_t capacity = out.size + more
    if capacity <= out.capacity:
        return 0
    if capacity > out.reserved:
        output_expect(out, grown(out.reserved, capacity))
    if out.reserved <= STEP:
        out.capacity = out.reserved
        return 0
    capacity = min(out.reserved, max(capacity, out.capacity + STEP))
    more = capacity - out.capacity
    populate_pages(out.ids + out.capacity, more * sizeof(uint32_t))
    if out.with_offsets:
        populate_pages(out.offsets + 2 * out.capacity, 2 * more * sizeof(int32_t))
        if out.with_word_ids:
            populate_pages(out.words + out.capacity, more * sizeof(int32_t))
    out.capacity = capacity
    return 0


cdef void output_free(Output* out) noexcept nogil:
    free(out.ids)
    free(out.offsets)
    free(out.words)
    memset(out, 0, sizeof(Output))


cdef int output_push(Output* out, uint32_t id, int32_t start, int32_t end,
                     int32_t word) except -1 nogil:
    output_reserve(out, 1)
    out.ids[out.size] = id
    if out.with_offsets:
        out.offsets[2 * out.size] = start
        out.offsets[2 * out.size + 1] = end
        if out.with_word_ids:
            out.words[out.size] = word
    out.size += 1
    return 0


cdef int put_affix(Output* out, const uint32_t* ids, Py_ssize_t size) except -1 nogil:
    """Append special ids: their offsets are (0, 0), their word is -1."""
    cdef Py_ssize_t k
    if size == 0:
        return 0
    if out.size + size > out.capacity:
        output_reserve(out, size)
    for k in range(size):
        out.ids[out.size + k] = ids[k]
    if out.with_offsets:
        memset(out.offsets + 2 * out.size, 0, 2 * size * sizeof(int32_t))
        if out.with_word_ids:
            for k in range(size):
                out.words[out.size + k] = -1
    out.size += size
    return 0


cdef int begin_rows(RowPlan* rows, Output* out) except -1 nogil:
    """Begin the first row."""
    rows.start = out.size
    return put_affix(out, rows.prefix, rows.prefix_size)


cdef int end_row(RowPlan* rows, Output* out) except -1 nogil:
    """End a row: truncate it to max_ids, append the suffix, and begin the next row if any."""
    if out.size - rows.start - rows.prefix_size > rows.max_ids:
        out.size = rows.start + rows.prefix_size + rows.max_ids
    put_affix(out, rows.suffix, rows.suffix_size)
    rows.counts[0] = out.size - rows.start
    rows.counts += 1
    rows.left -= 1
    if rows.left:
        begin_rows(rows, out)
    return 0


cdef class Worker:
    """The scratch memory and caches of one thread."""

    def __cinit__(self, size_t cache_limit):
        self.cache_limit = cache_limit
        self.pending = <pending_words*>malloc(sizeof(pending_words))
        self.values = <uint32_t*>malloc(FIRST_VALUES * sizeof(uint32_t))
        self.values_capacity = FIRST_VALUES
        if self.pending == NULL or self.values == NULL:
            raise MemoryError("no memory for the words that wait")

    def __dealloc__(self):
        for i in range(CACHES):
            if self.ready[i]:
                cache_free(&self.caches[i])
        text_free(&self.normalized)
        text_free(&self.pre_tokenized)
        text_free(&self.chunk)
        spans_free(&self.spans)
        spans_free(&self.chunk_spans)
        spans_free(&self.whole_text_span)
        added_spans_free(&self.added_spans)
        added_spans_free(&self.normalized_added_spans)
        tokens_free(&self.tokens)
        free(self.chunk_word_ids)
        free(self.values)
        free(self.pending)
        free(self.utf8)
        output_free(&self.scratch)

    cdef int prepare(self, bint with_offsets, bint plain) except -1 nogil:
        """Make sure that the cache for this kind of output exists.

        It may take what the other caches leave of the limit.
        """
        cdef size_t others = 0
        cdef int which = 2 * plain + with_offsets, i
        for i in range(CACHES):
            if i == which:
                continue
            if self.ready[i]:
                others += cache_bytes(&self.caches[i])
            elif i == 2 * plain + (not with_offsets):
                others += FIRST_BYTES
        if not self.ready[which]:
            cache_init(&self.caches[which], 0, simd_on and word_cache_has_vector())
            self.ready[which] = True
        self.caches[which].limit = max(self.cache_limit, others) - others
        return 0

    cdef int reserve_chunk_word_ids(self) except -1 nogil:
        """Let chunk_word_ids hold one entry more than there are tokens."""
        if self.chunk_word_ids_capacity <= self.tokens.size:
            self.chunk_word_ids = <int32_t*>grow(
                self.chunk_word_ids, &self.chunk_word_ids_capacity, self.tokens.size + 1,
                sizeof(int32_t))
        return 0

    cdef int count_caches(self, dict info) except -1:
        """Add what the caches hold to the counts of `WorkerPool.cache_info`."""
        cdef WordCache* cache
        for i in range(CACHES):
            if self.ready[i]:
                cache = &self.caches[i]
                info["words"] += cache.used + cache.long_used
                info["bytes"] += cache_bytes(cache)
                info["misses"] += cache.misses
                info["wipes"] += cache.wipes
                info["steps"] += cache_steps(cache)
        return 0


cdef class WorkerPool:
    """The workers that no call uses; a call borrows one for each of its threads.

    Args:
        cache_limit: Bytes that the word caches of one worker may take.
    """

    def __cinit__(self, size_t cache_limit):
        self.cache_limit = cache_limit
        self.resting = []

    cdef Worker borrow(self):
        """Return a worker, a new one if all are at work."""
        try:
            return self.resting.pop()    # no test first: another thread could take the last one
        except IndexError:
            return Worker(self.cache_limit)

    cdef int give_back(self, Worker worker) except -1:
        """Put a borrowed worker back."""
        self.resting.append(worker)
        return 0

    cdef dict cache_info(self):
        """Return what the caches of the resting workers hold."""
        cdef dict info = {"workers": len(self.resting), "words": 0, "bytes": 0, "misses": 0,
                          "wipes": 0, "steps": 0}
        for worker in list(self.resting):
            (<Worker>worker).count_caches(info)
        return info

    cdef int clear(self) except -1:
        """Free the resting workers, with their caches."""
        self.resting.clear()
        return 0
