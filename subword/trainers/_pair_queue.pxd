"""The pairs that may be merged next, ordered by a score that moves under them: see _candidates.pyx.
"""

cimport cython
from libc.stdint cimport uint32_t, uint64_t

from subword.trainers._symbols cimport Segments


cdef struct Candidate:
    # A pair that may be merged, with the counts by which it took its place in the row.
    uint64_t count
    uint64_t partner_count
    double gain
    uint64_t key
    uint32_t pair


cdef struct Row:
    Candidate* heap
    uint32_t size
    uint32_t capacity
    Candidate best         # the heap's first, as the heap of rows knows it
    uint64_t owner_count
    uint32_t place         # in the heap of rows, + 1; 0 when it is not there
    bint changed


cdef struct Seat:
    # Where a pair sits: its place in the owner's row + 1 (0: it is no candidate), and its
    # neighbours among the pairs with the same partner (number + 1; 0: none).
    uint32_t place
    uint32_t owner
    uint32_t next
    uint32_t previous


@cython.final
cdef class Candidates:
    cdef Segments segments
    cdef bint by_gain
    cdef double log_total            # of all symbols before the first merge
    cdef Row* rows                   # by owner
    cdef uint32_t rows_size
    cdef uint32_t* queue             # the heap of rows: owners
    cdef uint32_t queue_size
    # owners of rows whose best pair or owner count may have changed
    cdef uint32_t* changed
    cdef uint32_t changed_size
    cdef Seat* seats                 # by pair
    cdef uint32_t seats_size
    cdef uint32_t* guests            # symbol -> first pair in which it is the partner, + 1

    cdef bint in_row(self, const Candidate* a, const Candidate* b) noexcept nogil
    cdef bint in_queue(self, const Row* a, const Row* b) noexcept nogil
    cdef void sift(self, Row* row, uint32_t i) noexcept nogil
    cdef void sink(self, Row* row, uint32_t i) noexcept nogil
    cdef void sift_row(self, uint32_t i) noexcept nogil
    cdef void measure(self, Candidate* candidate, uint32_t number, uint32_t owner) noexcept nogil
    cdef void mark(self, uint32_t owner) noexcept nogil

    cdef int reserve_seats(self) except -1 nogil
    cdef int seat(self, uint32_t number) except -1 nogil
    cdef void unseat(self, uint32_t number) noexcept nogil
    cdef void reseat(self, uint32_t number) noexcept nogil
    cdef void recount(self, uint32_t symbol) noexcept nogil
    cdef void settle(self) noexcept nogil
