"""The merges of BPE over an array of symbols."""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from subword._core.hashmap cimport NOTHING
from subword.models._heap cimport heap_push
from subword.models._pair_table cimport (
    NO_MERGE, PairTable, merge_number, merge_rank, merged_id,
)

cdef enum:
    SHORT = 64           # symbols: up to here, a scan for the lowest rank is faster than a heap
    MERGED = 0x7FFFFFFF  # `right` of a symbol that has become part of its left neighbour
    NOT_YET = -1         # the count of a word's tokens that are to be found


cdef struct Word:
    # A word of a batch and, once they are known, where its tokens are among those of the batch.
    const uint8_t* bytes
    int32_t size
    Py_ssize_t first
    Py_ssize_t count


cdef struct Symbol:
    # A part of a word that becomes a token: an item of a doubly linked list in an array.
    uint32_t id
    int32_t start
    int32_t end
    int32_t left         # index of the neighbour, -1 for none
    int32_t right


cdef Py_ssize_t merge_short(const PairTable* pairs, Symbol* symbols,
                            Py_ssize_t count) noexcept nogil
cdef int merge_long(const PairTable* pairs, Symbol* symbols, Py_ssize_t count) except -1 nogil


cdef inline Py_ssize_t push_symbol(Symbol* symbols, Py_ssize_t n, uint32_t id, int32_t* pos,
                                   int length) noexcept nogil:
    """Append a symbol of `length` bytes, which begins at pos[0]; return how many there are."""
    symbols[n].id = id
    symbols[n].start = pos[0]
    pos[0] += length
    symbols[n].end = pos[0]
    return n + 1


cdef inline void link_symbols(Symbol* symbols, Py_ssize_t count) noexcept nogil:
    """Make a list of the symbols."""
    cdef Py_ssize_t i
    for i in range(count):
        symbols[i].left = <int32_t>(i - 1)
        symbols[i].right = <int32_t>(i + 1) if i + 1 < count else -1


cdef inline uint64_t pair_of(const PairTable* pairs, const Symbol* left,
                             const Symbol* right) noexcept nogil:
    """Return rank << 32 | merged id of two neighbours; NOTHING() if they do not merge."""
    cdef uint32_t number = merge_number(pairs, left.id, right.id)
    if number == NO_MERGE:
        return NOTHING()
    return <uint64_t>merge_rank(pairs, number) << 32 | merged_id(pairs, number)


cdef inline uint64_t pair_at(const PairTable* pairs, const Symbol* symbols,
                             int32_t i) noexcept nogil:
    """Return what `pair_of` says of symbol i of a list and the next one.

    NOTHING() also if symbol i is the last, or has become part of another.
    """
    cdef int32_t right = symbols[i].right
    if right < 0 or right == MERGED:
        return NOTHING()
    return pair_of(pairs, symbols + i, symbols + right)


cdef inline void push_pair(uint64_t* heap, Py_ssize_t* size, const PairTable* pairs,
                           const Symbol* symbols, int32_t i) noexcept nogil:
    """Push rank << 32 | i if symbol i of a list and the next one merge."""
    cdef uint64_t pair = pair_at(pairs, symbols, i)
    if pair != NOTHING():
        heap_push(heap, size, pair >> 32 << 32 | <uint64_t>i)


cdef inline void join_symbols(Symbol* symbols, int32_t i, uint32_t made_id) noexcept nogil:
    """Make one symbol of symbol i and the next one."""
    cdef int32_t right = symbols[i].right
    symbols[i].id = made_id
    symbols[i].end = symbols[right].end
    symbols[i].right = symbols[right].right
    symbols[right].right = MERGED
    if symbols[i].right >= 0:
        symbols[symbols[i].right].left = i


cdef inline void join_right(uint64_t* heap, Py_ssize_t* size, const PairTable* pairs,
                            Symbol* symbols, int32_t i, uint32_t made_id) noexcept nogil:
    """Make one symbol of symbol i and the next one, and push the two pairs that it now is in."""
    join_symbols(symbols, i, made_id)
    push_pair(heap, size, pairs, symbols, i)
    if symbols[i].left >= 0:
        push_pair(heap, size, pairs, symbols, symbols[i].left)
