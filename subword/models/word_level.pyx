"""WordLevel: each word is one token, or the unknown token."""

from libc.stdint cimport uint8_t, uint32_t

from subword._core.hashmap cimport wordmap_add, wordmap_free, wordmap_get, wordmap_init
from subword._core.pipeline cimport NO_ID, Model, Tokens, tokens_push

from subword.vocab.vocabulary import token_table


cdef class WordLevel(Model):
    """Words by their ids.

    Args:
        vocab: Word -> id.
        unk_token: The token of a word that is not there. If it is not in the vocabulary either, a
            text with such a word is a ValueError.

    Raises:
        TypeError, ValueError: The vocabulary or an option is wrong.

    >>> WordLevel({"<unk>": 0, "hello": 1}).tokenize_word("hello")
    [(1, 0, 5)]
    """

    def __init__(self, vocab, unk_token="<unk>"):
        cdef bytes word
        cdef list words
        if self.vocab is not None:
            raise TypeError("WordLevel objects are immutable: make a new one")
        if not isinstance(unk_token, str):
            raise TypeError(f"unk_token must be a str, got {type(unk_token).__name__}")
        self.vocab = token_table(vocab).as_dict()
        self.unk_token = unk_token
        self.unk_id = self.vocab.get(unk_token, <uint32_t>NO_ID)
        words = [token.encode() for token in self.vocab]
        size = sum(map(len, words))
        if size > 0xFFFFFFFF:
            raise ValueError(f"the words of a vocabulary have at most 2**32 - 1 bytes, got {size}")
        wordmap_init(&self.words, len(words), size)
        for word, index in zip(words, self.vocab.values()):
            wordmap_add(&self.words, word, len(word), index)

    def __dealloc__(self):
        wordmap_free(&self.words)

    def options(self):
        """Return the constructor's keyword arguments."""
        return {"unk_token": self.unk_token}

    def __reduce__(self):
        return _rebuild, (self.vocab, self.options())

    def __repr__(self):
        return f"WordLevel({len(self.vocab)} tokens)"

    cdef int tokenize(self, const uint8_t* word, Py_ssize_t size, Tokens* tokens) except -1 nogil:
        cdef uint32_t id = wordmap_get(&self.words, word, size)
        if id == <uint32_t>NO_ID:
            id = self.unk_id
        if id == <uint32_t>NO_ID:
            with gil:
                raise ValueError(
                    f"unk_token {self.unk_token!r} is needed, but is not in the vocabulary")
        return tokens_push(tokens, id, 0, size)


def _rebuild(vocab, options):
    return WordLevel(vocab, **options)
