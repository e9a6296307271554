"""The words of a corpus as symbols, and the pairs of neighbouring symbols: see _symbols.pyx."""

cimport cython

from libc.stdint cimport int64_t, uint32_t, uint64_t, uint8_t

from subword.corpus.word_table cimport Table
from subword.trainers._pairs cimport PairRecord


cdef struct SymbolWord:
    uint64_t count
    size_t start       # its symbols are symbols[start : start + size]
    uint32_t size


cdef struct CountDelta:
    # What a merge adds to the count of a pair and, when that is positive, the word it was found in.
    uint64_t key
    int64_t count
    uint32_t word


cdef enum:
    MAX_DELTAS = 128   # applied together


cdef inline uint32_t left_of(uint64_t key) noexcept nogil:
    return <uint32_t>(key >> 32)


cdef inline uint32_t right_of(uint64_t key) noexcept nogil:
    return <uint32_t>key


@cython.final
cdef class WordSymbols:
    # the vocabulary: id -> bytes of the token (UTF-8), and back
    cdef Table ids                 # token -> id + 1
    cdef uint8_t* text
    cdef size_t text_size, text_capacity
    cdef size_t* token_ends
    cdef uint32_t* token_lengths   # in characters of the alphabet; 0 for a special token
    cdef readonly uint32_t vocab_size
    cdef uint32_t vocab_capacity
    cdef bytes prefix_bytes
    cdef const uint8_t* prefix     # stripped from the right part of a merge
    cdef size_t prefix_size
    cdef uint32_t max_token_length
    cdef bint whole_alphabet
    # the words
    cdef uint32_t* symbols
    cdef size_t symbols_size
    cdef SymbolWord* words
    cdef readonly uint32_t words_size
    cdef int64_t* symbol_counts    # id -> occurrences in all words
    # the pairs
    cdef PairRecord* pairs
    cdef readonly uint32_t pairs_size
    cdef uint32_t pairs_capacity
    cdef uint32_t* index           # open addressing: key -> number of the pair + 1
    cdef size_t index_capacity
    cdef uint64_t[2] hash_key      # of the index
    cdef uint32_t* changed_pairs   # those whose counts the last merge changed
    cdef uint32_t changed_pairs_size, changed_pairs_capacity
    cdef CountDelta[MAX_DELTAS] deltas   # that wait to be applied
    cdef uint32_t deltas_size
    cdef uint32_t merges           # made so far
    # the merges, three numbers each: left, right, result
    cdef uint32_t* merge_log
    cdef uint32_t merge_log_capacity

    cdef uint32_t add_token(self, const uint8_t* token, size_t size,
                            uint32_t length) except? 0xFFFFFFFF nogil
    cdef int reserve_text(self, size_t size) except -1 nogil
    cdef uint32_t pair_number(self, uint32_t left, uint32_t right) except? 0xFFFFFFFF nogil
    cdef int rebuild_index(self, size_t capacity) except -1 nogil
    cdef void queue_delta(self, uint32_t left, uint32_t right, int64_t count,
                          uint32_t word) noexcept nogil
    cdef int apply_deltas(self) except -1 nogil
    cdef int count_pairs(self) except -1 nogil
    cdef uint32_t new_token(self, uint32_t left, uint32_t right) except? 0xFFFFFFFF nogil
    cdef int merge(self, uint32_t number, uint32_t left, uint32_t right,
                   uint32_t result) except -1 nogil
    cdef void free_words(self) noexcept nogil
    cdef void free_word_list(self, uint32_t number) noexcept nogil
    cdef int report(self, object progress) except -1 nogil
