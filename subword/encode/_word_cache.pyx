"""The word cache: words seen before -> what the model made of them, shared by every model and
bounded in memory.

A word's tokens depend on its bytes alone, and the words of real text repeat (a gigabyte of English
holds about a million distinct ones), so one probe replaces most of the work. When the cache has
reached its limit it is wiped and fills again: results never depend on it.

Words of up to 15 bytes lie in open-addressing slots together with their values; slots begin narrow,
32 bytes with up to four values, and become wide, 64 bytes with up to twelve, where many words need
it, as Korean does in a vocabulary made for English. Longer words have a table of their own; their
bytes and values, and the values that a slot does not hold, lie in the arena. The loops over the
words of a text are in include/cache/word_cache.h.
"""

from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcpy, memset

from subword._core.pipeline cimport out_of_memory

cdef extern from "cpu/memory.h" nogil:
    void* align_up(void* p, size_t to)
    void advise_huge_pages(void* p, size_t size)

cdef enum:
    LINE = 64              # bytes slots are aligned to
    HUGE = 1 << 21         # and large tables: a huge page
    MOST_SLOTS = 1 << 31   # bytes: hashes of slots have 32 bits
    MOST_VALUES = 0xFFFF


cdef int cache_init(WordCache* cache, size_t limit, bint vector) except -1 nogil:
    """Start empty; `limit` in bytes, `vector` chooses the loops that will be used."""
    memset(cache, 0, sizeof(WordCache))
    cache.limit = limit
    cache.table.vector = vector
    cache.table.shift = NARROW
    cache.table.longs = <long_slot*>calloc(FIRST_LONGS, sizeof(long_slot))
    cache.table.long_mask = FIRST_LONGS - 1
    cache.table.arena = <uint32_t*>malloc((FIRST_ARENA + ARENA_SLACK) * sizeof(uint32_t))
    cache.arena_capacity = FIRST_ARENA
    if cache.table.longs == NULL or cache.table.arena == NULL or not new_slots(
            cache, FIRST_SLOTS << NARROW):
        cache_free(cache)
        return out_of_memory()
    return 0


cdef bint new_slots(WordCache* cache, size_t size) noexcept nogil:
    """Give the cache `size` bytes of empty slots; the old ones are the caller's."""
    cdef size_t alignment = HUGE if size >= 2 * HUGE else LINE
    cdef void* memory = calloc(size + alignment, 1)
    if memory == NULL:
        return False
    cache.memory = memory
    cache.table.slots = <char*>align_up(memory, alignment)
    cache.table.mask = size - (1ULL << cache.table.shift)
    advise_huge_pages(cache.table.slots, size)
    return True


cdef void cache_free(WordCache* cache) noexcept nogil:
    free(cache.memory)
    free(cache.table.longs)
    free(cache.table.arena)
    cache.memory = NULL
    cache.table.longs = NULL
    cache.table.arena = NULL


cdef inline size_t slot_bytes(const WordCache* cache) noexcept nogil:
    return cache.table.mask + (1ULL << cache.table.shift)


cdef size_t cache_bytes(const WordCache* cache) noexcept nogil:
    return (slot_bytes(cache) + (cache.table.long_mask + 1) * sizeof(long_slot)
            + (cache.arena_capacity + ARENA_SLACK) * sizeof(uint32_t))


cdef void wipe(WordCache* cache) noexcept nogil:
    """Forget every word; memory is kept."""
    memset(cache.table.slots, 0, slot_bytes(cache))
    memset(cache.table.longs, 0, (cache.table.long_mask + 1) * sizeof(long_slot))
    cache.used = cache.long_used = cache.many = 0
    cache.arena_size = 0
    cache.wipes += 1


cdef word_slot* free_slot(const WordCache* cache, uint32_t hash) noexcept nogil:
    """The slot where a new word of this hash goes."""
    cdef uint64_t at = hash & cache.table.mask
    while (<word_slot*>(cache.table.slots + at)).high:
        at = next_slot(&cache.table, hash, at)
    return <word_slot*>(cache.table.slots + at)


cdef int grow_slots(WordCache* cache) except -1 nogil:
    """Double the slots, and make them wide when a quarter of the words spills; 0 if the limit
    forbids it."""
    cdef size_t old_size = slot_bytes(cache), size = 2 * old_size, at
    cdef int old_shift = cache.table.shift
    cdef bint widen = old_shift == NARROW and 4 * cache.many > cache.used
    cdef char* old = cache.table.slots
    cdef void* memory = cache.memory
    cdef const word_slot* slot
    cdef word_key key
    cdef uint32_t hash
    cdef bint displaced
    if widen:
        size *= 2
    if cache_bytes(cache) + size - old_size > cache.limit or size > <size_t>MOST_SLOTS:
        return 0
    if widen:
        cache.table.shift = WIDE
    if not new_slots(cache, size):
        cache.table.shift = old_shift
        return out_of_memory()
    for displaced in range(2):    # what lies on its slot, as the first words do, shall stay on it
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
    """Copy a slot to the new slots, with values from the arena that a wide one can hold."""
    cdef word_slot* to = free_slot(cache, hash)
    memcpy(to, slot, 1 << old_shift)
    if (old_shift != cache.table.shift and SLOT_COUNT(slot) == <uint32_t>SPILLED
            and slot.values[1] <= <uint32_t>WIDE_VALUES):
        to.high = key.high | <uint64_t>slot.values[1] << 60
        memcpy(to.values, cache.table.arena + slot.values[0], slot.values[1] * sizeof(uint32_t))


cdef int grow_longs(WordCache* cache) except -1 nogil:
    """Double the table of long words; 0 if the limit forbids it."""
    cdef uint64_t mask = 2 * cache.table.long_mask + 1, i, at
    cdef long_slot* longs
    if cache_bytes(cache) + (cache.table.long_mask + 1) * sizeof(long_slot) > cache.limit:
        return 0
    longs = <long_slot*>calloc(mask + 1, sizeof(long_slot))
    if longs == NULL:
        return out_of_memory()
    for i in range(cache.table.long_mask + 1):
        if cache.table.longs[i].size:
            at = cache.table.longs[i].hash & mask
            while longs[at].size:
                at = (at + 1) & mask
            longs[at] = cache.table.longs[i]
    free(cache.table.longs)
    cache.table.longs = longs
    cache.table.long_mask = mask
    return 1


cdef int arena_room(WordCache* cache, size_t need) except -1 nogil:
    """Make room for `need` more entries; 0 if the limit forbids it."""
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
    """Remember the values of a short word that is not in the cache. A full cache is wiped first."""
    cdef uint64_t slots = slot_bytes(cache) >> cache.table.shift
    cdef uint32_t most
    cdef word_slot* slot
    if 4 * cache.used >= slots and not grow_slots(cache) and 8 * cache.used >= 7 * slots:
        wipe(cache)
    most = WIDE_VALUES if cache.table.shift == WIDE else NARROW_VALUES
    if count > most and not arena_room(cache, count):
        wipe(cache)
        if not arena_room(cache, count):
            return 0
    slot = free_slot(cache, hash)
    slot.low = key.low
    if count <= most:
        slot.high = key.high | <uint64_t>count << 60
        memcpy(slot.values, values, count * sizeof(uint32_t))
    else:
        slot.high = key.high | <uint64_t>SPILLED << 60
        slot.values[0] = <uint32_t>cache.arena_size
        slot.values[1] = count
        memcpy(cache.table.arena + cache.arena_size, values, count * sizeof(uint32_t))
        cache.arena_size += count
    cache.used += 1
    cache.many += count > <uint32_t>NARROW_VALUES
    return 0


cdef int cache_put_long(WordCache* cache, const uint8_t* word, int32_t size, uint64_t hash,
                        const uint32_t* values, uint32_t count) except -1 nogil:
    """Remember the values of a long word that is not in the cache. A full cache is wiped first."""
    cdef size_t need = byte_entries(size) + count
    cdef uint64_t at
    cdef long_slot* slot
    if count > <uint32_t>MOST_VALUES:
        return 0
    if (4 * cache.long_used >= 3 * cache.table.long_mask and not grow_longs(cache)
            and 8 * cache.long_used >= 7 * cache.table.long_mask):
        wipe(cache)
    if not arena_room(cache, need):
        wipe(cache)
        if not arena_room(cache, need):
            return 0
    at = hash & cache.table.long_mask
    while cache.table.longs[at].size:
        at = (at + 1) & cache.table.long_mask
    slot = &cache.table.longs[at]
    slot.hash = hash
    slot.place = <uint32_t>cache.arena_size
    slot.size = <uint16_t>size
    slot.count = <uint16_t>count
    memcpy(cache.table.arena + cache.arena_size, word, size)
    memcpy(cache.table.arena + cache.arena_size + byte_entries(size), values,
           count * sizeof(uint32_t))
    cache.arena_size += need
    cache.long_used += 1
    return 0
