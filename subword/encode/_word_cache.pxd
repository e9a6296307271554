from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from "cache/word_cache.h" nogil:
    enum:
        BATCH_WORDS
        BATCH_ROWS
        LONGEST_CACHED
        NARROW
        WIDE
        NARROW_VALUES
        WIDE_VALUES
        PLACES
        MOST_TOKENS
        PACKED
        PACKED_MANY
        SPILLED
        TOKEN
    ctypedef struct word_key:
        uint64_t low
        uint64_t high
    ctypedef struct word_slot:
        uint64_t low
        uint64_t high
        uint32_t values[12]
    ctypedef struct long_slot:
        uint64_t hash
        uint32_t place
        uint16_t size
        uint16_t count
    ctypedef struct word_table:
        char* slots
        uint64_t mask
        long_slot* longs
        uint64_t long_mask
        uint32_t* arena
        int shift
        bint vector
    ctypedef struct odd_word:
        uint64_t hash
        int32_t place
        int32_t size
    ctypedef struct word_batch:
        word_key* keys
        uint32_t* hashes
        odd_word* odd
        uint8_t* bytes
        int size
        int odd_size
        int bytes_used
        int* row_ends
        int rows
    void batch_clear(word_batch* batch)
    odd_word* batch_odd(word_batch* batch, int32_t size, uint64_t hash)
    int batch_fill(word_batch* batch, const word_table* table, const uint8_t* text, Py_ssize_t n,
                   const int32_t* spans, int at, int count)
    int batch_emit(const word_batch* batch, const word_table* table, int at, int last,
                   uint32_t** ids)
    const uint32_t* batch_find(const word_batch* batch, const word_table* table, int at,
                               uint32_t* count)
    void batch_prefetch_long(const word_batch* batch, const word_table* table)
    void copy_values(uint32_t* to, const uint32_t* source, uint32_t count)
    uint32_t word_hash(const word_table* table, const word_key* key)
    uint64_t next_slot(const word_table* table, uint32_t hash, uint64_t at)
    uint32_t SLOT_COUNT(const word_slot* slot)


cdef extern from "cache/word_cache_offsets.h" nogil:
    int batch_emit_places(const word_batch* batch, const word_table* table, int at, int32_t base,
                          const int32_t* spans, uint32_t* ids, int32_t* offsets, int32_t* words,
                          int32_t* word, Py_ssize_t* size)

cdef enum:
    FIRST_SLOTS = 1 << 10
    FIRST_LONGS = 1 << 6
    FIRST_ARENA = 1 << 8
    ARENA_SLACK = 4        # copy_values reads beyond the end
    # bytes an empty cache takes, whatever its limit
    FIRST_BYTES = (FIRST_SLOTS << 5) + (FIRST_LONGS << 4) + ((FIRST_ARENA + ARENA_SLACK) << 2)


cdef struct WordCache:
    word_table table
    void* memory           # where the slots lie, before they are aligned
    uint64_t used
    uint64_t many          # words of more values than a narrow slot holds
    uint64_t long_used
    size_t arena_size      # values that spill, and bytes and values of long words
    size_t arena_capacity
    size_t limit           # bytes that all of it may take
    uint64_t misses
    uint64_t wipes

cdef int cache_init(WordCache* cache, size_t limit, bint vector) except -1 nogil
cdef void cache_free(WordCache* cache) noexcept nogil
cdef size_t cache_bytes(const WordCache* cache) noexcept nogil
cdef int cache_put(WordCache* cache, const word_key* key, uint32_t hash, const uint32_t* values,
                   uint32_t count) except -1 nogil
cdef int cache_put_long(WordCache* cache, const uint8_t* word, int32_t size, uint64_t hash,
                        const uint32_t* values, uint32_t count) except -1 nogil


cdef inline size_t byte_entries(int32_t size) noexcept nogil:
    """Entries of the arena that the bytes of a long word take."""
    return (<size_t>size + 3) // 4
