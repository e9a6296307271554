"""BPE dropout (Provilkov, Emelianenko, Voita 2020): merges are left out at random.

As in the original, a merge that is left out may be drawn again once another merge has been done. A
word is finished when all of its pairs were left out one after the other, which is rare in a long
word. There is no seed: every process, and every thread of it, draws numbers of its own.
"""

import os

from libc.stdint cimport int32_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from subword._core.hashmap cimport NOTHING
from subword._core.pipeline cimport out_of_memory
from subword.models._heap cimport heap_pop, heap_push
from subword.models._pair_table cimport PairTable
from subword.models.merge cimport Symbol, join_right, link_symbols, pair_at, push_pair

cdef extern from "cpu/random.h" nogil:
    double random_unit(uint64_t seed)

cdef uint64_t process_seed = 0


def draw_seed():
    """Begin a new sequence of random numbers in this process."""
    global process_seed
    process_seed = int.from_bytes(os.urandom(8), "little") | 1


draw_seed()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=draw_seed)


cdef int merge_some(const PairTable* pairs, Symbol* symbols, Py_ssize_t count,
                    double dropout) except -1 nogil:
    """Merge with a heap as `merge_long` does, but leave a merge out with probability `dropout`.

    The pairs in the heap and those that were left out are together at most 3 * count.
    """
    cdef uint64_t* heap = <uint64_t*>malloc((6 * count + 1) * sizeof(uint64_t))
    cdef uint64_t* left_out = heap + 3 * count
    cdef uint64_t pair, top
    cdef Py_ssize_t size = 0, left_out_count = 0, i
    if heap == NULL:
        return out_of_memory()
    link_symbols(symbols, count)
    for i in range(count):
        push_pair(heap, &size, pairs, symbols, <int32_t>i)
    while size:
        top = heap_pop(heap, &size)
        if random_unit(process_seed) < dropout:
            left_out[left_out_count] = top
            left_out_count += 1
            continue
        while left_out_count:
            left_out_count -= 1
            heap_push(heap, &size, left_out[left_out_count])
        pair = pair_at(pairs, symbols, <int32_t><uint32_t>top)
        if pair == NOTHING() or pair >> 32 != top >> 32:
            continue    # the pair has changed since it was pushed
        join_right(heap, &size, pairs, symbols, <int32_t><uint32_t>top, <uint32_t>pair)
    free(heap)
    return 0
