"""Open addressing, inline, typed by use: pair of ids -> rank and product, (node, byte) -> child,
bytes -> id."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy, memset


from subword._core.pipeline cimport out_of_memory

cdef extern from "cpu/memory.h" nogil:
    uint64_t mix(uint64_t a, uint64_t b)
    uint64_t hash_bytes(const uint8_t* p, size_t n)
    void advise_huge_pages(void* p, size_t size)


cdef enum:
    NO_ID = 0xFFFFFFFF

# No pair, no code point and no node has this key or this value.
cdef inline uint64_t NOTHING() noexcept nogil:
    return 0xFFFFFFFFFFFFFFFFULL


cdef struct Entry:
    uint64_t key
    uint64_t value


cdef struct IntMap:
    Entry* entries
    uint64_t mask
    uint64_t used


cdef inline int intmap_init(IntMap* map, uint64_t expected) except -1 nogil:
    """Room for `expected` keys at half load."""
    cdef uint64_t size = 16
    while size < 2 * expected:
        size *= 2
    map.entries = <Entry*>malloc(size * sizeof(Entry))
    if map.entries == NULL:
        return out_of_memory()
    advise_huge_pages(map.entries, size * sizeof(Entry))
    memset(map.entries, 0xFF, size * sizeof(Entry))
    map.mask = size - 1
    map.used = 0
    return 0


cdef inline void intmap_free(IntMap* map) noexcept nogil:
    free(map.entries)
    map.entries = NULL


cdef inline uint64_t intmap_get(const IntMap* map, uint64_t key) noexcept nogil:
    """The value of `key`, or NOTHING()."""
    cdef uint64_t at = mix(key, 0x9E3779B97F4A7C15ULL) & map.mask
    while map.entries[at].key != key:
        if map.entries[at].key == NOTHING():
            return NOTHING()
        at = (at + 1) & map.mask
    return map.entries[at].value


cdef inline Entry* intmap_place(const IntMap* map, uint64_t key) noexcept nogil:
    """Where `key` is, or the free entry where it would go."""
    cdef uint64_t at = mix(key, 0x9E3779B97F4A7C15ULL) & map.mask
    while map.entries[at].key != key and map.entries[at].key != NOTHING():
        at = (at + 1) & map.mask
    return &map.entries[at]


cdef inline int intmap_put(IntMap* map, uint64_t key, uint64_t value) except -1 nogil:
    """Set `key`, replacing what it had."""
    cdef IntMap old = map[0]
    cdef Entry* entry
    cdef uint64_t i
    if 2 * map.used > map.mask:
        intmap_init(map, 2 * old.used)
        map.used = old.used
        for i in range(old.mask + 1):
            if old.entries[i].key != NOTHING():
                intmap_place(map, old.entries[i].key)[0] = old.entries[i]
        free(old.entries)
    entry = intmap_place(map, key)
    if entry.key != key:
        entry.key = key
        map.used += 1
    entry.value = value
    return 0


cdef struct Word:
    uint64_t hash
    uint32_t offset
    uint32_t size
    uint32_t id


cdef struct WordMap:
    # Whole words -> id; the bytes lie one after the other in `bytes`. Filled once, never grown.
    Word* words
    uint8_t* bytes
    uint64_t mask
    uint32_t bytes_used


cdef inline int wordmap_init(WordMap* map, uint64_t expected, size_t total_bytes) except -1 nogil:
    cdef uint64_t size = 16
    while size < 2 * expected:
        size *= 2
    map.words = <Word*>malloc(size * sizeof(Word))
    map.bytes = <uint8_t*>malloc(total_bytes + 1)
    if map.words == NULL or map.bytes == NULL:
        return out_of_memory()
    memset(map.words, 0xFF, size * sizeof(Word))
    map.mask = size - 1
    map.bytes_used = 0
    return 0


cdef inline void wordmap_free(WordMap* map) noexcept nogil:
    free(map.words)
    free(map.bytes)
    map.words = NULL
    map.bytes = NULL


cdef inline uint32_t wordmap_get(const WordMap* map, const uint8_t* word,
                                 size_t size) noexcept nogil:
    """The id of the word, or NO_ID."""
    cdef uint64_t hash = hash_bytes(word, size)
    cdef uint64_t at = hash & map.mask
    while map.words[at].id != <uint32_t>NO_ID:
        if (map.words[at].hash == hash and map.words[at].size == size
                and memcmp(map.bytes + map.words[at].offset, word, size) == 0):
            return map.words[at].id
        at = (at + 1) & map.mask
    return <uint32_t>NO_ID


cdef inline void wordmap_add(WordMap* map, const uint8_t* word, size_t size,
                             uint32_t id) noexcept nogil:
    """Add a word that is not in the map."""
    cdef uint64_t hash = hash_bytes(word, size)
    cdef uint64_t at = hash & map.mask
    while map.words[at].id != <uint32_t>NO_ID:
        at = (at + 1) & map.mask
    map.words[at].hash = hash
    map.words[at].size = <uint32_t>size
    map.words[at].id = id
    map.words[at].offset = map.bytes_used
    memcpy(map.bytes + map.bytes_used, word, size)
    map.bytes_used += <uint32_t>size
