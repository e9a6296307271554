"""Words seen before, with what the model made of them: a bounded open-addressing table."""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcmp


cdef struct Slot:
    # 32 bytes, two to a cache line. A word of 1 to 15 bytes is its own key (`high`'s top byte is
    # the length); a longer one has its hash in `low`, its length and the mark 0xFF in `high`, and
    # its bytes in the arena. high == 0: empty. `count` values: up to three lie in `values`; more,
    # or those of a long word, in the arena at values[0], and `count` has SPILLED added.
    uint64_t low
    uint64_t high
    uint32_t count
    uint32_t[3] values


cdef struct WordCache:
    Slot* slots
    uint64_t mask          # slots - 1
    uint64_t used
    uint32_t* arena        # values of slots that spill, each followed by the bytes of a long word
    size_t arena_size
    size_t arena_capacity
    size_t limit           # bytes the slots and the arena may take together
    uint64_t misses
    uint64_t wipes


cdef enum:
    LONGEST_CACHED = 512   # bytes; longer words are computed each time
    SPILLED = 0x80000000

cdef int cache_init(WordCache* cache, size_t limit) except -1 nogil
cdef void cache_free(WordCache* cache) noexcept nogil
cdef void cache_clear(WordCache* cache) noexcept nogil
cdef size_t cache_bytes(const WordCache* cache) noexcept nogil
cdef int cache_insert(WordCache* cache, uint64_t low, uint64_t high, uint64_t hash,
                      const uint8_t* word, int size, const uint32_t* values,
                      uint32_t count) except -1 nogil


cdef inline bint is_long(uint64_t high) noexcept nogil:
    return high >> 56 == 0xFF


cdef inline size_t long_words(uint64_t high) noexcept nogil:
    """Arena entries that the bytes of a long word take."""
    return (<size_t><uint32_t>high + 3) // 4


cdef inline bint same_bytes(const WordCache* cache, const Slot* slot, const uint8_t* word,
                            int32_t size) noexcept nogil:
    """Whether a slot that spills is this word's: a long one is known when its bytes agree."""
    if not is_long(slot.high):
        return True
    return memcmp(cache.arena + slot.values[0] + (slot.count & ~<uint32_t>SPILLED), word, size) == 0


cdef inline const uint32_t* cached_values(const WordCache* cache, Slot* slot) noexcept nogil:
    return cache.arena + slot.values[0] if slot.count & <uint32_t>SPILLED else &slot.values[0]
