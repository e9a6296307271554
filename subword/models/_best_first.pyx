"""The best ways through a lattice in the order in which `sentencepiece` finds them.

It goes from the end of the word to its beginning, best first (A*): what is taken up next is the
path whose best continuation, known from a pass from the left, is the best of all. Scores are 32-bit
floats, each sum rounded. Of equal ones that is taken up which lies on top of a binary heap as the
C++ library keeps it, so the heap is kept in the same way here. Where 10,000 paths wait, all but a
few of them are given up, and ways may be missed.
"""

from libc.stdint cimport int32_t
from libc.stdlib cimport free, malloc

from subword._core.pipeline cimport check_signals, grow, out_of_memory
from subword.models._lattice cimport Arc, Lattice, Paths, paths_add, paths_end

cdef enum:
    MAX_WAITING = 10000
    KEPT = 512                 # of those that wait, if there are too many; or
    KEPT_PER_PATH = 10         # so many for each that is wanted
    BEGIN = -1                 # an arc before the first
    END = -2                   # an arc behind the last
    SIGNAL_STEPS = 1 << 20


cdef struct Hypothesis:
    # A path from an arc to the end: its score, and that with the best way to the arc.
    float score
    float whole
    int32_t arc
    int32_t next               # the hypothesis without the arc; -1 for END


cdef struct Agenda:
    # All hypotheses so far, and a heap of those that wait.
    Hypothesis* all
    Py_ssize_t count
    Py_ssize_t capacity
    int32_t* heap
    Py_ssize_t size
    Py_ssize_t heap_capacity


cdef inline void move_up(Agenda* agenda, Py_ssize_t hole, int32_t item) noexcept nogil:
    """Put an item where there is a hole, or above it."""
    cdef Py_ssize_t parent = (hole - 1) // 2
    while hole > 0 and agenda.all[agenda.heap[parent]].whole < agenda.all[item].whole:
        agenda.heap[hole] = agenda.heap[parent]
        hole = parent
        parent = (hole - 1) // 2
    agenda.heap[hole] = item


cdef int push(Agenda* agenda, int32_t item) except -1 nogil:
    if agenda.size == agenda.heap_capacity:
        agenda.heap = <int32_t*>grow(agenda.heap, &agenda.heap_capacity, agenda.size + 1,
                                     sizeof(int32_t))
    agenda.size += 1
    move_up(agenda, agenda.size - 1, item)
    return 0


cdef int32_t pop(Agenda* agenda) noexcept nogil:
    """Remove and return the item on top: the hole goes to the bottom before it is filled."""
    cdef int32_t* heap = agenda.heap
    cdef int32_t top = heap[0], last
    cdef Py_ssize_t size, hole = 0, child = 0
    agenda.size -= 1
    size = agenda.size
    if size == 0:
        return top
    last = heap[size]
    while child < (size - 1) // 2:
        child = 2 * (child + 1)
        if agenda.all[heap[child]].whole < agenda.all[heap[child - 1]].whole:
            child -= 1
        heap[hole] = heap[child]
        hole = child
    if size % 2 == 0 and child == (size - 2) // 2:
        child = 2 * (child + 1)
        heap[hole] = heap[child - 1]
        hole = child - 1
    move_up(agenda, hole, last)
    return top


cdef int propose(Agenda* agenda, float score, float whole, int32_t arc,
                 int32_t next) except -1 nogil:
    if agenda.count == agenda.capacity:
        agenda.all = <Hypothesis*>grow(agenda.all, &agenda.capacity, agenda.count + 1,
                                       sizeof(Hypothesis))
    agenda.all[agenda.count] = Hypothesis(score, whole, arc, next)
    agenda.count += 1
    return push(agenda, <int32_t>(agenda.count - 1))


cdef int shrink(Agenda* agenda, Py_ssize_t kept) except -1 nogil:
    """Give up all that wait but the best."""
    cdef int32_t[KEPT] best
    cdef Py_ssize_t i
    for i in range(kept):
        best[i] = pop(agenda)
    agenda.size = 0
    for i in range(kept):
        push(agenda, best[i])
    return 0


cdef int find_best_first(const Lattice* lattice, Py_ssize_t count, Paths* paths) except -1 nogil:
    """Append the best `count` ways, or all if there are fewer, to `paths`."""
    cdef Agenda agenda = Agenda(NULL, 0, 0, NULL, 0, 0)
    cdef Py_ssize_t place, i, steps = 0
    cdef int32_t top, arc, following
    cdef float score, highest, gained
    cdef const Arc* arcs = lattice.arcs
    # The score of the best way to each place, and through each arc.
    cdef float* to_place = <float*>malloc((lattice.word_size + 1) * sizeof(float))
    cdef float* through = <float*>malloc((lattice.size + 1) * sizeof(float))
    try:
        if to_place == NULL or through == NULL:
            return out_of_memory()
        to_place[0] = 0.0
        for place in range(1, lattice.word_size + 1):
            highest = 0.0
            for i in range(lattice.first[place], lattice.first[place + 1]):
                gained = arcs[i].score
                score = to_place[arcs[i].start] + gained
                through[i] = score
                if i == lattice.first[place] or score > highest:
                    highest = score
            to_place[place] = highest
        propose(&agenda, 0.0, to_place[lattice.word_size], END, -1)
        while agenda.size and paths.count < count:
            steps += 1
            if steps % SIGNAL_STEPS == 0:
                check_signals()
            top = pop(&agenda)
            arc = agenda.all[top].arc
            if arc == BEGIN:
                following = agenda.all[top].next
                add_reversed(&agenda, following, paths)
                paths_end(paths, agenda.all[top].whole)
                continue
            place = lattice.word_size if arc == END else arcs[arc].start
            score = agenda.all[top].score
            if place == 0:
                propose(&agenda, score, score, BEGIN, top)
            for i in range(lattice.first[place], lattice.first[place + 1]):
                gained = arcs[i].score
                propose(&agenda, gained + score, through[i] + score, <int32_t>i, top)
            if agenda.size >= MAX_WAITING:
                shrink(&agenda, min(<Py_ssize_t>KEPT, KEPT_PER_PATH * count))
    finally:
        free(agenda.all)
        free(agenda.heap)
        free(to_place)
        free(through)
    return 0


cdef int add_reversed(const Agenda* agenda, int32_t first, Paths* paths) except -1 nogil:
    """Add the arcs of a path from the last to the first."""
    cdef Py_ssize_t begin = paths.size, end
    cdef int32_t arc
    while agenda.all[first].next >= 0:
        paths_add(paths, agenda.all[first].arc)
        first = agenda.all[first].next
    end = paths.size - 1
    while begin < end:
        arc = paths.arcs[begin]
        paths.arcs[begin] = paths.arcs[end]
        paths.arcs[end] = arc
        begin += 1
        end -= 1
    return 0
