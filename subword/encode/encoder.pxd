"""The encode loop: documents to ids, with the stages of one tokenizer."""

from libc.stdint cimport int32_t, uint8_t, uint64_t

from subword._core.pipeline cimport Normalizer, PreTokenizer, Text
from subword._regex.cutter cimport Cutter
from subword.encode._unsplit cimport UnsplitText
from subword.encode._word_encoder cimport WordEncoder
from subword.encode.worker cimport Output, Worker, WorkerPool
from subword.models.byte_safe_splits cimport ByteSafeSplits
from subword.vocab.added_tokens cimport AddedTokenMatcher


cdef class Encoder(WordEncoder):
    cdef AddedTokenMatcher before_normalizer     # added tokens found in the original text
    cdef AddedTokenMatcher after_normalizer      # and in normalized text
    cdef UnsplitText raw_unsplit         # for a text without any of these, or None
    cdef AddedTokenMatcher core_matcher  # finds the parts of added tokens that normalizing leaves
    cdef bint normalizes                 # the text before it is split; otherwise chunk by chunk
    cdef Cutter cutter                   # does what the pre-tokenizer does, if it is not None
    cdef bint aligns                     # a stage must know where in the document its text begins
    cdef ByteSafeSplits safe_splits      # None unless words may be split for a byte-level model
    cdef readonly bint splits_long_texts    # see split_points.py
    cdef WorkerPool workers
    cdef uint64_t seed_of(self, seed) except? 0
    cdef int begin_run(self, Worker worker, Output* out) except -1 nogil
    cdef int encode_document(self, Worker worker, const uint8_t* data, Py_ssize_t size,
                             int absent_byte, Output* out) except -1 nogil
    cdef int encode_part(self, Worker worker, const uint8_t* data, Py_ssize_t size,
                         int absent_byte, Output* out) except -1 nogil
    cdef int encode_segment(self, Worker worker, const uint8_t* data, int32_t start, int32_t end,
                            Py_ssize_t size, Output* out) except -1 nogil
    cdef int set_plain(self, Worker worker, bint plain, Output* out) except -1 nogil
    cdef int encode_chunks(self, Worker worker, const Text* text, Output* out) except -1 nogil
    cdef int run_stages(self, Worker worker, const Text* text, Normalizer normalizer,
                        PreTokenizer pre_tokenizer, Output* out) except -1 nogil
    cdef int encode_text(self, Worker worker, const Text* text, PreTokenizer pre_tokenizer,
                         Output* out) except -1 nogil
    cdef int encode_cut(self, Worker worker, const Text* text, Output* out) except -1 nogil
    cdef int encode_words(self, Worker worker, const Text* text, const int32_t* spans, int count,
                          Output* out) except -1 nogil
    cdef int encode_unsplit(self, Worker worker, const Text* text, UnsplitText unsplit,
                            Output* out) except -1 nogil
