"""Words as `sentencepiece` cuts and looks them up, for .model files of the type "word".

A word begins at each mark. Unknown words side by side are one token, which is why the whole text
comes here as one word.
"""

cimport cython
from libc.stdint cimport uint8_t, uint32_t
from libc.string cimport memcmp

from subword._core.hashmap cimport wordmap_add, wordmap_get, wordmap_init
from subword._core.pipeline cimport NO_ID, Tokens, tokens_push
from subword.models.word_level cimport WordLevel

from subword.vocab.byte_alphabet import BYTE_TOKENS
from subword.vocab.vocabulary import checked_vocab

cdef enum:
    MARK_SIZE = 3

cdef const uint8_t* MARK = b"\xe2\x96\x81"    # U+2581

# Kinds of pieces, as in a .model file; those that are found in a text are normal and user defined.
UNKNOWN = 2
FOUND = (1, 4)


@cython.final
cdef class PieceWords(WordLevel):
    """Words by their ids.

    Args:
        vocab: Word -> id, from 0 on.
        kinds: Of each id: normal and user defined pieces are found in a text.
        byte_fallback: Write an unknown word as the pieces of its bytes; all 256 must be there.

    Raises:
        TypeError, ValueError: The vocabulary is wrong, or the kinds do not fit it.

    >>> PieceWords({"<unk>": 0, "▁a": 1}, bytes([2, 1])).tokenize_word("▁a▁b▁c")
    [(1, 0, 4), (0, 4, 12)]
    """

    def __init__(self, vocab, bytes kinds not None, bint byte_fallback=False):
        cdef bytes word
        cdef int byte
        if self.vocab is not None:
            raise TypeError("PieceWords objects are immutable: make a new one")
        self.vocab = checked_vocab(vocab)
        if sorted(self.vocab.values()) != list(range(len(kinds))):
            raise ValueError(f"the ids must be 0 to {len(kinds) - 1}, one for each of the kinds")
        self.kinds = kinds
        self.byte_fallback = byte_fallback
        self.unk_id = kinds.index(UNKNOWN) if UNKNOWN in kinds else <uint32_t>NO_ID
        self.unk_token = "" if UNKNOWN not in kinds else next(
            token for token, index in self.vocab.items() if index == self.unk_id)
        for byte, token in enumerate(BYTE_TOKENS):
            self.fallback[byte] = self.vocab.get(token, <uint32_t>NO_ID)
            if byte_fallback and token not in self.vocab:
                raise ValueError(f"byte_fallback is true, but there is no piece {token}")
        words = [(token.encode(), index) for token, index in self.vocab.items()
                 if kinds[index] in FOUND]
        wordmap_init(&self.words, len(words), sum([len(word) for word, _ in words]))
        for word, index in words:
            wordmap_add(&self.words, word, len(word), index)

    def options(self):
        """Return the constructor's keyword arguments."""
        return {"kinds": self.kinds, "byte_fallback": self.byte_fallback}

    def __reduce__(self):
        return _rebuild, (self.vocab, self.options())

    def __repr__(self):
        return f"PieceWords({len(self.vocab)} tokens)"

    cdef int tokenize(self, const uint8_t* word, Py_ssize_t size, Tokens* tokens) except -1 nogil:
        cdef Py_ssize_t start = 0, end, i
        cdef uint32_t id
        cdef bint after_unknown = False
        while start < size:
            end = start + 1
            while end < size and (end + MARK_SIZE > size
                                  or memcmp(word + end, MARK, MARK_SIZE) != 0):
                end += 1
            id = wordmap_get(&self.words, word + start, end - start)
            if id != <uint32_t>NO_ID:
                after_unknown = False
                tokens_push(tokens, id, start, end)
            elif self.byte_fallback:
                for i in range(start, end):
                    tokens_push(tokens, self.fallback[word[i]], start, end)
            elif self.unk_id == <uint32_t>NO_ID:
                with gil:
                    raise ValueError("an unknown word needs an unknown piece")
            elif after_unknown:
                tokens.data[tokens.size - 1].end = <int>end
            else:
                after_unknown = True
                tokens_push(tokens, self.unk_id, start, end)
            start = end
        return 0


def _rebuild(vocab, options):
    return PieceWords(vocab, **options)
