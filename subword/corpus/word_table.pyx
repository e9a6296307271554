"""A hash table from byte strings to 64-bit integers in flat memory, usable without the GIL.

It counts the words of a corpus and names the tokens of a vocabulary. A word of at most 15 bytes is
stored in its slot, as two integers that are compared at once; the bytes of longer words lie in one
arena. Linear probing, at most four fifths full; nothing is ever removed.
"""

from libc.stdint cimport uint8_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy

from subword._core.hash_keys cimport hash_key_words
from subword._core.pipeline cimport Span, out_of_memory, reallocate

cdef extern from "cpu/hash.h" nogil:
    ctypedef struct word_key:
        uint64_t low
        uint64_t high
    void subword_prefetch(const void* p)
    word_key short_key(const uint8_t* p, int n, int whole)
    uint64_t hash_key(uint64_t low, uint64_t high, const uint64_t* key)
    uint64_t hash_bytes(const uint8_t* p, size_t n, const uint64_t* key)
    void advise_huge_pages(void* p, size_t size)

cdef enum:
    BATCH = 128          # words whose slots are fetched into the cache together
    FIRST_CAPACITY = 256


cdef inline word_key key_of(const Table* table, const uint8_t* word, Py_ssize_t size,
                            const uint8_t* limit) noexcept nogil:
    """Return the key of a word, in a table that has slots; `limit` ends what may be read."""
    cdef word_key key
    if size <= SHORT_WORD:
        return short_key(word, <int>size, limit - word >= 16)
    key.low = hash_bytes(word, size, table.hash_key)
    key.high = LONG_WORD | <uint64_t>size
    return key


cdef inline Slot* probe(
    const Table* table, word_key key, uint64_t hashed, const uint8_t* word, Py_ssize_t size
) noexcept nogil:
    """Return the slot of the word, or the free slot where it belongs."""
    cdef size_t mask = table.capacity - 1
    cdef size_t i = hashed & mask
    cdef Slot* slot
    while True:
        slot = table.slots + i
        if slot.lo == key.low and slot.hi == key.high:
            if key.high < LONG_WORD or memcmp(table.arena + slot.offset, word, size) == 0:
                return slot
        elif slot.hi == 0:
            return slot
        i = (i + 1) & mask


cdef int table_reserve(Table* table, size_t words) except -1 nogil:
    """Reserve slots for `words` more words."""
    cdef size_t capacity = table.capacity if table.capacity else FIRST_CAPACITY
    cdef size_t i, j
    cdef word_key key
    cdef Slot* slots
    cdef Slot* old
    while (table.used + words) * 5 > capacity * 4:
        capacity *= 2
    if capacity == table.capacity:
        return 0
    slots = <Slot*>calloc(capacity, sizeof(Slot))
    if slots == NULL:
        return out_of_memory()
    advise_huge_pages(slots, capacity * sizeof(Slot))
    if table.capacity == 0:
        memcpy(table.hash_key, hash_key_words, sizeof(table.hash_key))
    for i in range(table.capacity):
        old = table.slots + i
        if old.hi:
            key.low = old.lo
            key.high = old.hi
            j = hash_key(key.low, key.high, table.hash_key) & (capacity - 1)
            while slots[j].hi:
                j = (j + 1) & (capacity - 1)
            slots[j] = old[0]
    free(table.slots)
    table.slots = slots
    table.capacity = capacity
    return 0


cdef int occupy(Table* table, Slot* slot, word_key key, const uint8_t* word,
                Py_ssize_t size) except -1 nogil:
    """Put a new word with value 0 in a free slot."""
    cdef size_t capacity
    if key.high >= LONG_WORD:
        if table.arena_size + size > table.arena_capacity:
            capacity = max(table.arena_size + size,
                           table.arena_capacity + table.arena_capacity // 2, <size_t>4096)
            table.arena = <uint8_t*>reallocate(table.arena, capacity)
            table.arena_capacity = capacity
        memcpy(table.arena + table.arena_size, word, size)
        slot.offset = table.arena_size
        table.arena_size += size
    slot.lo = key.low
    slot.hi = key.high
    slot.value = 0
    table.used += 1
    return 0


cdef Slot* table_slot(Table* table, const uint8_t* word, Py_ssize_t size,
                      const uint8_t* limit) except NULL nogil:
    cdef word_key key
    cdef Slot* slot
    table_reserve(table, 1)
    key = key_of(table, word, size, limit)
    slot = probe(table, key, hash_key(key.low, key.high, table.hash_key), word, size)
    if slot.hi == 0:
        occupy(table, slot, key, word, size)
    return slot


cdef Slot* table_find(const Table* table, const uint8_t* word, Py_ssize_t size) noexcept nogil:
    cdef word_key key
    cdef Slot* slot
    if table.used == 0:
        return NULL
    key = key_of(table, word, size, word + size)
    slot = probe(table, key, hash_key(key.low, key.high, table.hash_key), word, size)
    return slot if slot.hi else NULL


cdef uint64_t table_steps(const Table* table) noexcept nogil:
    cdef uint64_t steps = 0, home
    cdef const Slot* slot
    cdef size_t i
    for i in range(table.capacity):
        slot = table.slots + i
        if slot.hi:
            home = hash_key(slot.lo, slot.hi, table.hash_key)
            steps += (i - home) & (table.capacity - 1)
    return steps


cdef const uint8_t* slot_word(const Table* table, const Slot* slot, uint8_t* scratch,
                              Py_ssize_t* size) noexcept nogil:
    if slot.hi >= LONG_WORD:
        size[0] = <Py_ssize_t>(slot.hi ^ LONG_WORD)
        return table.arena + slot.offset
    memcpy(scratch, &slot.lo, 8)
    memcpy(scratch + 8, &slot.hi, 8)
    size[0] = <Py_ssize_t>(slot.hi >> 56)
    return scratch


cdef void table_free(Table* table) noexcept nogil:
    free(table.slots)
    free(table.arena)
    table.slots = NULL
    table.arena = NULL
    table.capacity = table.used = table.arena_size = table.arena_capacity = 0


cdef int table_count(
    Table* table, const uint8_t* data, const uint8_t* limit, const Span* spans, Py_ssize_t size
) except -1 nogil:
    """Count spans in two phases: first hash a batch and ask for its cache lines, then look the
    words up."""
    cdef word_key[BATCH] keys
    cdef uint64_t[BATCH] hashes
    cdef Py_ssize_t first = 0, n, i
    cdef const Span* span
    cdef const uint8_t* word
    cdef Slot* slot
    while first < size:
        n = min(size - first, BATCH)
        table_reserve(table, n)
        for i in range(n):
            span = spans + first + i
            keys[i] = key_of(table, data + span.start, span.end - span.start, limit)
            hashes[i] = hash_key(keys[i].low, keys[i].high, table.hash_key)
            subword_prefetch(table.slots + (hashes[i] & (table.capacity - 1)))
        for i in range(n):
            span = spans + first + i
            word = data + span.start
            slot = probe(table, keys[i], hashes[i], word, span.end - span.start)
            if slot.hi == 0:
                occupy(table, slot, keys[i], word, span.end - span.start)
            slot.value += 1
        first += n
    return 0
