"""The merges of BPE: the leftmost pair of lowest rank, again and again, until no pair is in the
table.

Short words scan for the lowest rank; long ones keep a heap, so that a megabyte without a blank
takes O(n log n).
"""

from libc.stdint cimport int32_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memmove

from subword._core.hashmap cimport NOTHING, IntMap, intmap_get
from subword._core.pipeline cimport check_signals, out_of_memory
from subword.models._heap cimport heap_pop, heap_push, sift_down

cdef enum:
    STEPS = 1 << 20     # merges between two looks for Ctrl-C


cdef inline uint64_t pair_of(const IntMap* pairs, const Symbol* left,
                             const Symbol* right) noexcept nogil:
    """Return rank << 32 | product of two neighbours; NOTHING() if they do not merge."""
    return intmap_get(pairs, <uint64_t>left.id << 32 | right.id)


cdef Py_ssize_t merge_short(const IntMap* pairs, Symbol* symbols, Py_ssize_t count) noexcept nogil:
    """Merge by scanning for the lowest rank; the array is kept dense. Returns how many symbols are
    left."""
    cdef uint64_t[SHORT] ranks
    cdef uint64_t best
    cdef Py_ssize_t i, at
    for i in range(count):
        symbols[i].right = 0
    for i in range(count - 1):
        ranks[i] = pair_of(pairs, symbols + i, symbols + i + 1)
    while count > 1:
        best = NOTHING()
        at = 0
        for i in range(count - 1):
            if ranks[i] < best:
                best = ranks[i]
                at = i
        if best == NOTHING():
            break
        symbols[at].id = <uint32_t>best
        symbols[at].end = symbols[at + 1].end
        count -= 1
        memmove(symbols + at + 1, symbols + at + 2, (count - at - 1) * sizeof(Symbol))
        memmove(ranks + at, ranks + at + 1, (count - at) * sizeof(uint64_t))
        if at > 0:
            ranks[at - 1] = pair_of(pairs, symbols + at - 1, symbols + at)
        if at < count - 1:
            ranks[at] = pair_of(pairs, symbols + at, symbols + at + 1)
    return count


cdef int merge_long(const IntMap* pairs, Symbol* symbols, Py_ssize_t count) except -1 nogil:
    """Merge with a heap of (rank, position), O(n log n). Merged-away symbols are marked by right ==
    MERGED.

    An entry whose pair has changed since it was pushed is recognised by its rank and skipped. Every
    merge takes one entry out and puts at most two in, while the symbols become one fewer: 3 * count
    entries are enough.
    """
    cdef uint64_t* heap = <uint64_t*>malloc(3 * count * sizeof(uint64_t))
    if heap == NULL:
        return out_of_memory()
    try:
        return merge_with(heap, pairs, symbols, count)
    finally:
        free(heap)


cdef int merge_with(uint64_t* heap, const IntMap* pairs, Symbol* symbols,
                    Py_ssize_t count) except -1 nogil:
    """Do it, in a heap with room for 3 * count entries."""
    cdef uint64_t pair, top
    cdef Py_ssize_t size = 0, i, steps = 0
    cdef int32_t at, right
    for i in range(count):
        symbols[i].left = <int32_t>(i - 1)
        symbols[i].right = <int32_t>(i + 1) if i + 1 < count else -1
        if i + 1 < count:
            pair = pair_of(pairs, symbols + i, symbols + i + 1)
            if pair != NOTHING():
                heap[size] = pair >> 32 << 32 | <uint64_t>i
                size += 1
    for i in range(size // 2 - 1, -1, -1):
        sift_down(heap, size, i)
    while size:
        steps += 1
        if steps % STEPS == 0:
            check_signals()
        top = heap_pop(heap, &size)
        at = <int32_t><uint32_t>top
        right = symbols[at].right
        pair = NOTHING()
        if right >= 0 and right != MERGED:
            pair = pair_of(pairs, symbols + at, symbols + right)
        if pair == NOTHING() or pair >> 32 != top >> 32:
            continue    # the pair has changed since
        symbols[at].id = <uint32_t>pair
        symbols[at].end = symbols[right].end
        symbols[at].right = symbols[right].right
        symbols[right].right = MERGED
        if symbols[at].right >= 0:
            symbols[symbols[at].right].left = at
            pair = pair_of(pairs, symbols + at, symbols + symbols[at].right)
            if pair != NOTHING():
                heap_push(heap, &size, pair >> 32 << 32 | <uint64_t>at)
        if symbols[at].left >= 0:
            pair = pair_of(pairs, symbols + symbols[at].left, symbols + at)
            if pair != NOTHING():
                heap_push(heap, &size, pair >> 32 << 32 | <uint64_t>symbols[at].left)
    return 0
