"""The slow engine: it tries one way after the other, as Oniguruma does.

It runs what an automaton cannot: references to groups, look-around of more than one character,
atomic groups, \\K. A search that takes too many steps ends with an error instead of never.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memset

from subword._core.pipeline cimport Spans, check_signals, grow, spans_push
from subword._regex.matcher cimport (
    AHEAD, ATOMIC, BEHIND, CHARS, KEEP, LOOK_AHEAD, MATCH, PROGRESS, REFERENCE, SAVE,
    SPLIT, Instruction, Matcher, class_at, class_before, next_begin, utf8_length,
)

cdef enum:
    NOWHERE = -1        # a register without a position; no match
    SIGNAL_STEPS = 1 << 22

# Oniguruma gives up after as many retries in one match.
MAX_STEPS = 10_000_000
# In one text: some seconds. A search that fails at every position takes a step for each pair of
# positions, which is fine for a line and never ends for a book.
MAX_TEXT_STEPS = 1_000_000_000
TEXT_STEPS_PER_BYTE = 1000


cdef struct Choice:
    # What to do when the present way fails: go on at instruction `pc` and position `pos`; or, with
    # a negative `pc`, put the position `pos` back into register -pc - 1.
    int32_t pc
    int32_t pos


cdef struct Try:
    # What one search owns.
    const uint8_t* data
    int32_t start, end
    Choice* choices
    Py_ssize_t size, capacity
    int32_t* registers      # the last one is where \K begins the match
    int64_t steps
    int64_t left            # steps for the rest of the text


cdef class Backtracker(Matcher):
    """Finds the matches of any program.

    Args:
        program: What `program.compile_tree` returned.
        max_steps: How many instructions the search at one position may take.
        max_text_steps: How many all searches in one text may take, besides
            `TEXT_STEPS_PER_BYTE` a byte.
    """

    cdef readonly int64_t max_steps
    cdef readonly int64_t max_text_steps
    cdef int64_t steps_per_byte
    cdef int32_t registers

    def __cinit__(self, program, max_steps=MAX_STEPS, max_text_steps=MAX_TEXT_STEPS):
        self.max_steps = max_steps
        self.max_text_steps = max_text_steps
        self.steps_per_byte = TEXT_STEPS_PER_BYTE
        self.registers = program.registers

    cdef int find_all(self, const uint8_t* data, int32_t start, int32_t end,
                      Spans* matches) except -1 nogil:
        cdef Try state
        cdef int32_t pos = start, last = NOWHERE, match, begin
        memset(&state, 0, sizeof(Try))
        state.data = data
        state.start = start
        state.end = end
        state.left = self.max_text_steps + self.steps_per_byte * (end - start)
        state.registers = <int32_t*>calloc(self.registers + 1, sizeof(int32_t))
        if state.registers == NULL:
            with gil:
                raise MemoryError
        try:
            while pos <= end:
                pos = next_begin(self, data, pos, end)
                memset(state.registers, 0xFF, (self.registers + 1) * sizeof(int32_t))
                state.size = 0
                state.steps = 0
                match = self.run(&state, self.start, pos, NOWHERE)
                state.left -= state.steps
                if state.left < 0:
                    self.give_up_text()
                begin = state.registers[self.registers]
                if begin == NOWHERE:
                    begin = pos
                if match == NOWHERE or match == begin == last:
                    if pos == end:
                        break
                    pos += utf8_length(data[pos])
                else:
                    spans_push(matches, begin, match)
                    pos = last = match
        finally:
            free(state.registers)
            free(state.choices)
        return 0

    cdef int32_t run(self, Try* state, int32_t pc, int32_t pos, int32_t must_end) except -2 nogil:
        """Where the program from `pc` on matches the text at `pos`: its end, or NOWHERE.

        With `must_end`, only a match that ends there counts. After a match, what it put into
        registers stays, and can still be undone by the choices of the caller.
        """
        cdef Instruction* code = self.code
        cdef Py_ssize_t base = state.size, i, kept
        cdef int32_t links = self.classes + 1, found, size
        cdef int length
        cdef bint fails
        while True:
            state.steps += 1
            if state.steps % SIGNAL_STEPS == 0:
                check_signals()
            if state.steps > self.max_steps:
                self.give_up()
            fails = False
            if code[pc].op == CHARS:
                found = class_at(self, state.data, pos, state.end, &length)
                fails = found == self.classes or not self.chars[code[pc].arg * self.classes + found]
                pos += length
                pc = code[pc].next
            elif code[pc].op == SPLIT:
                self.push(state, code[pc].other, pos)
                pc = code[pc].next
            elif code[pc].op == AHEAD:
                found = class_at(self, state.data, pos, state.end, &length)
                fails = not self.conditions[code[pc].arg * links + found]
                pc = code[pc].next
            elif code[pc].op == BEHIND:
                found = class_before(self, state.data, state.start, pos)
                fails = not self.conditions[code[pc].arg * links + found]
                pc = code[pc].next
            elif code[pc].op == MATCH:
                fails = must_end != NOWHERE and pos != must_end
                if not fails:
                    break
            elif code[pc].op == SAVE or code[pc].op == KEEP:
                found = code[pc].arg if code[pc].op == SAVE else self.registers
                self.push(state, -found - 1, state.registers[found])
                state.registers[found] = pos
                pc = code[pc].next
            elif code[pc].op == PROGRESS:
                pc = code[pc].next if state.registers[code[pc].arg] != pos else code[pc].other
            elif code[pc].op == REFERENCE:
                found = state.registers[code[pc].arg]
                size = state.registers[code[pc].arg + 1] - found
                fails = (found == NOWHERE or size < 0 or size > state.end - pos
                         or memcmp(state.data + found, state.data + pos, size) != 0)
                pos += size
                pc = code[pc].next
            elif code[pc].op == ATOMIC:
                pos = self.run(state, code[pc].other, pos, NOWHERE)
                fails = pos == NOWHERE
                pc = code[pc].next
            else:
                fails = self.looks(state, pc, pos) == code[pc].arg
                pc = code[pc].next
            if fails:
                while state.size > base and state.choices[state.size - 1].pc < 0:
                    state.size -= 1
                    state.registers[-state.choices[state.size].pc - 1] = (
                        state.choices[state.size].pos)
                if state.size == base:
                    return NOWHERE
                state.size -= 1
                pc = state.choices[state.size].pc
                pos = state.choices[state.size].pos
        # The other ways are given up; what the registers held before stays known.
        kept = base
        for i in range(base, state.size):
            if state.choices[i].pc < 0:
                state.choices[kept] = state.choices[i]
                kept += 1
        state.size = kept
        return pos

    cdef int looks(self, Try* state, int32_t pc, int32_t pos) except -1 nogil:
        """Whether the body of look-around matches."""
        cdef int32_t body = self.code[pc].other, begin = pos
        cdef Py_ssize_t base = state.size
        cdef bint found
        if self.code[pc].op == LOOK_AHEAD:
            found = self.run(state, body, pos, NOWHERE) != NOWHERE
        else:
            found = self.run(state, body, begin, pos) != NOWHERE
            while not found and begin > state.start:
                begin -= 1
                while begin > state.start and state.data[begin] & 0xC0 == 0x80:
                    begin -= 1
                found = self.run(state, body, begin, pos) != NOWHERE
        if self.code[pc].arg:       # negated: groups of the body hold nothing afterwards
            while state.size > base:
                state.size -= 1
                state.registers[-state.choices[state.size].pc - 1] = state.choices[state.size].pos
        return found

    cdef int push(self, Try* state, int32_t pc, int32_t pos) except -1 nogil:
        if state.size == state.capacity:
            state.choices = <Choice*>grow(state.choices, &state.capacity, state.size + 1,
                                          sizeof(Choice))
        state.choices[state.size] = Choice(pc, pos)
        state.size += 1
        return 0

    cdef int give_up_text(self) except -1 nogil:
        with gil:
            raise ValueError(f"the pattern {self.program.pattern!r} backtracks too much on this "
                             f"text: more than {self.max_text_steps:,} steps and "
                             f"{self.steps_per_byte:,} a byte from all positions together")

    cdef int give_up(self) except -1 nogil:
        with gil:
            raise ValueError(f"the pattern {self.program.pattern!r} backtracks too much on this "
                             f"text: more than {self.max_steps:,} steps from one position")
