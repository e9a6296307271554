"""The merges of BPE: two neighbouring symbols to the rank of their merge and what it makes."""

from libc.stdint cimport uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

from subword._core.hash_keys cimport hash_key_words
from subword._core.hashmap cimport NOTHING, intmap_free, intmap_init, intmap_put
from subword._core.pipeline cimport out_of_memory
from subword.models.merge_table cimport MERGE_IDS, MergeTable

cdef extern from "cpu/hints.h" nogil:
    void* align_up(void* p, size_t to)
    void advise_huge_pages(void* p, size_t size)

cdef enum:
    FETCHED = 16    # merges whose buckets are fetched in advance
    LINE = 64       # bytes of a bucket: it lies in one line of a cache


cdef int pair_table_init(PairTable* table, MergeTable merges, ranks,
                         Py_ssize_t highest) except -1:
    """Make the table of all merges. If a pair occurs twice, its last merge counts.

    Args:
        table: All zeros.
        merges: In order; the first has rank 0.
        ranks: Rank of each merge; None if it is its place in the order.
        highest: Of the ids of all tokens.

    Raises:
        ValueError: A merge, of a table that was made for another vocabulary, has a higher id.
    """
    cdef Py_ssize_t i, ahead, count = merges.count
    cdef const uint32_t* ids = merges.ids
    cdef uint32_t* numbers = NULL
    for i in range(count * MERGE_IDS):
        if <Py_ssize_t>ids[i] > highest:
            raise ValueError(f"merge {i // MERGE_IDS} has an id that no token has")
    reserve(table, highest, count)
    if ranks is None:
        for i in range(count):
            table.merged[i] = ids[MERGE_IDS * i + 2]
        drop_row(table, count)
    else:
        numbers = <uint32_t*>malloc((count + 1) * sizeof(uint32_t))
        if numbers == NULL:
            return out_of_memory()
    try:
        if numbers != NULL:
            number_by_rank(table, merges, ranks, numbers)
        for i in range(count):
            ahead = MERGE_IDS * min(i + <Py_ssize_t>FETCHED, count - 1)
            merge_prefetch(table, ids[ahead], ids[ahead + 1])
            put(table, ids[MERGE_IDS * i], ids[MERGE_IDS * i + 1],
                <uint32_t>i if numbers == NULL else numbers[i])
    finally:
        free(numbers)
    return 0


cdef void drop_row(PairTable* table, Py_ssize_t count) noexcept:
    """Replace `table.merged` by its first id if every merge makes the id after the last one's: one
    look at memory less a merge."""
    cdef Py_ssize_t i
    for i in range(1, count):
        if table.merged[i] != table.merged[0] + <uint32_t>i:
            return
    if count:
        table.first_merged = table.merged[0]
        free(table.merged)
        table.merged = NULL


cdef void pair_table_free(PairTable* table) noexcept:
    free(table.memory)
    free(table.merged)
    free(table.ranks)
    intmap_free(&table.wide)


cdef int reserve(PairTable* table, Py_ssize_t highest, Py_ssize_t count) except -1:
    """Take the memory for ids up to `highest` and numbers below `count`."""
    # Neither an id nor a number has all bits set: a slot that has is free.
    table.id_bits = bits_of(<uint64_t>highest + 1)
    table.number_bits = bits_of(<uint64_t>count)
    memcpy(table.hash_key, hash_key_words, sizeof(table.hash_key))
    table.merged = <uint32_t*>malloc((count + 1) * sizeof(uint32_t))
    if table.merged == NULL:
        return out_of_memory()
    if 2 * table.id_bits + table.number_bits > 64:
        return intmap_init(&table.wide, count)
    table.buckets = 5 * <uint64_t>count // (3 * BUCKET) + 1    # three fifths full
    table.memory = malloc(LINE * (table.buckets + 1))
    if table.memory == NULL:
        return out_of_memory()
    table.slots = <uint64_t*>align_up(table.memory, LINE)
    advise_huge_pages(table.slots, LINE * table.buckets)
    memset(table.slots, 0xFF, LINE * table.buckets)
    return 0


cdef int bits_of(uint64_t number) noexcept:
    """How many binary digits a number has, at least one."""
    cdef int bits = 1
    while number >> bits:
        bits += 1
    return bits


cdef int number_by_rank(PairTable* table, MergeTable merges, ranks, uint32_t* numbers) except -1:
    """Number the merges in order of rank; set table.merged and, if two of them tie, table.ranks."""
    cdef Py_ssize_t number = -1, i
    cdef uint32_t merged
    cdef bint tie = False
    last = None
    table.ranks = <uint32_t*>malloc((merges.count + 1) * sizeof(uint32_t))
    if table.ranks == NULL:
        return out_of_memory()
    for rank, i in sorted(zip(ranks, range(merges.count), strict=True)):
        merged = merges.ids[MERGE_IDS * i + 2]
        if rank != last or merged != table.merged[number]:
            tie = tie or rank == last
            number += 1
            table.merged[number] = merged
            table.ranks[number] = rank
        numbers[i] = <uint32_t>number
        last = rank
    if not tie:
        free(table.ranks)
        table.ranks = NULL
    return 0


cdef int put(PairTable* table, uint32_t left, uint32_t right, uint32_t number) except -1:
    """Set the number of a pair, replacing what it had."""
    cdef uint64_t pair, at, slots = BUCKET * table.buckets
    if table.slots == NULL:
        return intmap_put(&table.wide, <uint64_t>left << 32 | right, number)
    pair = <uint64_t>left << table.id_bits | right
    at = BUCKET * pair_bucket(table, pair)
    while table.slots[at] != NOTHING() and table.slots[at] >> table.number_bits != pair:
        at = at + 1 if at + 1 < slots else 0
    table.slots[at] = pair << table.number_bits | number
    return 0
