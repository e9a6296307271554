"""BPE dropout (Provilkov, Emelianenko, Voita 2020): merges are left out at random.

The originals differ in what becomes of a merge that was left out. In `tokenizers` it may be drawn
again once another merge has been done: a word is finished when all of its pairs were left out one
after the other, which is rare in a long word. In `sentencepiece` it is drawn once.

Where all pairs are drawn again, how many are left out before one is merged is one random number: k
of them with the probability dropout ** k. A short word keeps its pairs sorted, so that the pair
behind them is found at once; a long one takes them from its heap and puts them back.
"""

from libc.stdint cimport int32_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from subword._core.hashmap cimport NOTHING
from subword._core.pipeline cimport check_signals, out_of_memory
from subword._core.random cimport random_unit
from subword.models._heap cimport heap_pop, heap_push
from subword.models._pair_table cimport PairTable
from subword.models.merge cimport SHORT, Symbol, join_right, join_symbols, link_symbols, pair_at

cdef enum:
    SIGNAL_STEPS = 1 << 20     # merges between two checks for Ctrl-C


cdef int merge_some(const PairTable* pairs, Symbol* symbols, Py_ssize_t count, double dropout,
                    bint redraws, uint64_t* random) except -1 nogil:
    """Merge, but leave a merge out with probability `dropout`; parts of others are MERGED.

    Args:
        redraws: What was left out may be drawn again after another merge.
        random: A stream of numbers.
    """
    cdef uint64_t* heap
    link_symbols(symbols, count)
    if count < 2:
        return 0
    if redraws and count <= SHORT:
        merge_sorted(pairs, symbols, count, dropout, random)
        return 0
    # Each merge takes one pair and adds at most two, and there is one symbol fewer; those that were
    # left out are as many at most.
    heap = <uint64_t*>malloc(6 * count * sizeof(uint64_t))
    if heap == NULL:
        return out_of_memory()
    try:
        return merge_heap(heap, pairs, symbols, count, dropout, redraws, random)
    finally:
        free(heap)


cdef inline Py_ssize_t count_left_out(double dropout, Py_ssize_t size,
                                      uint64_t* random) noexcept nogil:
    """Draw how many of `size` pairs are left out before one is merged."""
    cdef double number = random_unit(random), bound = dropout
    cdef Py_ssize_t k = 0
    while k < size and number < bound:
        k += 1
        bound *= dropout
    return k


cdef inline void put_sorted(uint64_t* waiting, Py_ssize_t* size, const PairTable* pairs,
                            const Symbol* symbols, int32_t i) noexcept nogil:
    """Add rank << 32 | i if symbol i of a list and the next one merge."""
    cdef uint64_t pair = pair_at(pairs, symbols, i), item
    cdef Py_ssize_t k = size[0]
    if pair == NOTHING():
        return
    item = pair >> 32 << 32 | <uint64_t>i
    while k > 0 and waiting[k - 1] > item:
        waiting[k] = waiting[k - 1]
        k -= 1
    waiting[k] = item
    size[0] += 1


cdef void merge_sorted(const PairTable* pairs, Symbol* symbols, Py_ssize_t count, double dropout,
                       uint64_t* random) noexcept nogil:
    """Do so in a short word, whose pairs are kept sorted by rank and place."""
    cdef uint64_t[3 * SHORT] waiting
    cdef uint64_t top, pair
    cdef Py_ssize_t size = 0, i, k
    cdef int32_t place
    for i in range(count - 1):
        put_sorted(waiting, &size, pairs, symbols, <int32_t>i)
    while size:
        k = count_left_out(dropout, size, random)
        if k == size:
            return
        top = waiting[k]
        size -= 1
        for i in range(k, size):
            waiting[i] = waiting[i + 1]
        place = <int32_t><uint32_t>top
        pair = pair_at(pairs, symbols, place)
        if pair == NOTHING() or pair >> 32 != top >> 32:
            continue    # the pair has changed since it was added
        join_symbols(symbols, place, <uint32_t>pair)
        put_sorted(waiting, &size, pairs, symbols, place)
        if symbols[place].left >= 0:
            put_sorted(waiting, &size, pairs, symbols, symbols[place].left)


cdef int merge_heap(uint64_t* heap, const PairTable* pairs, Symbol* symbols, Py_ssize_t count,
                    double dropout, bint redraws, uint64_t* random) except -1 nogil:
    """Do so with a heap of rank << 32 | place, which has space for 6 * count."""
    cdef uint64_t* left_out = heap + 3 * count
    cdef uint64_t pair, top
    cdef Py_ssize_t size = 0, i, k = 0, steps = 0
    for i in range(count - 1):
        pair = pair_at(pairs, symbols, <int32_t>i)
        if pair != NOTHING():
            heap_push(heap, &size, pair >> 32 << 32 | <uint64_t>i)
    while size:
        steps += 1
        if steps % SIGNAL_STEPS == 0:
            check_signals()
        if redraws:
            k = count_left_out(dropout, size, random)
            if k == size:
                return 0
            for i in range(k):
                left_out[i] = heap_pop(heap, &size)
        top = heap_pop(heap, &size)
        for i in range(k):
            heap_push(heap, &size, left_out[i])
        pair = pair_at(pairs, symbols, <int32_t><uint32_t>top)
        if pair == NOTHING() or pair >> 32 != top >> 32:
            continue    # the pair has changed since it was pushed
        if not redraws and random_unit(random) < dropout:
            continue
        join_right(heap, &size, pairs, symbols, <int32_t><uint32_t>top, <uint32_t>pair)
    return 0
