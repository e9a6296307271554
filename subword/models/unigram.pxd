from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from subword._core.pipeline cimport Model, Tokens
from subword.models._lattice cimport Best, Lattice, Paths
from subword.models._piece_trie cimport PieceTrie
from subword.vocab.token_table cimport TokenTable


cdef class Unigram(Model):
    cdef readonly object unk_id         # int or None
    cdef readonly bint byte_fallback
    cdef readonly bint fuse_unk
    cdef readonly object unmatched      # frozenset of ids
    cdef readonly TokenTable tokens     # each piece with its last id
    cdef list listed                    # the piece of each id; None if all are different
    cdef readonly object alpha          # float or None
    cdef readonly object nbest_size     # int or None
    cdef object scores                  # array of doubles, of each id
    cdef PieceTrie trie
    cdef uint32_t unknown               # NO_ID if there is no unknown token
    cdef double unknown_score
    cdef uint32_t[256] fallback         # ids of the byte tokens, or NO_ID
    cdef int set_pieces(self, object vocab) except -1
    cdef readonly bint samples          # ways are drawn at random
    cdef double power                   # alpha, if it is not None
    cdef Py_ssize_t drawn_from          # the best ways of which one is drawn; 0 for all
    cdef int set_sampling(self, alpha, nbest_size) except -1
    cdef int copy_to(self, Unigram other) except -1
    cdef bint may_be_unknown(self) noexcept nogil
    cdef int find_way(self, const uint8_t* word, Py_ssize_t size, Best* best,
                      uint64_t* random) except -1 nogil
    cdef int push_way(self, const uint8_t* word, Py_ssize_t size, const Best* best,
                      Tokens* tokens) except -1 nogil
    cdef int fill_lattice(self, const uint8_t* word, Py_ssize_t size,
                          Lattice* lattice) except -1 nogil
    cdef int find_best_paths(self, const Lattice* lattice, Py_ssize_t count,
                             Paths* paths) except -1 nogil
    cdef int find_best(self, const uint8_t* word, Py_ssize_t size, Best* best) except -1 nogil
    cdef int push_unknown(self, const uint8_t* word, int32_t start, int32_t end,
                          Tokens* tokens) except -1 nogil
    cdef int unknown_is_missing(self, const uint8_t* word, Py_ssize_t size) except -1 nogil
    cdef inline bint is_unknown(self, const Best* best) noexcept nogil
