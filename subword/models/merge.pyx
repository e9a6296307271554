"""The merges of BPE over an array of symbols: the leftmost pair of lowest rank, until none is left.

A short word is scanned for the lowest rank again and again. A long one keeps a heap, so that a
megabyte without a blank takes O(n log n).
"""

from libc.stdint cimport int32_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memmove

from subword._core.hashmap cimport NOTHING
from subword._core.pipeline cimport check_signals, out_of_memory
from subword.models._heap cimport heap_pop, sift_down
from subword.models._pair_table cimport PairTable

cdef enum:
    SIGNAL_STEPS = 1 << 20     # merges between two checks for Ctrl-C


cdef Py_ssize_t merge_short(const PairTable* pairs, Symbol* symbols,
                            Py_ssize_t count) noexcept nogil:
    """Merge by scanning for the lowest rank; the array has no gaps afterwards.

    Returns:
        How many symbols are left.
    """
    cdef uint64_t[SHORT] ranks
    cdef uint64_t best, bar     # the lowest pair, and what one of lower rank is below
    cdef Py_ssize_t i, lowest
    for i in range(count):
        symbols[i].right = 0
    for i in range(count - 1):
        ranks[i] = pair_of(pairs, symbols + i, symbols + i + 1)
    while count > 1:
        best = bar = NOTHING()
        lowest = 0
        for i in range(count - 1):
            if ranks[i] < bar:
                best = ranks[i]
                bar = best >> 32 << 32
                lowest = i
        if best == NOTHING():
            break
        symbols[lowest].id = <uint32_t>best
        symbols[lowest].end = symbols[lowest + 1].end
        count -= 1
        memmove(symbols + lowest + 1, symbols + lowest + 2, (count - lowest - 1) * sizeof(Symbol))
        memmove(ranks + lowest, ranks + lowest + 1, (count - lowest) * sizeof(uint64_t))
        if lowest > 0:
            ranks[lowest - 1] = pair_of(pairs, symbols + lowest - 1, symbols + lowest)
        if lowest < count - 1:
            ranks[lowest] = pair_of(pairs, symbols + lowest, symbols + lowest + 1)
    return count


cdef int merge_long(const PairTable* pairs, Symbol* symbols, Py_ssize_t count) except -1 nogil:
    """Merge with a heap of rank << 32 | position, O(n log n). A symbol that has become part of
    another has MERGED as its `right`.

    An entry whose pair has changed since it was pushed is recognised by its rank and skipped. Each
    merge pops one entry and pushes at most two, and there is one symbol fewer: 3 * count entries
    are enough.
    """
    cdef uint64_t* heap = <uint64_t*>malloc(3 * count * sizeof(uint64_t))
    if heap == NULL:
        return out_of_memory()
    try:
        return merge_with_heap(heap, pairs, symbols, count)
    finally:
        free(heap)


cdef int merge_with_heap(uint64_t* heap, const PairTable* pairs, Symbol* symbols,
                         Py_ssize_t count) except -1 nogil:
    """Do this in a heap with space for 3 * count entries."""
    cdef uint64_t pair, top
    cdef Py_ssize_t size = 0, i, steps = 0
    link_symbols(symbols, count)
    for i in range(count - 1):
        pair = pair_of(pairs, symbols + i, symbols + i + 1)
        if pair != NOTHING():
            heap[size] = pair >> 32 << 32 | <uint64_t>i
            size += 1
    for i in range(size // 2 - 1, -1, -1):
        sift_down(heap, size, i)
    while size:
        steps += 1
        if steps % SIGNAL_STEPS == 0:
            check_signals()
        top = heap_pop(heap, &size)
        pair = pair_at(pairs, symbols, <int32_t><uint32_t>top)
        if pair == NOTHING() or pair >> 32 != top >> 32:
            continue    # the pair has changed since it was pushed
        join_right(heap, &size, pairs, symbols, <int32_t><uint32_t>top, <uint32_t>pair)
    return 0
