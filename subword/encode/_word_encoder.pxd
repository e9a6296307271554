"""Words to ids: from the word cache, or from the model."""

from libc.stdint cimport int32_t, uint32_t

from subword._core.pipeline cimport Model, Normalizer, PreTokenizer, Text
from subword.encode._chunks cimport TextChunks
from subword.encode._unsplit cimport UnsplitText
from subword.encode.worker cimport Output, Worker
from subword.models.bpe cimport BPE
from subword.vocab.added_tokens cimport AddedTokenMatcher


cdef class WordEncoder:
    cdef readonly Normalizer normalizer
    cdef readonly PreTokenizer pre_tokenizer
    cdef readonly Model model
    cdef BPE bpe                         # the model, if it tokenizes new words side by side
    cdef readonly UnsplitText unsplit    # None unless the text is one word for a BPE model
    cdef readonly TextChunks chunks      # None unless texts are cut before their stages run
    cdef bint caches_chunks              # BERT, `unsplit`, `chunks`: the cache holds chunks
    cdef bint caches_words               # otherwise the model draws at random
    cdef int set_model(self, Normalizer normalizer, PreTokenizer pre_tokenizer, Model model,
                       bint added_after, bint caches_words, object chunk_rules,
                       AddedTokenMatcher added) except -1
    cdef int encode_spans(self, Worker worker, const Text* text, const int32_t* spans,
                          int count, Output* out) except -1 nogil
    cdef int push_token(self, Worker worker, uint32_t id, int32_t start, int32_t end,
                        Output* out) except -1 nogil
    cdef int end_document(self, Worker worker, Output* out) except -1 nogil
    cdef int has_enough(self, Worker worker, Output* out) except -1 nogil
    cdef int flush(self, Worker worker, Output* out) except -1 nogil
