"""The encode loop without a model: the words and added tokens of one text, in order.

What a call rarely asks for is found by walking over the text a second time: subclasses say what to
do with what is met there.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport Normalizer, PreTokenizer, Text
from subword.encode.segments cimport normalize, part_of, segment_text, split_words
from subword.encode.worker cimport Worker
from subword.vocab.added_tokens cimport AddedSpan, AddedTokenMatcher


cdef class TextWalk:
    """A walk over one text.

    Args:
        before_normalizer, after_normalizer: Find added tokens in the original and in the normalized
            text.
        normalizer, pre_tokenizer: May be None.
    """

    def __cinit__(self, AddedTokenMatcher before_normalizer not None,
                  AddedTokenMatcher after_normalizer not None, Normalizer normalizer,
                  PreTokenizer pre_tokenizer, *_):
        self.before_normalizer = before_normalizer
        self.after_normalizer = after_normalizer
        self.normalizer = normalizer
        self.pre_tokenizer = pre_tokenizer
        self.worker = Worker(0)

    cdef int walk(self, str text) except -1:
        """Meet the words and added tokens of a text that can be encoded."""
        cdef bytes utf8 = text.encode()
        cdef const uint8_t* data = utf8
        cdef Py_ssize_t i
        cdef AddedSpan span
        cdef Text segment
        self.worker.added_spans.size = 0
        self.before_normalizer.find(data, <int32_t>len(utf8), &self.worker.added_spans)
        for i in range(self.worker.added_spans.size):
            span = self.worker.added_spans.data[i]
            segment = segment_text(data, span.start, span.end, True)
            if span.id >= 0:
                self.meet_added(<uint32_t>span.id, &segment)
            else:
                walk_segment(self, &segment)
        return 0

    cdef int meet_added(self, uint32_t id, const Text* part) except -1:
        """Meet an added token, and what it was matched with."""
        return 0

    cdef int meet_words(self, const Text* words) except -1:
        """Meet the words between two added tokens: `worker.spans` of a text."""
        return 0


cdef int walk_segment(TextWalk self, const Text* segment) except -1:
    """Walk over a text between added tokens of the original text."""
    cdef const Text* source = segment
    cdef Text part
    cdef AddedSpan span
    cdef Py_ssize_t i
    cdef Worker worker = self.worker
    if self.normalizer is not None:
        source = normalize(self.normalizer, segment, &worker.normalized)
    worker.normalized_added_spans.size = 0
    self.after_normalizer.find(source.data, <int32_t>source.size, &worker.normalized_added_spans)
    for i in range(worker.normalized_added_spans.size):
        span = worker.normalized_added_spans.data[i]
        part = part_of(source, span.start, span.end)
        if span.id >= 0:
            self.meet_added(<uint32_t>span.id, &part)
        elif part.size > 0:
            self.meet_words(split_words(self.pre_tokenizer, &part, worker))
    return 0
