"""An automaton whose states are made when a text first reaches them."""

from libc.stdint cimport int32_t, uint32_t, uint64_t

from subword._regex.key_sets cimport Keys
from subword._regex.matcher cimport Matcher


cdef struct State:
    # Where the threads of the program are after a character, the preferred one first: instructions
    # that wait for the next character. `next` has an entry for each class of characters and one for
    # the edge of the text: the state that follows, plus 1 if the pattern matches up to here; 0 as
    # long as it is not known.
    uint64_t* next
    int32_t* waiting
    int32_t size
    int32_t id          # -1: it belongs to a search, and knows no next states
    uint32_t behind     # bit i: condition i on the character before holds


cdef struct Search:
    # What one search in one text owns.
    State own[2]        # states beyond the limit, of which one follows the other
    int32_t turn
    Keys failed         # (state, position) from which no longer match was found
    Keys passed         # those of the present attempt, in order: a list, not yet a set


cdef class Automaton(Matcher):
    cdef void* lock                 # of everything below
    cdef State** states             # all of them, by id
    cdef int32_t count
    cdef readonly int32_t max_states    # those beyond are made anew each time
    cdef bint looks_behind
    cdef int32_t* table             # ids by hash, open addressing; -1 is empty
    cdef int32_t table_mask
    cdef State* dead                # no thread is left
    cdef uint64_t* starts           # states by the class of the character before
    cdef int32_t* stack
    cdef int32_t* threads           # what `settle` collects
    cdef int32_t thread_count
    cdef int32_t* ready             # threads that have seen the next character
    cdef uint32_t* seen             # by instruction: the round in which it was reached
    cdef uint32_t round

    cdef uint64_t make_start(self, int32_t before, Search* search) except 0 nogil
    cdef uint64_t make_next(self, const State* state, int32_t next_class,
                            Search* search) except 0 nogil
    cdef bint settle(self, int32_t first, uint32_t behind, int32_t next_class) noexcept nogil
    cdef State* state_of(self, uint32_t behind, Search* search) except NULL nogil
    cdef State* new_state(self, uint32_t behind) except NULL nogil
    cdef uint32_t conditions_behind(self, int32_t before) noexcept nogil
