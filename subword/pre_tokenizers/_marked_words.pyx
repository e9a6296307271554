"""WhitespaceSplit and Metaspace in one pass: words between white space, with a mark before each.

This is how XLM-R, T5 and their like begin. One after the other, the two need memory for what is
between them.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport PreTokenizer, Span, Spans, Text
from subword._core.unicode cimport BERT_SPACE, bert_bits
from subword.pre_tokenizers.metaspace cimport Metaspace

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)


cdef class MarkedWords(PreTokenizer):
    """What a WhitespaceSplit followed by a Metaspace does.

    Args:
        metaspace: The Metaspace.
    """

    def __init__(self, Metaspace metaspace not None):
        self.metaspace = metaspace

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Py_ssize_t i, pos, end
        cdef Span word
        cdef int length = 1
        cdef bint blank
        for i in range(before.size):
            pos = word.start = before.data[i].start
            end = before.data[i].end
            while pos < end:
                if source.data[pos] < 0x80:
                    blank = bert_bits[source.data[pos]] & BERT_SPACE
                    length = 1
                else:
                    blank = bert_bits[utf8_decode(source.data + pos, &length)] & BERT_SPACE
                if blank:
                    if pos > word.start:
                        word.end = <int32_t>pos
                        self.metaspace.mark_word(source, word, target, after)
                    word.start = <int32_t>(pos + length)
                pos += length
            if pos > word.start:
                word.end = <int32_t>pos
                self.metaspace.mark_word(source, word, target, after)
        return 1
