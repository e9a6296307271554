"""The words of one text that hold unknown tokens: the encode loop without a cache."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from subword._core.pipeline cimport Model, Text, Token
from subword.encode._text_walk cimport TextWalk


def unknown_words(before_normalizer, after_normalizer, normalizer, pre_tokenizer,
                  Model model not None, uint32_t unknown, str text not None, uint64_t stream=0):
    """Return the words of a text in which the model finds unknown tokens.

    Args:
        before_normalizer, after_normalizer, normalizer, pre_tokenizer: The stages of `TextWalk`.
        model: The model.
        unknown: The id of its unknown token.
        text: A text that can be encoded.
        stream: Where its random numbers begin, for a model that draws at random.

    Returns:
        A dict: the index of the word -> for each of its tokens, the text of an unknown one, and
        None for any other.
    """
    cdef _UnknownWords walk = _UnknownWords(before_normalizer, after_normalizer, normalizer,
                                            pre_tokenizer)
    walk.model = model
    walk.unknown = unknown
    walk.worker.tokens.random = stream
    walk.walk(text)
    return walk.found


cdef class _UnknownWords(TextWalk):
    cdef Model model
    cdef uint32_t unknown
    cdef dict found
    cdef Py_ssize_t word

    def __cinit__(self, *_):
        self.found = {}
        self.word = 0

    cdef int meet_added(self, uint32_t id, const Text* part) except -1:
        self.word += 1
        return 0

    cdef int meet_words(self, const Text* words) except -1:
        cdef Py_ssize_t k, start
        for k in range(self.worker.spans.size):
            start = self.worker.spans.data[k].start
            self.meet_word(words.data + start, self.worker.spans.data[k].end - start)
        return 0

    cdef int meet_word(self, const uint8_t* data, Py_ssize_t size) except -1:
        cdef Py_ssize_t k
        cdef const Token* token
        cdef list texts = None
        self.worker.tokens.size = 0
        self.model.tokenize(data, size, &self.worker.tokens)
        for k in range(self.worker.tokens.size):
            token = self.worker.tokens.data + k
            if token.id == self.unknown:
                if texts is None:
                    texts = self.found[self.word] = [None] * self.worker.tokens.size
                texts[k] = data[token.start:token.end].decode()
        self.word += 1
        return 0
