"""The pairs that may be merged next, ordered by likelihood, which changes with every merge.

The score count(ab) / (count(a) * count(b)) of every pair that holds `a` changes with count(a), so
one heap of all pairs would have to be corrected in thousands of places after each merge. Here the
heap has two levels. Each pair is in the heap of its more frequent symbol, ordered by
count(ab) / count(rarer symbol), which the count of the frequent symbol does not change. The top
heap holds these heaps, ordered by the score of their first pair divided by the count of the
frequent symbol. A changed count(a) then moves one heap as a whole, and the pairs in which `a` is
the rarer symbol: they are few, since each has a more frequent rarer. Scores are compared exactly,
as integers of up to 192 bits.

Which symbol of a pair is the more frequent one is decided when the pair is inserted; a pair stays
in its heap when the counts change places later, which costs time but no exactness.

Every heap compares copies of the counts, taken when an entry was last put in its position, so
entries can be corrected one after the other while the heap stays in order.
"""

cimport cython
from libc.math cimport log
from libc.stdint cimport uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from subword._core.pipeline cimport out_of_memory, reallocate
from subword.trainers._symbols cimport PairRecord, WordSymbols, left_of, right_of


cdef extern from "cpu/compare_products.h" nogil:
    int compare_two(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
    int compare_three(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)


@cython.final
cdef class LikelihoodQueue:
    """A heap of heaps of pairs.

    Args:
        words: The words, with their symbols and pairs counted.
        symbols: How many symbols there can be.
        by_gain: Order by count(ab) * log(count(ab) * N / (count(a) * count(b))) instead; then all
            pairs of a heap are measured anew when the count of its symbol changes.
        total: N, the number of all symbols before the first merge.
    """

    def __init__(self, WordSymbols words not None, uint32_t symbols, bint by_gain, double total):
        self.words = words
        self.by_gain = by_gain
        self.log_total = log(total)
        self.heaps_size = symbols
        self.heaps = <SymbolHeap*>calloc(symbols, sizeof(SymbolHeap))
        self.top = <uint32_t*>calloc(symbols, sizeof(uint32_t))
        self.dirty = <uint32_t*>calloc(symbols, sizeof(uint32_t))
        self.pairs_by_rarer = <uint32_t*>calloc(symbols, sizeof(uint32_t))
        if not (self.heaps and self.top and self.dirty and self.pairs_by_rarer):
            out_of_memory()

    def __dealloc__(self):
        cdef uint32_t i
        if self.heaps:
            for i in range(self.heaps_size):
                free(self.heaps[i].pairs)
        free(self.heaps)
        free(self.top)
        free(self.dirty)
        free(self.positions)
        free(self.pairs_by_rarer)

    # -- order

    cdef bint pair_before(self, const QueuedPair* a, const QueuedPair* b) noexcept nogil:
        """Say whether `a` comes before `b` in their heap: score, then count, then left id, then
        right id."""
        cdef int order
        if self.by_gain:
            order = (a.gain > b.gain) - (a.gain < b.gain)
        else:
            order = compare_two(a.count, b.rarer_count, b.count, a.rarer_count)
        if order:
            return order > 0
        return a.count > b.count or (a.count == b.count and a.key < b.key)

    cdef bint heap_before(self, const SymbolHeap* a, const SymbolHeap* b) noexcept nogil:
        """The same order between the best pairs of two heaps."""
        cdef int order
        if self.by_gain:
            order = (a.best.gain > b.best.gain) - (a.best.gain < b.best.gain)
        else:
            order = compare_three(a.best.count, b.best.rarer_count, b.symbol_count,
                                  b.best.count, a.best.rarer_count, a.symbol_count)
        if order:
            return order > 0
        if a.best.count != b.best.count:
            return a.best.count > b.best.count
        return a.best.key < b.best.key

    # -- the heap of one symbol

    cdef void sift(self, SymbolHeap* heap, uint32_t i) noexcept nogil:
        """Move the pair at `i` up or down to where it belongs."""
        cdef QueuedPair moving = heap.pairs[i]
        while i > 0 and self.pair_before(&moving, heap.pairs + (i - 1) // 2):
            heap.pairs[i] = heap.pairs[(i - 1) // 2]
            self.positions[heap.pairs[i].pair].position = i + 1
            i = (i - 1) // 2
        heap.pairs[i] = moving
        self.sift_down(heap, i)

    cdef void measure(self, QueuedPair* queued, uint32_t number, uint32_t frequent) noexcept nogil:
        """Fill in a queued pair from the present counts."""
        cdef const PairRecord* pair = self.words.pairs + number
        cdef uint32_t left = left_of(pair.key), right = right_of(pair.key)
        cdef uint32_t rarer = right if frequent == left else left
        queued.pair = number
        queued.key = pair.key
        queued.count = <uint64_t>pair.count
        queued.rarer_count = <uint64_t>self.words.symbol_counts[rarer]
        if self.by_gain:
            queued.gain = <double>pair.count * (
                log(<double>pair.count) + self.log_total
                - log(<double>self.words.symbol_counts[left])
                - log(<double>self.words.symbol_counts[right]))

    cdef void mark_dirty(self, uint32_t symbol) noexcept nogil:
        if not self.heaps[symbol].dirty:
            self.heaps[symbol].dirty = True
            self.dirty[self.dirty_size] = symbol
            self.dirty_size += 1

    cdef int reserve_positions(self) except -1 nogil:
        """Reserve memory for the positions of all pairs."""
        if self.positions_size < self.words.pairs_capacity:
            self.positions = <HeapPosition*>reallocate(
                self.positions, self.words.pairs_capacity * sizeof(HeapPosition))
            memset(self.positions + self.positions_size, 0,
                   (self.words.pairs_capacity - self.positions_size) * sizeof(HeapPosition))
            self.positions_size = self.words.pairs_capacity
        return 0

    cdef int insert(self, uint32_t number) except -1 nogil:
        """Put a pair in the heap of its more frequent symbol."""
        cdef uint64_t key = self.words.pairs[number].key
        cdef uint32_t left = left_of(key), right = right_of(key), frequent, rarer
        cdef SymbolHeap* heap
        cdef HeapPosition* at = self.positions + number
        if self.words.symbol_counts[left] >= self.words.symbol_counts[right]:
            frequent, rarer = left, right
        else:
            frequent, rarer = right, left
        heap = self.heaps + frequent
        if heap.size == heap.capacity:
            # Not `grow`, whose first buffer is larger: most of the many heaps hold a few pairs.
            heap.pairs = <QueuedPair*>reallocate(
                heap.pairs, max(<size_t>4, 2 * <size_t>heap.capacity) * sizeof(QueuedPair))
            heap.capacity = max(4, 2 * heap.capacity)
        at.frequent = frequent
        at.previous = 0
        at.next = self.pairs_by_rarer[rarer]
        if at.next:
            self.positions[at.next - 1].previous = number + 1
        self.pairs_by_rarer[rarer] = number + 1
        self.measure(heap.pairs + heap.size, number, frequent)
        heap.size += 1
        self.sift(heap, heap.size - 1)
        self.mark_dirty(frequent)
        return 0

    cdef void remove(self, uint32_t number) noexcept nogil:
        """Take a pair out of the queue."""
        cdef HeapPosition* at = self.positions + number
        cdef SymbolHeap* heap = self.heaps + at.frequent
        cdef uint32_t i = at.position - 1
        cdef uint64_t key = self.words.pairs[number].key
        cdef uint32_t rarer = right_of(key) if at.frequent == left_of(key) else left_of(key)
        if at.next:
            self.positions[at.next - 1].previous = at.previous
        if at.previous:
            self.positions[at.previous - 1].next = at.next
        else:
            self.pairs_by_rarer[rarer] = at.next
        at.position = 0
        heap.size -= 1
        if i < heap.size:
            heap.pairs[i] = heap.pairs[heap.size]
            self.sift(heap, i)
        self.mark_dirty(at.frequent)

    cdef void update(self, uint32_t number) noexcept nogil:
        """Move a queued pair to the position that its present counts give it."""
        cdef HeapPosition* at = self.positions + number
        cdef SymbolHeap* heap = self.heaps + at.frequent
        self.measure(heap.pairs + at.position - 1, number, at.frequent)
        self.sift(heap, at.position - 1)
        self.mark_dirty(at.frequent)

    cdef void update_symbol(self, uint32_t symbol) noexcept nogil:
        """Correct all queued pairs that hold a symbol whose count has changed."""
        cdef uint32_t number = self.pairs_by_rarer[symbol], i
        cdef SymbolHeap* heap = self.heaps + symbol
        while number:
            self.update(number - 1)
            number = self.positions[number - 1].next
        if heap.size:
            if self.by_gain:   # the symbol's count is part of each gain
                for i in range(heap.size):
                    self.measure(heap.pairs + i, heap.pairs[i].pair, symbol)
                for i in range(heap.size // 2, 0, -1):
                    self.sift_down(heap, i - 1)
            self.mark_dirty(symbol)

    cdef void sift_down(self, SymbolHeap* heap, uint32_t i) noexcept nogil:
        """Move a pair down among those below it, which are in order."""
        cdef QueuedPair moving = heap.pairs[i]
        cdef uint32_t child
        while True:
            child = 2 * i + 1
            if child >= heap.size:
                break
            if child + 1 < heap.size and self.pair_before(
                    heap.pairs + child + 1, heap.pairs + child):
                child += 1
            if not self.pair_before(heap.pairs + child, &moving):
                break
            heap.pairs[i] = heap.pairs[child]
            self.positions[heap.pairs[i].pair].position = i + 1
            i = child
        heap.pairs[i] = moving
        self.positions[moving.pair].position = i + 1

    # -- the heap of heaps

    cdef void restore_top(self) noexcept nogil:
        """Move every dirty heap to its position in the top heap."""
        cdef uint32_t i, symbol, last
        cdef SymbolHeap* heap
        for i in range(self.dirty_size):
            symbol = self.dirty[i]
            heap = self.heaps + symbol
            heap.dirty = False
            if heap.size == 0:
                if heap.position:
                    self.top_size -= 1
                    last = self.top[self.top_size]
                    if last != symbol:
                        self.top[heap.position - 1] = last
                        self.heaps[last].position = heap.position
                        self.sift_top(heap.position - 1)
                    heap.position = 0
                continue
            heap.best = heap.pairs[0]
            heap.symbol_count = <uint64_t>self.words.symbol_counts[symbol]
            if heap.position == 0:
                self.top[self.top_size] = symbol
                self.top_size += 1
                heap.position = self.top_size
            self.sift_top(heap.position - 1)
        self.dirty_size = 0

    cdef void sift_top(self, uint32_t i) noexcept nogil:
        """Move the heap at `i` up or down to where it belongs."""
        cdef uint32_t moving = self.top[i], child
        cdef SymbolHeap* heap = self.heaps + moving
        while i > 0 and self.heap_before(heap, self.heaps + self.top[(i - 1) // 2]):
            self.top[i] = self.top[(i - 1) // 2]
            self.heaps[self.top[i]].position = i + 1
            i = (i - 1) // 2
        while True:
            child = 2 * i + 1
            if child >= self.top_size:
                break
            if child + 1 < self.top_size and self.heap_before(
                    self.heaps + self.top[child + 1], self.heaps + self.top[child]):
                child += 1
            if not self.heap_before(self.heaps + self.top[child], heap):
                break
            self.top[i] = self.top[child]
            self.heaps[self.top[i]].position = i + 1
            i = child
        self.top[i] = moving
        heap.position = i + 1
