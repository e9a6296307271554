"""Words and how often each was seen."""

cimport cython
from libc.stdint cimport uint8_t, uint64_t

from subword._core.pipeline cimport Span
from subword.corpus.word_table cimport Table


@cython.final
cdef class WordCounts:
    cdef Table table
    cdef uint64_t total_count
    cdef public str pipeline    # what made words of text, None where that is not known

    # Add `count` to a word without the GIL.
    cdef int add_word(self, const uint8_t* word, Py_ssize_t size, uint64_t count) except -1 nogil
    cdef int add_spans(self, const uint8_t* data, const uint8_t* limit, const Span* spans,
                       Py_ssize_t size) except -1 nogil
    cdef int add_table(self, WordCounts other) except -1
    cdef bytes _body(self)
