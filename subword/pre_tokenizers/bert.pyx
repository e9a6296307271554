"""BERT's pre-tokenizer."""

from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport PreTokenizer, Spans, Text, spans_push
from subword._core.unicode cimport BERT_PUNCT, BERT_SPACE, bert_bits

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)


cdef class BertPreTokenizer(PreTokenizer):
    """Removes white space and splits off every punctuation character."""

    def limit_cuts(self, cuts):
        """Keep every cut: it decides by one character at a time."""
        cuts.split_class(
            lambda letter: bert_bits[<uint32_t>ord(letter)] & (BERT_SPACE | BERT_PUNCT), "isolated")

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Py_ssize_t i
        cdef int32_t pos, start, end
        cdef uint8_t bits
        cdef int length
        for i in range(before.size):
            pos = start = before.data[i].start
            end = before.data[i].end
            while pos < end:
                bits = bert_bits[utf8_decode(source.data + pos, &length)]
                if bits & (BERT_SPACE | BERT_PUNCT):
                    if pos > start:
                        spans_push(after, start, pos)
                    if not bits & BERT_SPACE:
                        spans_push(after, pos, pos + length)
                    start = pos + length
                pos += length
            if pos > start:
                spans_push(after, start, pos)
        return 0

    def __reduce__(self):
        return BertPreTokenizer, ()
