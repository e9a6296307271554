"""The word cache: words seen before, and what the model made of them."""

from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from "cache/word_cache.h" nogil:
    enum:
        PENDING_WORDS
        PENDING_ROWS
        MAX_CACHED_BYTES
        SLOT32
        SLOT64
        SLOT32_VALUES
        SLOT64_VALUES
        VALUES_PER_TOKEN
        MAX_TOKENS
        TWO_TOKENS
        FOUR_TOKENS
        IN_ARENA
        ADDED_TOKEN
    ctypedef struct word_key:
        uint64_t low
        uint64_t high
    ctypedef struct word_slot:
        uint64_t low
        uint64_t high
        uint32_t values[12]
    ctypedef struct long_slot:
        uint64_t hash
        uint32_t arena_index
        uint16_t size
        uint16_t count
    ctypedef struct word_table:
        char* slots
        uint64_t mask
        long_slot* long_slots
        uint64_t long_mask
        uint32_t* arena
        int shift
        bint vector
        uint64_t[4] hash_key
    ctypedef struct extra_entry:
        uint64_t hash
        int32_t first_byte
        int32_t size
    ctypedef struct pending_words:
        word_key* keys
        uint32_t* hashes
        extra_entry* extras
        uint8_t* bytes
        int size
        int extra_count
        int bytes_used
        int* row_ends
        int rows
    void pending_clear(pending_words* pending)
    extra_entry* pending_add_extra(pending_words* pending, int32_t size, uint64_t hash)
    int pending_add(pending_words* pending, const word_table* table, const uint8_t* text,
                    Py_ssize_t n, const int32_t* spans, int at, int count)
    int pending_emit(const pending_words* pending, const word_table* table, int at, int last,
                     uint32_t** ids)
    const uint32_t* pending_find(const pending_words* pending, const word_table* table, int at,
                                 uint32_t* count)
    int pending_next_new(const pending_words* pending, const word_table* table, int at)
    void pending_prefetch_long(const pending_words* pending, const word_table* table)
    void copy_values(uint32_t* to, const uint32_t* source, uint32_t count)
    uint32_t word_hash(const word_table* table, const word_key* key)
    uint64_t next_slot(const word_table* table, uint32_t hash, uint64_t at)
    uint32_t SLOT_COUNT(const word_slot* slot)


cdef extern from "cache/word_cache_offsets.h" nogil:
    int pending_emit_offsets(const pending_words* pending, const word_table* table, int at,
                             int32_t base, const int32_t* spans, uint32_t* ids, int32_t* offsets,
                             int32_t* words, int32_t* word, Py_ssize_t* size)

cdef enum:
    # What an empty cache has, whatever its limit:
    FIRST_SLOTS = 1 << 10
    FIRST_LONGS = 1 << 6
    FIRST_ARENA = 1 << 8   # entries
    ARENA_SLACK = 4        # entries after the last that copy_values may read
    # and how many bytes that takes
    FIRST_BYTES = (FIRST_SLOTS << 5) + (FIRST_LONGS << 4) + ((FIRST_ARENA + ARENA_SLACK) << 2)


cdef struct WordCache:
    word_table table
    void* memory           # of the slots, as malloc returned it: they are aligned within
    uint64_t used
    uint64_t wide_words          # words of more values than a slot of 32 bytes holds
    uint64_t long_used
    size_t arena_size      # values that no slot holds, and bytes and values of long words
    size_t arena_capacity
    size_t limit           # bytes that the whole cache may take
    uint64_t misses
    uint64_t wipes

cdef int cache_init(WordCache* cache, size_t limit, bint vector) except -1 nogil
cdef void cache_free(WordCache* cache) noexcept nogil
cdef size_t cache_bytes(const WordCache* cache) noexcept nogil
# Slots that a search for every short word once passes before it is found.
cdef uint64_t cache_steps(const WordCache* cache) noexcept nogil
cdef int cache_put(WordCache* cache, const word_key* key, uint32_t hash, const uint32_t* values,
                   uint32_t count) except -1 nogil
cdef int cache_put_long(WordCache* cache, const uint8_t* word, int32_t size, uint64_t hash,
                        const uint32_t* values, uint32_t count) except -1 nogil


cdef inline size_t byte_entries(int32_t size) noexcept nogil:
    """Entries of the arena that the bytes of a long word take."""
    return (<size_t>size + 3) // 4
