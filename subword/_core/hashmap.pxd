"""Hash tables with open addressing, inline.

Each table has a key of its hashes, so that neither a text nor a file can fill one slot on purpose.
`IntMap` maps 64-bit keys to 64-bit values: a pair of ids to its rank and product, a trie node and a
byte to the child. `WordMap` maps bytes to ids.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy, memset

from subword._core.hash_keys cimport KEY_WORDS, hash_key_words
from subword._core.pipeline cimport NO_ID, out_of_memory

cdef extern from "cpu/hash.h" nogil:
    uint64_t hash_number(uint64_t number, const uint64_t* key)
    uint64_t hash_bytes(const uint8_t* p, size_t n, const uint64_t* key)
    void advise_huge_pages(void* p, size_t size)
    void subword_prefetch(const void* p)


# No pair of ids, code point or trie node has this key or this value.
cdef inline uint64_t NOTHING() noexcept nogil:
    return 0xFFFFFFFFFFFFFFFFULL


cdef struct IntMapEntry:
    uint64_t key
    uint64_t value


cdef struct IntMap:
    IntMapEntry* entries
    uint64_t mask
    uint64_t used
    uint64_t[2] hash_key


cdef inline int intmap_init(IntMap* map, uint64_t expected) except -1 nogil:
    """Reserve memory for `expected` keys at half load."""
    cdef uint64_t size = 16
    while size < 2 * expected:
        size *= 2
    map.entries = <IntMapEntry*>malloc(size * sizeof(IntMapEntry))
    if map.entries == NULL:
        return out_of_memory()
    advise_huge_pages(map.entries, size * sizeof(IntMapEntry))
    memset(map.entries, 0xFF, size * sizeof(IntMapEntry))
    map.mask = size - 1
    map.used = 0
    memcpy(map.hash_key, hash_key_words, sizeof(map.hash_key))
    return 0


cdef inline void intmap_free(IntMap* map) noexcept nogil:
    free(map.entries)
    map.entries = NULL


cdef inline uint64_t intmap_get(const IntMap* map, uint64_t key) noexcept nogil:
    """The value of `key`, or NOTHING()."""
    cdef uint64_t slot = hash_number(key, map.hash_key) & map.mask
    while map.entries[slot].key != key:
        if map.entries[slot].key == NOTHING():
            return NOTHING()
        slot = (slot + 1) & map.mask
    return map.entries[slot].value


cdef inline void intmap_prefetch(const IntMap* map, uint64_t key) noexcept nogil:
    """Fetch the first slot of `key`, which `intmap_put` will need soon."""
    subword_prefetch(map.entries + (hash_number(key, map.hash_key) & map.mask))


cdef inline IntMapEntry* intmap_slot(const IntMap* map, uint64_t key) noexcept nogil:
    """The entry of `key`, or the free one where it would go."""
    cdef uint64_t slot = hash_number(key, map.hash_key) & map.mask
    while map.entries[slot].key != key and map.entries[slot].key != NOTHING():
        slot = (slot + 1) & map.mask
    return &map.entries[slot]


cdef inline int intmap_put(IntMap* map, uint64_t key, uint64_t value) except -1 nogil:
    """Set `key`, replacing what it had."""
    cdef IntMap old = map[0]
    cdef IntMapEntry* entry
    cdef uint64_t i
    if 2 * map.used > map.mask:
        intmap_init(map, 2 * old.used)
        map.used = old.used
        for i in range(old.mask + 1):
            if old.entries[i].key != NOTHING():
                intmap_slot(map, old.entries[i].key)[0] = old.entries[i]
        free(old.entries)
    entry = intmap_slot(map, key)
    if entry.key != key:
        entry.key = key
        map.used += 1
    entry.value = value
    return 0


cdef struct WordMapEntry:
    uint64_t hash
    uint32_t offset
    uint32_t size
    uint32_t id


cdef struct WordMap:
    # bytes -> id. The bytes of all words lie one after another in `bytes`. It is filled once and
    # never grows.
    WordMapEntry* entries
    uint8_t* bytes
    uint64_t mask
    uint32_t bytes_used
    uint64_t[KEY_WORDS] hash_key


cdef inline int wordmap_init(WordMap* map, uint64_t expected, size_t total_bytes) except -1 nogil:
    cdef uint64_t size = 16
    while size < 2 * expected:
        size *= 2
    map.entries = <WordMapEntry*>malloc(size * sizeof(WordMapEntry))
    map.bytes = <uint8_t*>malloc(total_bytes + 1)
    if map.entries == NULL or map.bytes == NULL:
        return out_of_memory()
    memset(map.entries, 0xFF, size * sizeof(WordMapEntry))
    map.mask = size - 1
    map.bytes_used = 0
    memcpy(map.hash_key, hash_key_words, sizeof(map.hash_key))
    return 0


cdef inline void wordmap_free(WordMap* map) noexcept nogil:
    free(map.entries)
    free(map.bytes)
    map.entries = NULL
    map.bytes = NULL


cdef inline uint32_t wordmap_get(const WordMap* map, const uint8_t* word,
                                 size_t size) noexcept nogil:
    """The id of the word, or NO_ID."""
    cdef uint64_t hash = hash_bytes(word, size, map.hash_key)
    cdef uint64_t slot = hash & map.mask
    while map.entries[slot].id != <uint32_t>NO_ID:
        if (map.entries[slot].hash == hash and map.entries[slot].size == size
                and memcmp(map.bytes + map.entries[slot].offset, word, size) == 0):
            return map.entries[slot].id
        slot = (slot + 1) & map.mask
    return <uint32_t>NO_ID


cdef inline void wordmap_add(WordMap* map, const uint8_t* word, size_t size,
                             uint32_t id) noexcept nogil:
    """Add a word that is not in the map."""
    cdef uint64_t hash = hash_bytes(word, size, map.hash_key)
    cdef uint64_t slot = hash & map.mask
    while map.entries[slot].id != <uint32_t>NO_ID:
        slot = (slot + 1) & map.mask
    map.entries[slot].hash = hash
    map.entries[slot].size = <uint32_t>size
    map.entries[slot].id = id
    map.entries[slot].offset = map.bytes_used
    memcpy(map.bytes + map.bytes_used, word, size)
    map.bytes_used += <uint32_t>size
