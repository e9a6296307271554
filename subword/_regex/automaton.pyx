"""The fast engine: an automaton that reads each character once and needs no memory of the text.

A state is the ordered list of the threads of the program, so that the match found is the one that
backtracking would find first (R. Cox, https://swtch.com/~rsc/regexp/regexp3.html).
States are made when a text first reaches them. A condition on the next character is settled when
that character is read; so is a match, which ends before it.

A pattern may read on far behind the end of a match, to look for a longer one in vain, and again
behind the next match. Which pairs of state and position lead nowhere is therefore remembered once
an attempt has read on for `READ_ON` bytes (T. Reps, "Maximal munch" tokenization in linear time,
1998): the time is linear in the text for every pattern.
"""

from cpython.pythread cimport (
    PyThread_acquire_lock, PyThread_allocate_lock, PyThread_free_lock, PyThread_release_lock,
    WAIT_LOCK,
)
from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t, uintptr_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memcpy, memset

from subword._core.pipeline cimport Spans, out_of_memory, spans_push
from subword._regex.key_sets cimport hash_of, keys_hold, keys_push, keys_put
from subword._regex.matcher cimport (
    AHEAD, BEHIND, MATCH, SPLIT, Instruction, Matcher, class_at, class_before, next_begin,
    utf8_length,
)

cdef extern from *:
    """
    #if defined(_MSC_VER)
    #include <intrin.h>
    #define load_next(p) (*(volatile uint64_t *)(p))
    #define store_next(p, v) (*(volatile uint64_t *)(p) = (v))
    #else
    #define load_next(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
    #define store_next(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
    #endif
    """
    uint64_t load_next(uint64_t* p) noexcept nogil
    void store_next(uint64_t* p, uint64_t v) noexcept nogil

cdef enum:
    UNKNOWN = -1        # a class: the next character has not been read
    READ_ON = 64        # bytes behind the last match after which positions are remembered
    MAX_BYTES = 1 << 24     # of the states' tables

MAX_STATES = 20_000


cdef inline State* target(uint64_t link) noexcept nogil:
    return <State*><uintptr_t>(link & ~<uint64_t>1)


cdef void free_search(Search* search) noexcept nogil:
    free(search.own[0].waiting)
    free(search.own[1].waiting)
    free(search.own[0].next)
    free(search.failed.data)
    free(search.passed.data)


cdef class Automaton(Matcher):
    """Finds the matches of a program that needs no backtracking.

    Args:
        program: What `program.compile_tree` returned; `backtracks` must be False.
        max_states: How many states are kept; those beyond are made anew each time.
    """

    def __cinit__(self, program, max_states=MAX_STATES):
        cdef int32_t links = self.classes + 1
        if program.backtracks:
            raise ValueError("the program needs backtracking")
        self.max_states = max(8, min(max_states, MAX_BYTES // (8 * links)))
        self.table_mask = 8
        while self.table_mask < 2 * self.max_states:
            self.table_mask *= 2
        self.lock = PyThread_allocate_lock()
        self.states = <State**>calloc(self.max_states, sizeof(State*))
        self.table = <int32_t*>malloc(self.table_mask * sizeof(int32_t))
        self.starts = <uint64_t*>calloc(links, sizeof(uint64_t))
        self.stack = <int32_t*>malloc(2 * (self.size + 1) * sizeof(int32_t))
        self.threads = <int32_t*>malloc(self.size * sizeof(int32_t))
        self.ready = <int32_t*>malloc(self.size * sizeof(int32_t))
        self.seen = <uint32_t*>calloc(self.size, sizeof(uint32_t))
        if (self.lock == NULL or self.states == NULL or self.table == NULL or self.starts == NULL
                or self.stack == NULL or self.threads == NULL or self.ready == NULL
                or self.seen == NULL):
            raise MemoryError
        memset(self.table, 0xFF, self.table_mask * sizeof(int32_t))
        self.table_mask -= 1
        self.thread_count = 0
        self.dead = self.new_state(0)
        self.looks_behind = bool((program.op == BEHIND).any())

    def __dealloc__(self):
        cdef int32_t i
        if self.states != NULL:
            for i in range(self.count):
                free(self.states[i])
        free(self.states)
        free(self.table)
        free(self.starts)
        free(self.stack)
        free(self.threads)
        free(self.ready)
        free(self.seen)
        if self.lock != NULL:
            PyThread_free_lock(self.lock)

    def state_count(self):
        """Return how many states have been made."""
        return self.count

    @property
    def class_count(self):
        """How many classes of characters there are."""
        return self.classes

    @property
    def is_behind_aware(self):
        """Whether the pattern looks at the character before a match."""
        return self.looks_behind

    def first_state(self, int32_t before):
        """Return the state in which a search begins behind a character of class `before`.

        Returns:
            Its number; None if no more states are kept.
        """
        cdef Search search
        cdef State* state
        memset(&search, 0, sizeof(Search))
        try:
            state = target(self.make_start(before, &search))
            return state.id if state.id >= 0 else None
        finally:
            free_search(&search)

    def links_of(self, int32_t number):
        """Return what follows a state, for every class of characters and then for the edge.

        Returns:
            A list of (state, whether the pattern matches before the character); state 0 has no
            thread left. None if more states would be needed than are kept.
        """
        cdef Search search
        cdef State* state = self.states[number]
        cdef uint64_t link
        cdef int32_t i
        links = []
        memset(&search, 0, sizeof(Search))
        try:
            for i in range(self.classes + 1):
                link = load_next(&state.next[i])
                if link == 0:
                    link = self.make_next(state, i, &search)
                if target(link).id < 0:
                    return None
                links.append((target(link).id, <int>(link & 1)))
        finally:
            free_search(&search)
        return links

    # ------------------------------------------------------------------ the search

    cdef int find_all(self, const uint8_t* data, int32_t start, int32_t end,
                      Spans* matches) except -1 nogil:
        cdef Search search
        memset(&search, 0, sizeof(Search))
        try:
            find_matches(self, data, start, end, &search, matches)
        finally:
            free_search(&search)
        return 0

    # ------------------------------------------------------------------ making states

    cdef uint32_t conditions_behind(self, int32_t before) noexcept nogil:
        """The conditions of BEHIND that a class of characters satisfies, one bit each."""
        cdef uint32_t bits = 0
        cdef int32_t i
        for i in range(self.size):
            if self.code[i].op == BEHIND:
                if self.conditions[self.code[i].arg * (self.classes + 1) + before]:
                    bits |= <uint32_t>1 << self.code[i].other
        return bits

    cdef bint settle(self, int32_t first, uint32_t behind, int32_t next_class) noexcept nogil:
        """Collect the instructions that wait for a character, from `first` on, preferred first.

        With a known next character, conditions on it are settled. Returns whether MATCH was
        reached: what comes after it is of no account.
        """
        cdef Instruction* code = self.code
        cdef int32_t* stack = self.stack
        cdef int32_t depth = 1, pc
        stack[0] = first
        while depth:
            depth -= 1
            pc = stack[depth]
            if self.seen[pc] == self.round:
                continue
            self.seen[pc] = self.round
            if code[pc].op == SPLIT:
                stack[depth] = code[pc].other
                stack[depth + 1] = code[pc].next
                depth += 2
            elif code[pc].op == BEHIND:
                if behind >> code[pc].other & 1:
                    stack[depth] = code[pc].next
                    depth += 1
            elif code[pc].op == AHEAD and next_class != UNKNOWN:
                if self.conditions[code[pc].arg * (self.classes + 1) + next_class]:
                    stack[depth] = code[pc].next
                    depth += 1
            elif code[pc].op == MATCH and next_class != UNKNOWN:
                return True
            else:
                self.threads[self.thread_count] = pc
                self.thread_count += 1
                if code[pc].op == MATCH:
                    return True
        return False

    cdef uint64_t make_start(self, int32_t before, Search* search) except 0 nogil:
        """The state in which a search begins behind a character of class `before`."""
        cdef State* state
        cdef uint32_t behind = self.conditions_behind(before)
        PyThread_acquire_lock(self.lock, WAIT_LOCK)
        try:
            self.round += 1
            self.thread_count = 0
            self.settle(self.start, behind, UNKNOWN)
            state = self.state_of(behind, search)
            if state.id >= 0:
                store_next(&self.starts[before], <uint64_t><uintptr_t>state)
        finally:
            PyThread_release_lock(self.lock)
        return <uint64_t><uintptr_t>state

    cdef uint64_t make_next(self, const State* state, int32_t next_class,
                            Search* search) except 0 nogil:
        """The link from a state over a class of characters, or over the edge of the text."""
        cdef State* following = self.dead
        cdef uint64_t link
        cdef uint32_t behind
        cdef int32_t i, ready
        cdef bint matches = False
        PyThread_acquire_lock(self.lock, WAIT_LOCK)
        try:
            self.round += 1
            self.thread_count = 0
            for i in range(state.size):
                if self.settle(state.waiting[i], state.behind, next_class):
                    matches = True
                    break
            if next_class < self.classes:
                ready = self.thread_count
                memcpy(self.ready, self.threads, ready * sizeof(int32_t))
                behind = self.conditions_behind(next_class)
                self.round += 1
                self.thread_count = 0
                for i in range(ready):
                    if self.chars[self.code[self.ready[i]].arg * self.classes + next_class]:
                        if self.settle(self.code[self.ready[i]].next, behind, UNKNOWN):
                            break
                following = self.state_of(behind, search)
            link = <uint64_t><uintptr_t>following | matches
            if state.id >= 0 and following.id >= 0:
                store_next(&state.next[next_class], link)
        finally:
            PyThread_release_lock(self.lock)
        return link

    cdef State* state_of(self, uint32_t behind, Search* search) except NULL nogil:
        """The state of the collected threads."""
        cdef State* state
        cdef uint64_t key
        cdef int32_t i, slot, bytes_waiting = self.thread_count * sizeof(int32_t)
        cdef bint settles = False
        if self.thread_count == 0:
            return self.dead
        for i in range(self.thread_count):
            settles |= self.code[self.threads[i]].op == AHEAD
        if not settles:     # no condition is settled later, so none is remembered
            behind = 0
        key = behind
        for i in range(self.thread_count):
            key = hash_of(key + <uint32_t>self.threads[i] + 1)
        slot = key & self.table_mask
        while self.table[slot] >= 0:
            state = self.states[self.table[slot]]
            if (state.size == self.thread_count and state.behind == behind
                    and memcmp(state.waiting, self.threads, bytes_waiting) == 0):
                return state
            slot = (slot + 1) & self.table_mask
        if self.count < self.max_states:
            state = self.new_state(behind)
            self.table[slot] = state.id
            return state
        search.turn ^= 1
        state = &search.own[search.turn]
        if state.waiting == NULL:
            state.waiting = <int32_t*>malloc(self.size * sizeof(int32_t))
            if search.own[0].next == NULL:
                search.own[0].next = <uint64_t*>calloc(self.classes + 1, sizeof(uint64_t))
                search.own[1].next = search.own[0].next
            if state.waiting == NULL or search.own[0].next == NULL:
                out_of_memory()
                return NULL
        memcpy(state.waiting, self.threads, bytes_waiting)
        state.size = self.thread_count
        state.behind = behind
        state.id = -1
        return state

    cdef State* new_state(self, uint32_t behind) except NULL nogil:
        """Keep the collected threads as a state."""
        cdef size_t links = (self.classes + 1) * sizeof(uint64_t)
        cdef State* state = <State*>calloc(
            1, sizeof(State) + links + self.thread_count * sizeof(int32_t))
        if state == NULL:
            out_of_memory()
            return NULL
        state.next = <uint64_t*>(state + 1)
        state.waiting = <int32_t*>(<char*>state.next + links)
        state.size = self.thread_count
        memcpy(state.waiting, self.threads, self.thread_count * sizeof(int32_t))
        state.behind = behind
        state.id = self.count
        self.states[self.count] = state
        self.count += 1
        return state


cdef int find_matches(Automaton self, const uint8_t* data, int32_t start, int32_t end,
                      Search* search, Spans* matches) except -1 nogil:
    cdef int32_t pos = start, last = -1, before = 0, p, match, limit, char_class, recorded
    cdef int length
    cdef uint64_t link, key
    cdef State* state
    cdef Py_ssize_t i
    while pos <= end:
        pos = next_begin(self, data, pos, end)
        if self.looks_behind:
            before = class_before(self, data, start, pos)
        link = load_next(&self.starts[before])
        if link == 0:
            link = self.make_start(before, search)
        state = target(link)
        p = pos
        match = -1
        recorded = -2       # the match behind which positions are recorded
        limit = pos + READ_ON
        while True:
            char_class = class_at(self, data, p, end, &length)
            link = load_next(&state.next[char_class])
            if link == 0:
                link = self.make_next(state, char_class, search)
            if link & 1:
                match = p
                limit = p + READ_ON
            state = target(link)
            if state == self.dead:
                break
            p += length
            if p > limit and state.id >= 0:
                if recorded != match:
                    search.passed.size = 0
                    recorded = match
                key = <uint64_t>(state.id + 1) << 32 | <uint32_t>p
                if keys_hold(&search.failed, key):
                    break
                keys_push(&search.passed, key)
        if recorded == match:
            for i in range(search.passed.size):
                keys_put(&search.failed, search.passed.data[i])
        search.passed.size = 0
        if match < 0 or match == pos == last:
            if pos == end:
                break
            pos += utf8_length(data[pos])
        else:
            spans_push(matches, pos, match)
            pos = last = match
    return 0
