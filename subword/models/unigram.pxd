from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport Model, Tokens
from subword.models._piece_trie cimport PieceTrie
from subword.vocab.token_table cimport TokenTable


cdef struct Best:
    # The best way to the end of some bytes: its score, its last token, and where that starts.
    double score
    int32_t start          # -1: none yet
    uint32_t id            # NO_PIECE: the unknown token


cdef class Unigram(Model):
    cdef readonly object unk_id         # int or None
    cdef readonly bint byte_fallback
    cdef readonly bint fuse_unk
    cdef readonly object unmatched      # frozenset of ids
    cdef readonly TokenTable tokens     # each piece with its last id
    cdef list listed                    # the piece of each id; None if all are different
    cdef object scores                  # array of doubles, of each id
    cdef PieceTrie trie
    cdef uint32_t unknown               # NO_ID if there is no unknown token
    cdef double unknown_score
    cdef uint32_t[256] fallback         # ids of the byte tokens, or NO_ID
    cdef int set_pieces(self, object vocab) except -1
    cdef int find_best(self, const uint8_t* word, Py_ssize_t size, Best* best) except -1 nogil
    cdef int push_unknown(self, const uint8_t* word, int32_t start, int32_t end,
                          Tokens* tokens) except -1 nogil
    cdef int unknown_is_missing(self, const uint8_t* word, Py_ssize_t size) except -1 nogil
    cdef inline bint is_unknown(self, const Best* best) noexcept nogil
