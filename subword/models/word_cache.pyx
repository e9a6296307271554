"""The word cache: span bytes -> values seen before, shared by every model and bounded in memory.

A word's tokens depend on its bytes alone, and the words of real text repeat (a gigabyte of English
holds about a million distinct ones), so one probe replaces most of the work. When the table has
reached its limit it is wiped and fills again: results never depend on it.
"""

from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy, memset

from subword._pipeline cimport out_of_memory

cdef extern from "memory.h" nogil:
    uint64_t hash_key(uint64_t low, uint64_t high)
    void advise_huge_pages(void* p, size_t size)

cdef enum:
    FIRST_SLOTS = 1 << 10
    FIRST_ARENA = 1 << 10


cdef Slot* new_slots(uint64_t count) noexcept nogil:
    cdef size_t size = count * sizeof(Slot)
    cdef Slot* slots = <Slot*>malloc(size)
    if slots != NULL:
        advise_huge_pages(slots, size)
        memset(slots, 0, size)
    return slots


cdef int cache_init(WordCache* cache, size_t limit) except -1 nogil:
    """Start empty; `limit` in bytes."""
    memset(cache, 0, sizeof(WordCache))
    cache.limit = limit
    cache.slots = new_slots(FIRST_SLOTS)
    cache.arena = <uint32_t*>malloc(FIRST_ARENA * sizeof(uint32_t))
    if cache.slots == NULL or cache.arena == NULL:
        cache_free(cache)
        return out_of_memory()
    cache.mask = FIRST_SLOTS - 1
    cache.arena_capacity = FIRST_ARENA
    return 0


cdef void cache_free(WordCache* cache) noexcept nogil:
    free(cache.slots)
    free(cache.arena)
    cache.slots = NULL
    cache.arena = NULL


cdef void cache_clear(WordCache* cache) noexcept nogil:
    """Forget every word; memory is kept."""
    memset(cache.slots, 0, (cache.mask + 1) * sizeof(Slot))
    cache.used = 0
    cache.arena_size = 0
    cache.wipes += 1


cdef size_t cache_bytes(const WordCache* cache) noexcept nogil:
    return (cache.mask + 1) * sizeof(Slot) + cache.arena_capacity * sizeof(uint32_t)


cdef inline uint64_t slot_hash(const Slot* slot) noexcept nogil:
    return slot.low if is_long(slot.high) else hash_key(slot.low, slot.high)


cdef int grow_slots(WordCache* cache) except -1 nogil:
    cdef uint64_t mask = cache.mask * 2 + 1, i, at
    cdef Slot* slots = new_slots(mask + 1)
    if slots == NULL:
        return out_of_memory()
    for i in range(cache.mask + 1):
        if cache.slots[i].high:
            at = slot_hash(&cache.slots[i]) & mask
            while slots[at].high:
                at = (at + 1) & mask
            slots[at] = cache.slots[i]
    free(cache.slots)
    cache.slots = slots
    cache.mask = mask
    return 0


cdef int cache_insert(WordCache* cache, uint64_t low, uint64_t high, uint64_t hash,
                      const uint8_t* word, int size, const uint32_t* values,
                      uint32_t count) except -1 nogil:
    """Remember `count` values of a word that is not in the table. A full table is wiped first."""
    cdef size_t need = 0, wanted, more
    cdef uint64_t at
    cdef Slot* slot
    cdef void* p
    cdef bint spills = count > 3 or is_long(high)
    if spills:
        need = count + (long_words(high) if is_long(high) else 0)
        if cache.arena_size + need > cache.arena_capacity:
            wanted = max(cache.arena_size + need, cache.arena_capacity * 2)
            more = (wanted - cache.arena_capacity) * sizeof(uint32_t)
            if cache_bytes(cache) + more > cache.limit:
                if need > cache.arena_capacity:
                    return 0
                cache_clear(cache)
            else:
                p = realloc(cache.arena, wanted * sizeof(uint32_t))
                if p == NULL:
                    return out_of_memory()
                cache.arena = <uint32_t*>p
                cache.arena_capacity = wanted
    if 4 * cache.used > 3 * cache.mask:
        if cache_bytes(cache) + (cache.mask + 1) * sizeof(Slot) > cache.limit:
            cache_clear(cache)
        else:
            grow_slots(cache)
    at = hash & cache.mask
    while cache.slots[at].high:
        at = (at + 1) & cache.mask
    slot = &cache.slots[at]
    slot.low = low
    slot.high = high
    slot.count = count + <uint32_t>SPILLED if spills else count
    if spills:
        slot.values[0] = <uint32_t>cache.arena_size
        if count:
            memcpy(cache.arena + cache.arena_size, values, count * sizeof(uint32_t))
        if is_long(high):
            memcpy(cache.arena + cache.arena_size + count, word, size)
        cache.arena_size += need
    elif count:
        memcpy(slot.values, values, count * sizeof(uint32_t))
    cache.used += 1
    return 0
