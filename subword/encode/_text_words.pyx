"""The words of one text as the model sees them, with the bytes of the text that each stands for."""

from libc.stdint cimport uint32_t

from subword._core.pipeline cimport Text, text_source_end, text_source_start
from subword.encode._text_walk cimport TextWalk


def text_words(before_normalizer, after_normalizer, normalizer, pre_tokenizer, str text not None):
    """Return the words and added tokens of a text, in order.

    Args:
        before_normalizer, after_normalizer, normalizer, pre_tokenizer: The stages of `TextWalk`.
        text: A text that can be encoded.

    Returns:
        (word, starts, ends) of each word: its text, and for each of its bytes where the character
        of the original that it stands for starts and ends, in bytes. (id, start, end) of each added
        token.
    """
    cdef _AllWords walk = _AllWords(before_normalizer, after_normalizer, normalizer, pre_tokenizer)
    walk.walk(text)
    return walk.found


cdef class _AllWords(TextWalk):
    cdef list found

    def __cinit__(self, *_):
        self.found = []

    cdef int meet_added(self, uint32_t id, const Text* part) except -1:
        self.found.append((id, text_source_start(part, 0), text_source_end(part, part.size - 1)))
        return 0

    cdef int meet_words(self, const Text* words) except -1:
        cdef Py_ssize_t k, start, end
        for k in range(self.worker.spans.size):
            start, end = self.worker.spans.data[k].start, self.worker.spans.data[k].end
            self.found.append((words.data[start:end].decode(),
                               [text_source_start(words, at) for at in range(start, end)],
                               [text_source_end(words, at) for at in range(start, end)]))
        return 0
