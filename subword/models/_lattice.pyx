"""All ways to cut a word into pieces: one drawn at random, or the best few.

Kudo 2018, "Subword Regularization". A way is drawn with a probability in proportion to that of its
pieces to the power of `alpha`. For each place the sum over all ways to it is found from the left
(forward filtering), then one piece after the other is drawn from the right (backward sampling), in
time linear in the pieces that the word holds, however many ways there are.

The best ways to each place, from the left too, are those of the places where its last pieces start,
with the piece added: the best of them are chosen one by one.
"""

from libc.math cimport exp, log
from libc.stdint cimport int32_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from subword._core.pipeline cimport grow, out_of_memory
from subword._core.random cimport random_unit

cdef double NEVER = -float("inf")


cdef struct Step:
    # One of the best ways to a place: its score, its last arc, and which of the best ways to the
    # start of that it continues.
    double score
    int32_t arc
    int32_t rank


cdef void lattice_begin(Lattice* lattice, Py_ssize_t word_size) noexcept nogil:
    memset(lattice, 0, sizeof(Lattice))
    lattice.word_size = word_size


cdef int lattice_add(Lattice* lattice, Py_ssize_t start, Py_ssize_t end, double score,
                     uint32_t id) except -1 nogil:
    """Add an arc, in the order of their starts."""
    if lattice.size == lattice.capacity:
        lattice.arcs = <Arc*>grow(lattice.arcs, &lattice.capacity, lattice.size + 1, sizeof(Arc))
    lattice.arcs[lattice.size] = Arc(score, <int32_t>start, <int32_t>end, id)
    lattice.size += 1
    return 0


cdef int lattice_finish(Lattice* lattice) except -1 nogil:
    """Sort the arcs by their ends."""
    cdef Py_ssize_t places = lattice.word_size + 1, i, place
    cdef Arc* sorted_arcs = <Arc*>malloc((lattice.size + 1) * sizeof(Arc))
    cdef int32_t* first = <int32_t*>malloc((places + 1) * sizeof(int32_t))
    if sorted_arcs == NULL or first == NULL:
        free(sorted_arcs)
        free(first)
        return out_of_memory()
    memset(first, 0, (places + 1) * sizeof(int32_t))
    for i in range(lattice.size):
        first[lattice.arcs[i].end] += 1
    place = 0
    for i in range(places + 1):    # first[i]: where the arcs that end before i + 1 end
        place += first[i]
        first[i] = <int32_t>place
    for i in range(lattice.size - 1, -1, -1):
        place = lattice.arcs[i].end
        first[place] -= 1
        sorted_arcs[first[place]] = lattice.arcs[i]
    free(lattice.arcs)
    lattice.arcs = sorted_arcs
    lattice.capacity = lattice.size + 1
    lattice.first = first
    return 0


cdef void lattice_free(Lattice* lattice) noexcept nogil:
    free(lattice.arcs)
    free(lattice.first)
    memset(lattice, 0, sizeof(Lattice))


cdef Py_ssize_t last_reached(const Lattice* lattice) except -1 nogil:
    """Return the last place to which there is a way: the end of the word if it can be cut."""
    cdef Py_ssize_t last = 0, end, i
    cdef char* reached = <char*>malloc(lattice.word_size + 1)
    if reached == NULL:
        return out_of_memory()
    reached[0] = 1
    for end in range(1, lattice.word_size + 1):
        reached[end] = 0
        for i in range(lattice.first[end], lattice.first[end + 1]):
            reached[end] |= reached[lattice.arcs[i].start]
        if reached[end]:
            last = end
    free(reached)
    return last


cdef int draw_way(const Lattice* lattice, double alpha, uint64_t* random,
                  Best* best) except -1 nogil:
    """Draw one of all ways; best[i] becomes its piece that ends at i.

    Args:
        alpha: What the probabilities are raised to.
        random: A stream of numbers.
    """
    cdef Py_ssize_t end, i
    cdef const Arc* arc
    cdef double highest, total, left
    # The logarithm of the sum over the ways to each place.
    cdef double* sums = <double*>malloc((lattice.word_size + 1) * sizeof(double))
    if sums == NULL:
        return out_of_memory()
    sums[0] = 0.0
    for end in range(1, lattice.word_size + 1):
        highest = NEVER
        for i in range(lattice.first[end], lattice.first[end + 1]):
            arc = lattice.arcs + i
            highest = max(highest, sums[arc.start] + alpha * arc.score)
        total = 0.0
        if highest > NEVER:
            for i in range(lattice.first[end], lattice.first[end + 1]):
                arc = lattice.arcs + i
                total += exp(sums[arc.start] + alpha * arc.score - highest)
        sums[end] = highest + log(total) if highest > NEVER else NEVER
    end = lattice.word_size
    while end > 0:
        left = random_unit(random)
        arc = NULL
        for i in range(lattice.first[end], lattice.first[end + 1]):
            if sums[lattice.arcs[i].start] > NEVER:
                arc = lattice.arcs + i
                left -= exp(sums[arc.start] + alpha * arc.score - sums[end])
                if left < 0.0:
                    break
        if arc == NULL:    # no way to the end: nobody asks for one
            break
        best[end].start = arc.start
        best[end].id = arc.id
        end = arc.start
    free(sums)
    return 0


cdef int paths_add(Paths* paths, int32_t arc) except -1 nogil:
    """Add an arc to the path that is being written, from its end on."""
    if paths.size == paths.arcs_capacity:
        paths.arcs = <int32_t*>grow(paths.arcs, &paths.arcs_capacity, paths.size + 1,
                                    sizeof(int32_t))
    paths.arcs[paths.size] = arc
    paths.size += 1
    return 0


cdef int paths_end(Paths* paths, double score) except -1 nogil:
    """End the path that is being written."""
    if paths.count == paths.capacity:
        paths.data = <Path*>grow(paths.data, &paths.capacity, paths.count + 1, sizeof(Path))
    paths.data[paths.count] = Path(score, paths.size)
    paths.count += 1
    return 0


cdef void paths_free(Paths* paths) noexcept nogil:
    free(paths.arcs)
    free(paths.data)
    memset(paths, 0, sizeof(Paths))


cdef Py_ssize_t draw_path(const Paths* paths, double alpha, uint64_t* random) noexcept nogil:
    """Draw one of some paths, of which there is one at least."""
    cdef double total = 0.0, left, highest = NEVER
    cdef Py_ssize_t i
    for i in range(paths.count):
        highest = max(highest, alpha * paths.data[i].score)
    for i in range(paths.count):
        total += exp(alpha * paths.data[i].score - highest)
    left = random_unit(random) * total
    for i in range(paths.count):
        left -= exp(alpha * paths.data[i].score - highest)
        if left < 0.0:
            return i
    return paths.count - 1


cdef int take_path(const Lattice* lattice, const Paths* paths, Py_ssize_t rank,
                   Best* best) noexcept nogil:
    """Let best[i] be the piece of a path that ends at i."""
    cdef Py_ssize_t i
    cdef const Arc* arc
    for i in range(paths.data[rank - 1].end if rank else 0, paths.data[rank].end):
        arc = lattice.arcs + paths.arcs[i]
        best[arc.end].start = arc.start
        best[arc.end].id = arc.id
    return 0


cdef int find_paths(const Lattice* lattice, Py_ssize_t count, Paths* paths) except -1 nogil:
    """Append the best `count` ways, or all if there are fewer, to `paths`.

    Scores are added from the left. Of equal ones that with the longest last piece is first; if that
    is the same too, what precedes it decides. So the first is the way that Viterbi's algorithm
    finds.
    """
    cdef Py_ssize_t places = lattice.word_size + 1, capacity = 0, size = 1, end, i, k, rank
    cdef Step* steps = NULL
    cdef const Step* step
    # Where the ways to each place begin; and of each arc, the next way that it may continue.
    cdef Py_ssize_t* begins = <Py_ssize_t*>malloc((places + 1) * sizeof(Py_ssize_t))
    cdef int32_t* ranks = <int32_t*>malloc((lattice.size + 1) * sizeof(int32_t))
    try:
        if begins == NULL or ranks == NULL:
            return out_of_memory()
        memset(ranks, 0, (lattice.size + 1) * sizeof(int32_t))
        steps = <Step*>grow(steps, &capacity, 1, sizeof(Step))
        steps[0] = Step(0.0, -1, 0)
        begins[0] = 0
        begins[1] = 1
        for end in range(1, places):
            while size - begins[end] < count:
                i = best_arc(lattice, end, steps, begins, ranks)
                if i < 0:
                    break
                if size == capacity:
                    steps = <Step*>grow(steps, &capacity, size + 1, sizeof(Step))
                k = begins[lattice.arcs[i].start] + ranks[i]
                steps[size] = Step(steps[k].score + lattice.arcs[i].score, <int32_t>i, ranks[i])
                ranks[i] += 1
                size += 1
            begins[end + 1] = size
        for rank in range(size - begins[places - 1]):
            step = steps + begins[places - 1] + rank
            while step.arc >= 0:
                paths_add(paths, step.arc)
                step = steps + begins[lattice.arcs[step.arc].start] + step.rank
            paths_end(paths, steps[begins[places - 1] + rank].score)
    finally:
        free(steps)
        free(begins)
        free(ranks)
    return 0


cdef Py_ssize_t best_arc(const Lattice* lattice, Py_ssize_t end, const Step* steps,
                         const Py_ssize_t* begins, const int32_t* ranks) noexcept nogil:
    """Return the arc that ends the best of the ways to a place not yet taken, -1 if all are."""
    cdef Py_ssize_t best = -1, i, k
    cdef double highest = NEVER, score
    for i in range(lattice.first[end], lattice.first[end + 1]):
        k = begins[lattice.arcs[i].start] + ranks[i]
        if k < begins[lattice.arcs[i].start + 1]:
            score = steps[k].score + lattice.arcs[i].score
            if best < 0 or score > highest:
                best = i
                highest = score
    return best
