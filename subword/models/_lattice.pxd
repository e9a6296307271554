"""All ways to cut a word into pieces, as a lattice: its arcs are the pieces."""

from libc.stdint cimport int32_t, uint32_t, uint64_t


cdef struct Best:
    # A way to the end of some bytes: its score, its last token, and where that starts.
    double score
    int32_t start          # -1: none yet
    uint32_t id            # NO_PIECE: the unknown token


cdef struct Arc:
    # The piece word[start:end).
    double score
    int32_t start
    int32_t end
    uint32_t id            # NO_PIECE: the unknown token


cdef struct Lattice:
    # The arcs by their ends, those with one end by their starts; `first` has the first arc of each
    # end, and of the end behind the last.
    Arc* arcs
    int32_t* first
    Py_ssize_t size
    Py_ssize_t capacity
    Py_ssize_t word_size


cdef struct Path:
    double score
    Py_ssize_t end         # where in Paths.arcs its arcs end


cdef struct Paths:
    # Ways through a lattice, the best first: the arcs of each, from its last to its first, and then
    # those of the next.
    int32_t* arcs
    Py_ssize_t size
    Py_ssize_t arcs_capacity
    Path* data
    Py_ssize_t count
    Py_ssize_t capacity


cdef void lattice_begin(Lattice* lattice, Py_ssize_t word_size) noexcept nogil
cdef int lattice_add(Lattice* lattice, Py_ssize_t start, Py_ssize_t end, double score,
                     uint32_t id) except -1 nogil
cdef int lattice_finish(Lattice* lattice) except -1 nogil
cdef void lattice_free(Lattice* lattice) noexcept nogil
cdef Py_ssize_t last_reached(const Lattice* lattice) except -1 nogil
cdef int draw_way(const Lattice* lattice, double alpha, uint64_t* random,
                  Best* best) except -1 nogil
cdef int paths_add(Paths* paths, int32_t arc) except -1 nogil
cdef int paths_end(Paths* paths, double score) except -1 nogil
cdef void paths_free(Paths* paths) noexcept nogil
cdef Py_ssize_t draw_path(const Paths* paths, double alpha, uint64_t* random) noexcept nogil
cdef int take_path(const Lattice* lattice, const Paths* paths, Py_ssize_t rank,
                   Best* best) noexcept nogil
cdef int find_paths(const Lattice* lattice, Py_ssize_t count, Paths* paths) except -1 nogil
