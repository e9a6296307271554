"""The pairs that may be merged next, ordered by a score that moves under them.

The score count(ab) / (count(a) * count(b)) of every pair that holds `a` changes with count(a), so
one queue of all pairs would have to be corrected in thousands of places after each merge. Here each
pair belongs to a row, that of its more frequent symbol, the owner; the other one is its partner. A
row is a heap ordered by count(ab) / count(partner), which the owner's count does not touch; a heap
over the rows compares their best pairs divided by count(owner). A changed count(a) then moves one
row as a whole, and the pairs in which `a` is the partner: few, for all their owners were more
frequent. Scores are compared exactly, as integers of up to 192 bits.

Every heap compares copies of the counts, taken when an entry was last put in its place, so entries
can be corrected one after the other while the heap stays in order.
"""

cimport cython
from libc.math cimport log
from libc.stdint cimport uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memset

from subword.corpus.word_table cimport out_of_memory
from subword.trainers._symbols cimport Pair, Segments, left_of, right_of


cdef extern from "cpu/compare_products.h" nogil:
    int compare_two(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
    int compare_three(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)


@cython.final
cdef class Candidates:
    """The rows, and the heap over them.

    Args:
        segments: The words, with their symbols and pairs counted.
        symbols: How many symbols there can be.
        by_gain: Order by count(ab) * log(count(ab) * N / (count(a) * count(b))) instead; then a
            changed owner means measuring its row anew.
        total: N, the number of all symbols before the first merge.
    """

    def __init__(self, Segments segments not None, uint32_t symbols, bint by_gain, double total):
        self.segments = segments
        self.by_gain = by_gain
        self.log_total = log(total)
        self.rows_size = symbols
        self.rows = <Row*>calloc(symbols, sizeof(Row))
        self.queue = <uint32_t*>calloc(symbols, sizeof(uint32_t))
        self.changed = <uint32_t*>calloc(symbols, sizeof(uint32_t))
        self.guests = <uint32_t*>calloc(symbols, sizeof(uint32_t))
        if not (self.rows and self.queue and self.changed and self.guests):
            out_of_memory()

    def __dealloc__(self):
        cdef uint32_t i
        if self.rows:
            for i in range(self.rows_size):
                free(self.rows[i].heap)
        free(self.rows)
        free(self.queue)
        free(self.changed)
        free(self.seats)
        free(self.guests)

    # -- order

    cdef bint in_row(self, const Candidate* a, const Candidate* b) noexcept nogil:
        """Say whether `a` comes before `b` in their row: score, then count, then left id, then
        right id."""
        cdef int order
        if self.by_gain:
            order = (a.gain > b.gain) - (a.gain < b.gain)
        else:
            order = compare_two(a.count, b.partner_count, b.count, a.partner_count)
        if order:
            return order > 0
        return a.count > b.count or (a.count == b.count and a.key < b.key)

    cdef bint in_queue(self, const Row* a, const Row* b) noexcept nogil:
        """The same order between the best pairs of two rows."""
        cdef int order
        if self.by_gain:
            order = (a.best.gain > b.best.gain) - (a.best.gain < b.best.gain)
        else:
            order = compare_three(a.best.count, b.best.partner_count, b.owner_count,
                                  b.best.count, a.best.partner_count, a.owner_count)
        if order:
            return order > 0
        if a.best.count != b.best.count:
            return a.best.count > b.best.count
        return a.best.key < b.best.key

    # -- the heap of a row

    cdef void sift(self, Row* row, uint32_t i) noexcept nogil:
        """Move the candidate at `i` up or down to where it belongs."""
        cdef Candidate moving = row.heap[i]
        while i > 0 and self.in_row(&moving, row.heap + (i - 1) // 2):
            row.heap[i] = row.heap[(i - 1) // 2]
            self.seats[row.heap[i].pair].place = i + 1
            i = (i - 1) // 2
        row.heap[i] = moving
        self.sink(row, i)

    cdef void measure(self, Candidate* candidate, uint32_t number, uint32_t owner) noexcept nogil:
        """Fill in a candidate from the counts of now."""
        cdef const Pair* pair = self.segments.pairs + number
        cdef uint32_t left = left_of(pair.key), right = right_of(pair.key)
        candidate.pair = number
        candidate.key = pair.key
        candidate.count = <uint64_t>pair.count
        cdef uint32_t partner = right if owner == left else left
        candidate.partner_count = <uint64_t>self.segments.symbol_counts[partner]
        if self.by_gain:
            candidate.gain = <double>pair.count * (
                log(<double>pair.count) + self.log_total
                - log(<double>self.segments.symbol_counts[left])
                - log(<double>self.segments.symbol_counts[right]))

    cdef void mark(self, uint32_t owner) noexcept nogil:
        if not self.rows[owner].changed:
            self.rows[owner].changed = True
            self.changed[self.changed_size] = owner
            self.changed_size += 1

    cdef int reserve_seats(self) except -1 nogil:
        """Make room for the seats of all pairs."""
        cdef void* p
        if self.seats_size < self.segments.pairs_capacity:
            p = realloc(self.seats, self.segments.pairs_capacity * sizeof(Seat))
            if p == NULL:
                return out_of_memory()
            self.seats = <Seat*>p
            memset(self.seats + self.seats_size, 0,
                   (self.segments.pairs_capacity - self.seats_size) * sizeof(Seat))
            self.seats_size = self.segments.pairs_capacity
        return 0

    cdef int seat(self, uint32_t number) except -1 nogil:
        """Make a pair a candidate."""
        cdef uint64_t key = self.segments.pairs[number].key
        cdef uint32_t left = left_of(key), right = right_of(key), owner, partner
        cdef Row* row
        cdef Seat* seat = self.seats + number
        cdef void* p
        if self.segments.symbol_counts[left] >= self.segments.symbol_counts[right]:
            owner, partner = left, right
        else:
            owner, partner = right, left
        row = self.rows + owner
        if row.size == row.capacity:
            p = realloc(row.heap, max(<size_t>4, 2 * <size_t>row.capacity) * sizeof(Candidate))
            if p == NULL:
                return out_of_memory()
            row.heap = <Candidate*>p
            row.capacity = max(4, 2 * row.capacity)
        seat.owner = owner
        seat.previous = 0
        seat.next = self.guests[partner]
        if seat.next:
            self.seats[seat.next - 1].previous = number + 1
        self.guests[partner] = number + 1
        self.measure(row.heap + row.size, number, owner)
        row.size += 1
        self.sift(row, row.size - 1)
        self.mark(owner)
        return 0

    cdef void unseat(self, uint32_t number) noexcept nogil:
        """Strike a pair from the candidates."""
        cdef Seat* seat = self.seats + number
        cdef Row* row = self.rows + seat.owner
        cdef uint32_t i = seat.place - 1
        cdef uint64_t key = self.segments.pairs[number].key
        cdef uint32_t partner = right_of(key) if seat.owner == left_of(key) else left_of(key)
        if seat.next:
            self.seats[seat.next - 1].previous = seat.previous
        if seat.previous:
            self.seats[seat.previous - 1].next = seat.next
        else:
            self.guests[partner] = seat.next
        seat.place = 0
        row.size -= 1
        if i < row.size:
            row.heap[i] = row.heap[row.size]
            self.sift(row, i)
        self.mark(seat.owner)

    cdef void reseat(self, uint32_t number) noexcept nogil:
        """Give a candidate the place that its counts of now deserve."""
        cdef Seat* seat = self.seats + number
        cdef Row* row = self.rows + seat.owner
        self.measure(row.heap + seat.place - 1, number, seat.owner)
        self.sift(row, seat.place - 1)
        self.mark(seat.owner)

    cdef void recount(self, uint32_t symbol) noexcept nogil:
        """Correct all candidates that hold a symbol whose count has changed."""
        cdef uint32_t number = self.guests[symbol], i
        cdef Row* row = self.rows + symbol
        while number:
            self.reseat(number - 1)
            number = self.seats[number - 1].next
        if row.size:
            if self.by_gain:   # the owner's count is part of each gain
                for i in range(row.size):
                    self.measure(row.heap + i, row.heap[i].pair, symbol)
                for i in range(row.size // 2, 0, -1):
                    self.sink(row, i - 1)
            self.mark(symbol)

    cdef void sink(self, Row* row, uint32_t i) noexcept nogil:
        """Move a candidate down among those below it, which are in order."""
        cdef Candidate moving = row.heap[i]
        cdef uint32_t child
        while True:
            child = 2 * i + 1
            if child >= row.size:
                break
            if child + 1 < row.size and self.in_row(row.heap + child + 1, row.heap + child):
                child += 1
            if not self.in_row(row.heap + child, &moving):
                break
            row.heap[i] = row.heap[child]
            self.seats[row.heap[i].pair].place = i + 1
            i = child
        row.heap[i] = moving
        self.seats[moving.pair].place = i + 1

    # -- the heap of rows

    cdef void settle(self) noexcept nogil:
        """Bring every changed row to its place in the heap of rows."""
        cdef uint32_t i, owner, last
        cdef Row* row
        for i in range(self.changed_size):
            owner = self.changed[i]
            row = self.rows + owner
            row.changed = False
            if row.size == 0:
                if row.place:
                    self.queue_size -= 1
                    last = self.queue[self.queue_size]
                    if last != owner:
                        self.queue[row.place - 1] = last
                        self.rows[last].place = row.place
                        self.sift_row(row.place - 1)
                    row.place = 0
                continue
            row.best = row.heap[0]
            row.owner_count = <uint64_t>self.segments.symbol_counts[owner]
            if row.place == 0:
                self.queue[self.queue_size] = owner
                self.queue_size += 1
                row.place = self.queue_size
            self.sift_row(row.place - 1)
        self.changed_size = 0

    cdef void sift_row(self, uint32_t i) noexcept nogil:
        cdef uint32_t moving = self.queue[i], child
        cdef Row* row = self.rows + moving
        while i > 0 and self.in_queue(row, self.rows + self.queue[(i - 1) // 2]):
            self.queue[i] = self.queue[(i - 1) // 2]
            self.rows[self.queue[i]].place = i + 1
            i = (i - 1) // 2
        while True:
            child = 2 * i + 1
            if child >= self.queue_size:
                break
            if child + 1 < self.queue_size and self.in_queue(
                    self.rows + self.queue[child + 1], self.rows + self.queue[child]):
                child += 1
            if not self.in_queue(self.rows + self.queue[child], row):
                break
            self.queue[i] = self.queue[child]
            self.rows[self.queue[i]].place = i + 1
            i = child
        self.queue[i] = moving
        row.place = i + 1
