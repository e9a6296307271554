"""Pairs of symbols, each with its count and a list of the words that may hold it."""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memcpy

from subword._core.hash_keys cimport hash_key_words
from subword._core.pipeline cimport reallocate

cdef extern from "cpu/hash.h" nogil:
    uint64_t hash_number(uint64_t number, const uint64_t* key)

cdef enum:
    FEW = 2          # words that fit where the pointer to a list would be
    FIRST_LIST = 6   # capacity of the first list: what the smallest block of malloc holds


cdef union WordList:
    uint32_t[2] few        # up to two words
    uint32_t* many         # capacity 6, 9, 12, 18, 24, 36 ...


cdef struct PairRecord:
    # Two symbols side by side, and the words that may hold them.
    uint64_t key           # left << 32 | right
    int64_t count
    WordList words
    uint32_t size          # of the list
    uint32_t last_change   # number of the last merge that changed the count


cdef inline void new_hash_key(uint64_t* hash_key) noexcept nogil:
    """Take the key of the hashes of an index of pairs."""
    memcpy(hash_key, hash_key_words, 2 * sizeof(uint64_t))


cdef inline size_t home_slot(uint64_t key, const uint64_t* hash_key, size_t mask) noexcept nogil:
    """Return the slot of the index at which a search for a pair starts."""
    return hash_number(key, hash_key) & mask


cdef inline uint32_t next_capacity(uint32_t size) noexcept nogil:
    """Return the next capacity of a list that is full with `size` words, 0 when it is not full.

    Full at 6 * 2**k and 9 * 2**k: the capacity follows from the size.
    """
    cdef uint32_t part = size // 3
    if size < FIRST_LIST or size % 3:
        return 0
    if part & (part - 1) == 0:
        return size + size // 2
    if part % 3 == 0 and (part // 3 & (part // 3 - 1)) == 0:
        return size + size // 3
    return 0


cdef inline int list_word(PairRecord* pair, uint32_t word) except -1 nogil:
    """Append a word to the list of a pair unless it is the last one there."""
    cdef uint32_t* many
    cdef uint32_t size = pair.size
    if size > 0 and (&pair.words.few[0] if size <= FEW else pair.words.many)[size - 1] == word:
        return 0
    if size < FEW:
        pair.words.few[size] = word
    elif size == FEW:
        many = <uint32_t*>reallocate(NULL, FIRST_LIST * sizeof(uint32_t))
        memcpy(many, pair.words.few, FEW * sizeof(uint32_t))
        many[size] = word
        pair.words.many = many
    else:
        if next_capacity(size):
            pair.words.many = <uint32_t*>reallocate(pair.words.many,
                                                    next_capacity(size) * sizeof(uint32_t))
        pair.words.many[size] = word
    pair.size += 1
    return 0
