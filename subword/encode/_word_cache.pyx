"""The word cache: words seen before, and what the model made of them.

A word's tokens depend on its bytes alone, and the words of real text repeat (a gigabyte of English
holds about a million distinct ones), so one lookup replaces most of the work. Every model uses the
same cache, bounded in memory: when it has reached its limit it is wiped and fills again. Results
never depend on it.

Words of up to 15 bytes lie in open-addressing slots together with their values. A slot has at first
32 bytes and holds four values; all become slots of 64 bytes and twelve values when many words need
it, as Korean does in a vocabulary made for English. Longer words have a table of their own. Their
bytes and values, and values that no slot holds, lie in the arena. The loops over the words of a
text are in include/cache/word_cache.h.
"""

from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcpy, memset

from subword._core.hash_keys cimport hash_key_words
from subword._core.pipeline cimport out_of_memory

cdef extern from "cpu/hints.h" nogil:
    void* align_up(void* p, size_t to)
    void advise_huge_pages(void* p, size_t size)
    void populate_pages(void* p, size_t size)

cdef enum:
    LINE = 64                  # bytes: slots are aligned to cache lines,
    HUGE = 1 << 21             # and large tables to huge pages
    MAX_SLOT_BYTES = 1 << 31   # of all slots: their hashes have 32 bits
    MIN_POPULATED = 1 << 18    # bytes: smaller tables have few pages, which malloc may hold
    MAX_VALUES = 0xFFFF


cdef int cache_init(WordCache* cache, size_t limit, bint vector) except -1 nogil:
    """Make an empty cache.

    Args:
        limit: Bytes that the cache may take.
        vector: Whether the vector loops of word_cache.h will be used.
    """
    memset(cache, 0, sizeof(WordCache))
    cache.limit = limit
    cache.table.vector = vector
    memcpy(cache.table.hash_key, hash_key_words, sizeof(cache.table.hash_key))
    cache.table.shift = SLOT32
    cache.table.long_slots = <long_slot*>calloc(FIRST_LONGS, sizeof(long_slot))
    cache.table.long_mask = FIRST_LONGS - 1
    cache.table.arena = <uint32_t*>malloc((FIRST_ARENA + ARENA_SLACK) * sizeof(uint32_t))
    cache.arena_capacity = FIRST_ARENA
    if cache.table.long_slots == NULL or cache.table.arena == NULL or not new_slots(
            cache, FIRST_SLOTS << SLOT32):
        cache_free(cache)
        return out_of_memory()
    return 0


cdef bint new_slots(WordCache* cache, size_t size) noexcept nogil:
    """Give the cache `size` bytes of empty slots; the caller frees the old ones."""
    cdef size_t alignment = HUGE if size >= 2 * HUGE else LINE
    cdef void* memory = calloc(size + alignment, 1)
    if memory == NULL:
        return False
    cache.memory = memory
    cache.table.slots = <char*>align_up(memory, alignment)
    cache.table.mask = size - (1ULL << cache.table.shift)
    if alignment == HUGE:
        advise_huge_pages(cache.table.slots, size)
    elif size >= MIN_POPULATED:
        populate_pages(memory, size + alignment)
    return True


cdef void cache_free(WordCache* cache) noexcept nogil:
    free(cache.memory)
    free(cache.table.long_slots)
    free(cache.table.arena)
    cache.memory = NULL
    cache.table.long_slots = NULL
    cache.table.arena = NULL


cdef inline size_t slot_bytes(const WordCache* cache) noexcept nogil:
    return cache.table.mask + (1ULL << cache.table.shift)


cdef size_t cache_bytes(const WordCache* cache) noexcept nogil:
    return (slot_bytes(cache) + (cache.table.long_mask + 1) * sizeof(long_slot)
            + (cache.arena_capacity + ARENA_SLACK) * sizeof(uint32_t))


cdef uint64_t cache_steps(const WordCache* cache) noexcept nogil:
    cdef uint64_t i, at, here, steps = 0
    cdef const word_slot* slot
    cdef word_key key
    cdef uint32_t hash
    for i in range(slot_bytes(cache) >> cache.table.shift):
        at = i << cache.table.shift
        slot = <const word_slot*>(cache.table.slots + at)
        if slot.high:
            key.low = slot.low
            key.high = slot.high << 4 >> 4
            hash = word_hash(&cache.table, &key)
            here = hash & cache.table.mask
            while here != at:
                here = next_slot(&cache.table, hash, here)
                steps += 1
    return steps


cdef void wipe(WordCache* cache) noexcept nogil:
    """Remove every word; memory is kept."""
    memset(cache.table.slots, 0, slot_bytes(cache))
    memset(cache.table.long_slots, 0, (cache.table.long_mask + 1) * sizeof(long_slot))
    cache.used = cache.long_used = cache.wide_words = 0
    cache.arena_size = 0
    cache.wipes += 1


cdef word_slot* free_slot(const WordCache* cache, uint32_t hash) noexcept nogil:
    """The slot where a new word of this hash goes."""
    cdef uint64_t at = hash & cache.table.mask
    while (<word_slot*>(cache.table.slots + at)).high:
        at = next_slot(&cache.table, hash, at)
    return <word_slot*>(cache.table.slots + at)


cdef int grow_slots(WordCache* cache) except -1 nogil:
    """Double the number of slots, and their size if a quarter of the words needs that.

    Returns:
        0 if the limit forbids it.
    """
    cdef size_t old_size = slot_bytes(cache), size = 2 * old_size, at
    cdef int old_shift = cache.table.shift
    cdef bint widen = old_shift == SLOT32 and 4 * cache.wide_words > cache.used
    cdef char* old = cache.table.slots
    cdef void* memory = cache.memory
    cdef const word_slot* slot
    cdef word_key key
    cdef uint32_t hash
    cdef bint displaced
    if widen:
        size *= 2
    if cache_bytes(cache) + size - old_size > cache.limit or size > <size_t>MAX_SLOT_BYTES:
        return 0
    if widen:
        cache.table.shift = SLOT64
    if not new_slots(cache, size):
        cache.table.shift = old_shift
        return out_of_memory()
    for displaced in range(2):    # first the words in their own slot, so that they get it again
        for at in range(old_size >> old_shift):
            slot = <const word_slot*>(old + (at << old_shift))
            if slot.high:
                key.low = slot.low
                key.high = slot.high << 4 >> 4
                hash = word_hash(&cache.table, &key)
                if ((hash & (old_size - 1)) >> old_shift != at) == displaced:
                    move_slot(cache, slot, &key, hash, old_shift)
    free(memory)
    return 1


cdef void move_slot(WordCache* cache, const word_slot* slot, const word_key* key, uint32_t hash,
                    int old_shift) noexcept nogil:
    """Copy a slot to the new slots, and its values from the arena if the slot can now hold them."""
    cdef word_slot* to = free_slot(cache, hash)
    memcpy(to, slot, 1 << old_shift)
    if (old_shift != cache.table.shift and SLOT_COUNT(slot) == <uint32_t>IN_ARENA
            and slot.values[1] <= <uint32_t>SLOT64_VALUES):
        to.high = key.high | <uint64_t>slot.values[1] << 60
        memcpy(to.values, cache.table.arena + slot.values[0], slot.values[1] * sizeof(uint32_t))


cdef int grow_longs(WordCache* cache) except -1 nogil:
    """Double the table of long words; return 0 if the limit forbids it."""
    cdef uint64_t mask = 2 * cache.table.long_mask + 1, i, at
    cdef long_slot* long_slots
    if cache_bytes(cache) + (cache.table.long_mask + 1) * sizeof(long_slot) > cache.limit:
        return 0
    long_slots = <long_slot*>calloc(mask + 1, sizeof(long_slot))
    if long_slots == NULL:
        return out_of_memory()
    for i in range(cache.table.long_mask + 1):
        if cache.table.long_slots[i].size:
            at = cache.table.long_slots[i].hash & mask
            while long_slots[at].size:
                at = (at + 1) & mask
            long_slots[at] = cache.table.long_slots[i]
    free(cache.table.long_slots)
    cache.table.long_slots = long_slots
    cache.table.long_mask = mask
    return 1


cdef int arena_reserve(WordCache* cache, size_t need) except -1 nogil:
    """Let the arena hold `need` more entries; return 0 if the limit forbids it."""
    cdef size_t wanted = cache.arena_size + need, left = 0
    cdef void* p
    if wanted <= cache.arena_capacity:
        return 1
    if cache_bytes(cache) < cache.limit:
        left = (cache.limit - cache_bytes(cache)) // sizeof(uint32_t)
    if wanted > cache.arena_capacity + left:
        return 0
    wanted = max(wanted, cache.arena_capacity + min(left, cache.arena_capacity // 2))
    p = realloc(cache.table.arena, (wanted + ARENA_SLACK) * sizeof(uint32_t))
    if p == NULL:
        return out_of_memory()
    cache.table.arena = <uint32_t*>p
    cache.arena_capacity = wanted
    return 1


cdef int cache_put(WordCache* cache, const word_key* key, uint32_t hash, const uint32_t* values,
                   uint32_t count) except -1 nogil:
    """Add a short word that is not in the cache. A full cache is wiped first."""
    cdef uint64_t slots = slot_bytes(cache) >> cache.table.shift
    cdef uint32_t max_values
    cdef word_slot* slot
    if 4 * cache.used >= slots and not grow_slots(cache) and 8 * cache.used >= 7 * slots:
        wipe(cache)
    max_values = SLOT64_VALUES if cache.table.shift == SLOT64 else SLOT32_VALUES
    if count > max_values and not arena_reserve(cache, count):
        wipe(cache)
        if not arena_reserve(cache, count):
            return 0
    slot = free_slot(cache, hash)
    slot.low = key.low
    if count <= max_values:
        slot.high = key.high | <uint64_t>count << 60
        memcpy(slot.values, values, count * sizeof(uint32_t))
    else:
        slot.high = key.high | <uint64_t>IN_ARENA << 60
        slot.values[0] = <uint32_t>cache.arena_size
        slot.values[1] = count
        memcpy(cache.table.arena + cache.arena_size, values, count * sizeof(uint32_t))
        cache.arena_size += count
    cache.used += 1
    cache.wide_words += count > <uint32_t>SLOT32_VALUES
    return 0


cdef int cache_put_long(WordCache* cache, const uint8_t* word, int32_t size, uint64_t hash,
                        const uint32_t* values, uint32_t count) except -1 nogil:
    """Add a long word that is not in the cache. A full cache is wiped first."""
    cdef size_t need = byte_entries(size) + count
    cdef uint64_t at
    cdef long_slot* slot
    if count > <uint32_t>MAX_VALUES:
        return 0
    if (4 * cache.long_used >= 3 * cache.table.long_mask and not grow_longs(cache)
            and 8 * cache.long_used >= 7 * cache.table.long_mask):
        wipe(cache)
    if not arena_reserve(cache, need):
        wipe(cache)
        if not arena_reserve(cache, need):
            return 0
    at = hash & cache.table.long_mask
    while cache.table.long_slots[at].size:
        at = (at + 1) & cache.table.long_mask
    slot = &cache.table.long_slots[at]
    slot.hash = hash
    slot.arena_index = <uint32_t>cache.arena_size
    slot.size = <uint16_t>size
    slot.count = <uint16_t>count
    memcpy(cache.table.arena + cache.arena_size, word, size)
    memcpy(cache.table.arena + cache.arena_size + byte_entries(size), values,
           count * sizeof(uint32_t))
    cache.arena_size += need
    cache.long_used += 1
    return 0
