"""The added tokens of one text as they were matched."""

from libc.stdint cimport uint32_t

from subword._core.pipeline cimport Text
from subword.encode._text_walk cimport TextWalk


def added_words(before_normalizer, after_normalizer, normalizer, pre_tokenizer, str text not None):
    """Return the words of a text that are added tokens.

    Args:
        before_normalizer, after_normalizer, normalizer, pre_tokenizer: The stages of `TextWalk`.
        text: A text that can be encoded.

    Returns:
        A dict: the index of the word -> what was matched, white space included, as the normalizer
        left it if the token is looked for in normalized text.
    """
    cdef _AddedWords walk = _AddedWords(before_normalizer, after_normalizer, normalizer,
                                        pre_tokenizer)
    walk.walk(text)
    return walk.found


cdef class _AddedWords(TextWalk):
    cdef dict found
    cdef Py_ssize_t word

    def __cinit__(self, *_):
        self.found = {}
        self.word = 0

    cdef int meet_added(self, uint32_t id, const Text* part) except -1:
        self.found[self.word] = part.data[:part.size].decode()
        self.word += 1
        return 0

    cdef int meet_words(self, const Text* words) except -1:
        self.word += self.worker.spans.size
        return 0
