"""BPE: merge the leftmost pair of lowest rank until no pair is in the merge table."""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from subword._core.hashmap cimport IntMap
from subword._core.pipeline cimport Model, Tokens
from subword.models._pair_table cimport PairTable
from subword.models._side_by_side cimport FirstPairs
from subword.models.merge cimport Symbol, Word
from subword.models.merge_table cimport MergeTable
from subword.vocab.token_table cimport TokenTable


cdef class BPE(Model):
    cdef readonly TokenTable tokens     # the vocabulary
    cdef readonly object dropout
    cdef double leave_out               # dropout as a number, 0 for None
    cdef readonly bint redraws          # what was left out may be drawn again
    cdef readonly object unk_token
    cdef readonly object continuing_subword_prefix
    cdef readonly object end_of_word_suffix
    cdef readonly bint fuse_unk
    cdef readonly bint byte_fallback
    cdef readonly bint ignore_merges
    cdef readonly bint byte_level
    cdef MergeTable merge_table
    cdef readonly Py_ssize_t merge_count
    cdef readonly object ranks           # rank of each merge; None: its index
    cdef PairTable pairs                # two symbols -> their merge
    cdef FirstPairs first_pairs         # for words that are merged side by side, or NULL
    cdef IntMap[4] characters           # code point -> id: [first or not] + 2 * [last or not]
    cdef uint32_t[4][256] bytes         # byte -> id, for byte_level: the same four forms
    cdef uint32_t[256] fallback         # byte -> id of "<0xNN>"
    cdef bint falls_back                # byte_fallback, and all 256 bytes are in the vocabulary
    cdef uint32_t unk_id
    cdef bint unk_is_missing            # unk_token is not in the vocabulary, and may be needed
    cdef object spelled_merges          # the merges as given, if two tokens have the same id
    cdef bytes prefix_bytes
    cdef bytes suffix_bytes
    cdef const uint8_t* prefix_data
    cdef const uint8_t* suffix_data
    cdef int prefix_size
    cdef int suffix_size
    cdef int tokenize_words(self, Word* words, Py_ssize_t count, Tokens* tokens) except -1 nogil
    cdef int merge(self, const uint8_t* word, Py_ssize_t size, Tokens* tokens) except -1 nogil
    cdef Symbol* first_symbols(self, const uint8_t* word, Py_ssize_t size, Symbol* stack,
                               Py_ssize_t* count) noexcept nogil
    cdef Symbol* symbols_of_bytes(self, const uint8_t* word, Py_ssize_t size, Symbol* stack,
                                  Py_ssize_t* count) noexcept nogil
    cdef Symbol* symbols_of_chars(self, const uint8_t* word, Py_ssize_t size, Symbol* stack,
                                  Py_ssize_t* count) noexcept nogil
    cdef _fill_alphabet(self)
