from libc.stdint cimport int32_t, uint8_t

from subword._core.pipeline cimport Text
from subword.encode.worker cimport Worker
from subword.models.bpe cimport BPE
from subword.models.safe_splits cimport Joints


cdef enum Front:
    # Where a mark is put in front of a text.
    FRONT_NONE
    FRONT_EACH       # of every one
    FRONT_UNMARKED   # of those that do not begin with a space or a mark
    FRONT_FIRST      # of those, if they begin the document


cdef enum:
    # A byte that no text holds: leads a chunk with a mark in front.
    MARKED = 0xFF


cdef class Sentences:
    cdef BPE model
    cdef Joints joints
    cdef Front front
    cdef bint splits                     # every mark begins a word
    cdef bytes owner
    cdef const uint8_t* mark             # what spaces become, in UTF-8
    cdef int mark_size
    cdef bint marked(self, const uint8_t* data, Py_ssize_t size) noexcept nogil
    cdef bint begin(self, Worker worker, const Text* text, Py_ssize_t* at, Text* lead,
                    int32_t* span) except -1 nogil
    cdef int tokenize(self, Worker worker, const uint8_t* chunk, int32_t size) except -1 nogil
    cdef int fill(self, Worker worker, const uint8_t* chunk, int32_t size) except -1 nogil


cdef Sentences sentences_of(object normalizer, object pre_tokenizer, object model,
                            bint normalized)
