"""Chunks of a text that no stage looks across, and their tokens."""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from subword._core.pipeline cimport Model, Normalizer, PreTokenizer, Text
from subword.encode.worker cimport Worker
from subword.normalizers.precompiled cimport Precompiled
from subword.vocab.added_tokens cimport AddedTokenMatcher

cdef enum:
    MAX_CHUNK = 256         # bytes of a chunk that is looked up; longer ones go through the stages
    MAX_BARRED = 8
    OTHER = 128             # of shifts: any character that is not ASCII
    # The first byte of the chunk that begins a document, and of one that begins another text, where
    # these differ from the other chunks; no text holds these bytes.
    BEGINS_DOCUMENT = 0xFF
    BEGINS_TEXT = 0xFE


cdef extern from "scan/pair_cuts.h" nogil:
    enum:
        PAIR_BLOCK
    ctypedef struct pair_kinds:
        uint8_t[128] before
        uint8_t[128] behind


cdef class TextChunks:
    cdef Normalizer first_normalizer        # of the chunk that begins a text
    cdef PreTokenizer first_pre_tokenizer
    cdef readonly Normalizer normalizer     # of the others
    cdef readonly PreTokenizer pre_tokenizer
    cdef Model model
    cdef AddedTokenMatcher added            # finds added tokens in normalized text
    cdef readonly bint first_differs
    cdef readonly bint counts_words         # words can be counted if texts are cut where they end
    # For [anywhere, at ends of words]: a bit for each pair of ASCII characters between which a text
    # may be cut, as in SafeSplits, and the characters before which it may be cut behind another.
    cdef uint64_t[2][512] pairs
    cdef pair_kinds[2] kinds                # the same for vectors
    cdef bint[2] has_kinds
    cdef uint8_t[2][128] behind_others
    cdef uint8_t bert_bits, form_bits       # of characters that no cut follows
    cdef uint32_t[MAX_BARRED] barred        # and more of them
    cdef int barred_count
    cdef Precompiled charmap                # bars more of them, if there is one
    cdef bint[129] shifts                   # texts that begin so may have other offsets
    cdef int set_kinds(self, int which, table) except -1
    cdef bint may_follow(self, const uint8_t* data, Py_ssize_t i) noexcept nogil
    cdef bint may_shift(self, const Text* text) noexcept nogil
    cdef Py_ssize_t find(self, const uint8_t* data, Py_ssize_t size, Py_ssize_t* pos, int32_t* out,
                         Py_ssize_t capacity, bint at_words) noexcept nogil
    cdef int begin_text(self, Worker worker, const Text* text, int32_t end, Text* first_chunk,
                        int32_t* span) except -1 nogil
    cdef int tokenize(self, Worker worker, const uint8_t* chunk, int32_t size) except -1 nogil
    cdef int run_stages(self, Worker worker, const Text* text, Normalizer normalizer,
                        PreTokenizer pre_tokenizer, int32_t* words) except -1 nogil
    cdef int add_words(self, Worker worker, const Text* text, PreTokenizer pre_tokenizer,
                       int32_t* words) except -1 nogil
