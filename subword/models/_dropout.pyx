"""BPE dropout (Provilkov, Emelianenko, Voita 2020): each merge is left out now and then.

As in the original, a merge that is left out waits until another one is carried out, and may then
be drawn again: a word is done when all its pairs were left out in turn, rare in a long word.
There is no seed: every process, and every thread of it, draws numbers of its own.
"""

import os

from libc.stdint cimport int32_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from subword._core.hashmap cimport NOTHING, IntMap, intmap_get
from subword._core.pipeline cimport out_of_memory
from subword.models._heap cimport heap_pop, heap_push
from subword.models.merge cimport MERGED, Symbol

cdef extern from "cpu/random.h" nogil:
    double random_unit(uint64_t seed)

cdef uint64_t process_seed = 0


def draw_seed():
    """Begin new streams of random numbers."""
    global process_seed
    process_seed = int.from_bytes(os.urandom(8), "little") | 1


draw_seed()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=draw_seed)


cdef inline uint64_t pair_of(const IntMap* pairs, const Symbol* symbols, int32_t at) noexcept nogil:
    """Return rank << 32 | product of a symbol and its right neighbour; NOTHING() if they do not
    merge."""
    cdef int32_t right = symbols[at].right
    if right < 0 or right == MERGED:
        return NOTHING()
    return intmap_get(pairs, <uint64_t>symbols[at].id << 32 | symbols[right].id)


cdef int merge_some(const IntMap* pairs, Symbol* symbols, Py_ssize_t count,
                    double dropout) except -1 nogil:
    """Merge with a heap of (rank, position), leaving out what is drawn. Merged-away symbols are
    marked by right == MERGED.

    The pairs that wait and those in the heap are at most 3 * count, see `merging.merge_long`.
    """
    cdef uint64_t* heap = <uint64_t*>malloc((6 * count + 1) * sizeof(uint64_t))
    cdef uint64_t* waiting = heap + 3 * count
    cdef uint64_t pair, top
    cdef Py_ssize_t size = 0, left_out = 0, i
    cdef int32_t at, right, left
    if heap == NULL:
        return out_of_memory()
    for i in range(count):
        symbols[i].left = <int32_t>(i - 1)
        symbols[i].right = <int32_t>(i + 1) if i + 1 < count else -1
    for i in range(count):
        pair = pair_of(pairs, symbols, <int32_t>i)
        if pair != NOTHING():
            heap_push(heap, &size, pair >> 32 << 32 | <uint64_t>i)
    while size:
        top = heap_pop(heap, &size)
        if random_unit(process_seed) < dropout:
            waiting[left_out] = top
            left_out += 1
            continue
        while left_out:
            left_out -= 1
            heap_push(heap, &size, waiting[left_out])
        at = <int32_t><uint32_t>top
        pair = pair_of(pairs, symbols, at)
        if pair == NOTHING() or pair >> 32 != top >> 32:
            continue  # the pair has changed since
        right = symbols[at].right
        symbols[at].id = <uint32_t>pair
        symbols[at].end = symbols[right].end
        symbols[at].right = symbols[right].right
        symbols[right].right = MERGED
        if symbols[at].right >= 0:
            symbols[symbols[at].right].left = at
        pair = pair_of(pairs, symbols, at)
        if pair != NOTHING():
            heap_push(heap, &size, pair >> 32 << 32 | <uint64_t>at)
        left = symbols[at].left
        pair = pair_of(pairs, symbols, left) if left >= 0 else NOTHING()
        if pair != NOTHING():
            heap_push(heap, &size, pair >> 32 << 32 | <uint64_t>left)
    free(heap)
    return 0
