"""The pre-tokenizers that split at white space: Whitespace and WhitespaceSplit."""

from libc.stdint cimport uint32_t

from subword._core.pipeline cimport PreTokenizer, Spans, Text
from subword._core.unicode cimport BERT_SPACE, bert_bits
from subword.pre_tokenizers._scan cimport SCAN_WHITESPACE, SCAN_WHITESPACE_SPLIT, scan_all

from subword._regex.joints import limit_to_matches
from subword._regex.patterns import normal_form

PATTERN = r"\w+|[^\w\s]+"    # of Whitespace


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

    def limit_cuts(self, cuts):
        """Keep the cuts that no match reaches over."""
        limit_to_matches(cuts, normal_form(PATTERN), "removed", True)

    def __reduce__(self):
        return Whitespace, ()


cdef class WhitespaceSplit(ScannedPreTokenizer):
    """Splits at white space."""

    def __cinit__(self):
        self.pattern = SCAN_WHITESPACE_SPLIT

    def limit_cuts(self, cuts):
        """Keep every cut: it decides by one character at a time."""
        cuts.split_class(lambda letter: bert_bits[<uint32_t>ord(letter)] & BERT_SPACE, "removed")

    def __reduce__(self):
        return WhitespaceSplit, ()
