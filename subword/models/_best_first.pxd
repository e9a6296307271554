"""The best ways through a lattice in the order in which `sentencepiece` finds them."""

from subword.models._lattice cimport Lattice, Paths

cdef int find_best_first(const Lattice* lattice, Py_ssize_t count, Paths* paths) except -1 nogil
