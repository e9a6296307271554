"""The merges of BPE: two neighbouring symbols to the rank of their merge and what it makes.

A slot of eight bytes holds both ids and the number of the merge. Eight slots are a bucket, one line
of a cache, and a look-up compares all of them: whether a pair merges, and how far a search must go,
cannot be foretold, so that each branch on it would cost more than the comparisons. A pair that
finds its bucket full is in the next one. Merges are numbered by rank; those of one rank that make
the same token have one number. Where two ids and a number need more than 64 bits, which no
published vocabulary does, an `IntMap` takes their place.
"""

from libc.stdint cimport uint32_t, uint64_t

from subword._core.hashmap cimport NOTHING, IntMap, intmap_get, intmap_prefetch
from subword.models.merge_table cimport MergeTable

cdef extern from "cpu/hash.h" nogil:
    uint64_t hash_number(uint64_t number, const uint64_t* key)
    void subword_prefetch(const void* p)

cdef extern from "cpu/least_of_eight.h" nogil:
    uint64_t least_of_eight(const uint64_t* numbers, uint64_t flip)

cdef extern from "cpu/multiply128.h" nogil:
    uint64_t multiply_64x64(uint64_t a, uint64_t b, uint64_t* high)

cdef enum:
    NO_MERGE = 0xFFFFFFFF     # no number, and higher than any rank
    BUCKET = 8                # slots


cdef struct PairTable:
    uint64_t* slots        # left << id_bits | right << number_bits | number; NOTHING() if free
    void* memory           # of the slots, as malloc returned it: buckets are aligned within
    uint64_t buckets       # how many: not a power of two, because half of one would lie idle
    int id_bits
    int number_bits
    uint64_t[2] hash_key
    IntMap wide            # left << 32 | right -> number, if it is used instead
    uint32_t first_merged  # the id that merge 0 makes, if merge n makes first_merged + n: then
    uint32_t* merged       # NULL, as for GPT-2; else number -> the id that the merge makes
    uint32_t* ranks        # number -> rank; NULL if the numbers will do


cdef int pair_table_init(PairTable* table, MergeTable merges, ranks,
                         Py_ssize_t highest) except -1
cdef void pair_table_free(PairTable* table) noexcept


cdef inline uint64_t pair_bucket(const PairTable* table, uint64_t pair) noexcept nogil:
    """The bucket where the search for a pair begins."""
    cdef uint64_t bucket
    multiply_64x64(hash_number(pair, table.hash_key), table.buckets, &bucket)
    return bucket


cdef inline uint32_t merge_number(const PairTable* table, uint32_t left,
                                  uint32_t right) noexcept nogil:
    """The number of the merge of two symbols, or NO_MERGE."""
    cdef uint64_t pair, bucket, number
    cdef const uint64_t* slots
    if table.slots == NULL:
        return <uint32_t>intmap_get(&table.wide, <uint64_t>left << 32 | right)
    pair = <uint64_t>left << table.id_bits | right
    bucket = pair_bucket(table, pair)
    while True:
        slots = table.slots + BUCKET * bucket
        number = least_of_eight(slots, pair << table.number_bits)    # in the slot of the pair
        if number >> table.number_bits == 0:
            return <uint32_t>number
        if slots[BUCKET - 1] == NOTHING():
            return NO_MERGE
        bucket = bucket + 1 if bucket + 1 < table.buckets else 0


cdef inline void merge_prefetch(const PairTable* table, uint32_t left,
                                uint32_t right) noexcept nogil:
    """Fetch the slot that `merge_number` will read."""
    if table.slots == NULL:
        intmap_prefetch(&table.wide, <uint64_t>left << 32 | right)
    else:
        subword_prefetch(
            table.slots + BUCKET * pair_bucket(table, <uint64_t>left << table.id_bits | right))


cdef inline uint32_t merged_id(const PairTable* table, uint32_t number) noexcept nogil:
    """The id that a merge makes."""
    return table.first_merged + number if table.merged == NULL else table.merged[number]


cdef inline void merged_prefetch(const PairTable* table, uint32_t number) noexcept nogil:
    """Fetch what a merge makes."""
    if table.merged != NULL and number != NO_MERGE:
        subword_prefetch(table.merged + number)


cdef inline uint32_t merge_rank(const PairTable* table, uint32_t number) noexcept nogil:
    """The rank of a merge, or any number that grows with it; NO_MERGE of NO_MERGE."""
    if table.ranks == NULL or number == NO_MERGE:
        return number
    return table.ranks[number]
