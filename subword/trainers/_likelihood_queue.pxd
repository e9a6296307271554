"""The pairs that may be merged next, ordered by likelihood: see _likelihood_queue.pyx."""

cimport cython
from libc.stdint cimport uint32_t, uint64_t

from subword.trainers._symbols cimport WordSymbols


cdef struct QueuedPair:
    # A pair that may be merged, with the counts that its position in the heap is based on.
    uint64_t count
    uint64_t rarer_count
    double gain
    uint64_t key
    uint32_t pair          # its number


cdef struct SymbolHeap:
    # The queued pairs whose more frequent symbol is this one.
    QueuedPair* pairs
    uint32_t size
    uint32_t capacity
    QueuedPair best        # the first pair, as the top heap knows it
    uint64_t symbol_count  # likewise
    uint32_t position      # in the top heap, + 1; 0 when it is not there
    bint dirty             # its best pair or the symbol's count may differ from what the top knows


cdef struct HeapPosition:
    # Where a pair is: its position in the heap of its more frequent symbol + 1 (0: it is not
    # queued), and its neighbours among the pairs with the same rarer symbol (number + 1; 0: none).
    uint32_t position
    uint32_t frequent
    uint32_t next
    uint32_t previous


@cython.final
cdef class LikelihoodQueue:
    cdef WordSymbols words
    cdef bint by_gain
    cdef double log_total            # of all symbols before the first merge
    cdef SymbolHeap* heaps           # by symbol
    cdef uint32_t heaps_size
    cdef uint32_t* top               # the heap of heaps: symbols
    cdef uint32_t top_size
    cdef uint32_t* dirty             # symbols whose heaps are dirty
    cdef uint32_t dirty_size
    cdef HeapPosition* positions     # by pair
    cdef uint32_t positions_size
    cdef uint32_t* pairs_by_rarer    # symbol -> first pair in which it is the rarer one, + 1

    cdef bint pair_before(self, const QueuedPair* a, const QueuedPair* b) noexcept nogil
    cdef bint heap_before(self, const SymbolHeap* a, const SymbolHeap* b) noexcept nogil
    cdef void sift(self, SymbolHeap* heap, uint32_t i) noexcept nogil
    cdef void sift_down(self, SymbolHeap* heap, uint32_t i) noexcept nogil
    cdef void sift_top(self, uint32_t i) noexcept nogil
    cdef void measure(self, QueuedPair* queued, uint32_t number, uint32_t frequent) noexcept nogil
    cdef void mark_dirty(self, uint32_t symbol) noexcept nogil

    cdef int reserve_positions(self) except -1 nogil
    cdef int insert(self, uint32_t number) except -1 nogil
    cdef void remove(self, uint32_t number) noexcept nogil
    cdef void update(self, uint32_t number) noexcept nogil
    cdef void update_symbol(self, uint32_t symbol) noexcept nogil
    cdef void restore_top(self) noexcept nogil
