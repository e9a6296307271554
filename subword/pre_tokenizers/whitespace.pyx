"""The pre-tokenizers that split at white space: Whitespace and WhitespaceSplit."""

from subword._core.pipeline cimport PreTokenizer, Spans, Text
from subword.pre_tokenizers._scan cimport SCAN_WHITESPACE, SCAN_WHITESPACE_SPLIT, scan_all


cdef class ScannedPreTokenizer(PreTokenizer):
    """Base of the two: a pre-tokenizer that is one scanner and nothing else."""

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Py_ssize_t i
        for i in range(before.size):
            scan_all(self.pattern, source.data, before.data[i].start, before.data[i].end, after)
        return 0


cdef class Whitespace(ScannedPreTokenizer):
    r"""Splits into words and runs of other characters: ``\w+|[^\w\s]+``."""

    def __cinit__(self):
        self.pattern = SCAN_WHITESPACE

    def __reduce__(self):
        return Whitespace, ()


cdef class WhitespaceSplit(ScannedPreTokenizer):
    """Splits at white space."""

    def __cinit__(self):
        self.pattern = SCAN_WHITESPACE_SPLIT

    def __reduce__(self):
        return WhitespaceSplit, ()
