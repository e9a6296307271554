"""What one thread works with: scratch and caches, and the growing output."""

from libc.stdint cimport int32_t, uint32_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

from subword._core.pipeline cimport out_of_memory, spans_free, text_free, tokens_free
from subword._core.simd cimport simd_on
from subword.encode._word_cache cimport (
    FIRST_BYTES, WordCache, cache_bytes, cache_free, cache_init, word_batch,
)
from subword.vocab.added_tokens cimport pieces_free

cdef extern from "cache/word_cache.h" nogil:
    bint words_vector()

cdef enum:
    FIRST_VALUES = 64


cdef int output_reserve(Output* out, Py_ssize_t more) except -1 nogil:
    """Make room for `more` tokens."""
    cdef Py_ssize_t wanted = out.size + more
    cdef void* p
    if wanted <= out.capacity:
        return 0
    wanted = max(wanted, out.capacity + out.capacity // 2, 1024)
    p = realloc(out.ids, wanted * sizeof(uint32_t))
    if p == NULL:
        return out_of_memory()
    out.ids = <uint32_t*>p
    if out.full:
        p = realloc(out.offsets, 2 * wanted * sizeof(int32_t))
        if p == NULL:
            return out_of_memory()
        out.offsets = <int32_t*>p
        if out.worded:
            p = realloc(out.words, wanted * sizeof(int32_t))
            if p == NULL:
                return out_of_memory()
            out.words = <int32_t*>p
    out.capacity = wanted
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
    if out.full:
        out.offsets[2 * out.size] = start
        out.offsets[2 * out.size + 1] = end
        if out.worded:
            out.words[out.size] = word
    out.size += 1
    return 0


cdef int put_affix(Output* out, const uint32_t* ids, Py_ssize_t size) except -1 nogil:
    """Append ids that stand for no text."""
    cdef Py_ssize_t k
    if size == 0:
        return 0
    if out.size + size > out.capacity:
        output_reserve(out, size)
    for k in range(size):
        out.ids[out.size + k] = ids[k]
    if out.full:
        memset(out.offsets + 2 * out.size, 0, 2 * size * sizeof(int32_t))
        if out.worded:
            for k in range(size):
                out.words[out.size + k] = -1
    out.size += size
    return 0


cdef int begin_rows(Rows* rows, Output* out) except -1 nogil:
    """Begin the first row."""
    rows.start = out.size
    return put_affix(out, rows.prefix, rows.prefix_size)


cdef int end_row(Rows* rows, Output* out) except -1 nogil:
    """End a row: cut it to its length, and begin the next if one comes."""
    if out.size - rows.start - rows.prefix_size > rows.most:
        out.size = rows.start + rows.prefix_size + rows.most
    put_affix(out, rows.suffix, rows.suffix_size)
    rows.counts[0] = out.size - rows.start
    rows.counts += 1
    rows.left -= 1
    if rows.left:
        begin_rows(rows, out)
    return 0


cdef class Worker:
    """Scratch and caches of one thread at work."""

    def __cinit__(self, size_t cache_limit):
        self.cache_limit = cache_limit
        self.batch = <word_batch*>malloc(sizeof(word_batch))
        self.values = <uint32_t*>malloc(FIRST_VALUES * sizeof(uint32_t))
        self.values_capacity = FIRST_VALUES
        if self.batch == NULL or self.values == NULL:
            raise MemoryError("no room for a batch of words")

    def __dealloc__(self):
        for i in range(2):
            if self.ready[i]:
                cache_free(&self.caches[i])
        text_free(&self.normalized)
        text_free(&self.rewritten)
        text_free(&self.chunk)
        spans_free(&self.spans)
        spans_free(&self.chunk_spans)
        spans_free(&self.whole)
        pieces_free(&self.pieces)
        pieces_free(&self.inner)
        tokens_free(&self.tokens)
        free(self.chunk_words)
        free(self.values)
        free(self.batch)
        free(self.utf8)
        output_free(&self.scratch)

    cdef int prepare(self, bint full) except -1:
        """Have the cache of this kind; it may take what the other one leaves of the limit."""
        cdef size_t other = FIRST_BYTES
        if self.ready[not full]:
            other = cache_bytes(&self.caches[not full])
        if not self.ready[full]:
            cache_init(&self.caches[full], 0, simd_on and words_vector())
            self.ready[full] = True
        self.caches[full].limit = self.cache_limit - other if other < self.cache_limit else 0
        return 0

    cdef int reserve_words(self) except -1 nogil:
        """Have room for the words of all tokens of a chunk, and one more."""
        cdef Py_ssize_t wanted = self.tokens.size + 1
        cdef void* p
        if self.chunk_words_capacity < wanted:
            p = realloc(self.chunk_words, 2 * wanted * sizeof(int32_t))
            if p == NULL:
                return out_of_memory()
            self.chunk_words = <int32_t*>p
            self.chunk_words_capacity = 2 * wanted
        return 0

    cdef int count_caches(self, dict info) except -1:
        """Add what the caches hold to the counts of `Encoder.cache_info`."""
        cdef WordCache* cache
        for i in range(2):
            if self.ready[i]:
                cache = &self.caches[i]
                info["words"] += cache.used + cache.long_used
                info["bytes"] += cache_bytes(cache)
                info["misses"] += cache.misses
                info["wipes"] += cache.wipes
        return 0
