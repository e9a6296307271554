"""WordPiece: the longest token that begins the word, then the longest that continues it, and so on.

Schuster, Nakajima 2012, "Japanese and Korean Voice Search"; the greedy form is that of Devlin et
al. 2019 (BERT). The vocabulary is a byte trie with two roots, one for the start of a word and one
for the places behind it; the trie is walked once a token, remembering the last node where a token
ends. `subword/reference.py` has the plain twin.
"""

from cpython.unicode cimport PyUnicode_AsUTF8AndSize
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from subword._hashmap cimport NO_ID, NOTHING, intmap_free, intmap_get, intmap_init, intmap_put
from subword._pipeline cimport Model, Tokens, tokens_push
from subword.models.bpe import checked_vocab

cdef extern from "utf8.h" nogil:
    Py_ssize_t utf8_count(const uint8_t* p, Py_ssize_t n)


cdef class WordPiece(Model):
    """Greedy longest-match tokens of a word.

    Args:
        vocab: Token -> id.
        unk_token: The token of a word that cannot be spelled, or is too long.
        continuing_subword_prefix: What tokens inside a word begin with in `vocab`.
        max_input_chars_per_word: A word of more characters than this is unknown.

    Raises:
        ValueError: unk_token is not in the vocabulary, or an id occurs twice.

    >>> WordPiece({"[UNK]": 0, "un": 1, "##able": 2}).tokenize_word("unable")
    [(1, 0, 2), (2, 2, 6)]
    """

    def __cinit__(self):
        self.children.entries = NULL
        self.ids = NULL

    def __init__(self, vocab, *, unk_token="[UNK]", continuing_subword_prefix="##",
                 max_input_chars_per_word=100):
        cdef Py_ssize_t total
        if self.ids != NULL:
            raise TypeError("WordPiece objects are immutable: make a new one")
        self.vocab = checked_vocab(vocab)
        if unk_token not in self.vocab:
            raise ValueError(f"unk_token {unk_token!r} is not in the vocabulary")
        self.unk_token = unk_token
        self.unk_id = self.vocab[unk_token]
        self.continuing_subword_prefix = continuing_subword_prefix
        if max_input_chars_per_word < 0:
            raise ValueError(
                f"max_input_chars_per_word must not be negative, got {max_input_chars_per_word}")
        self.max_input_chars_per_word = max_input_chars_per_word
        total = sum([len(token.encode()) for token in self.vocab])
        self.ids = <uint32_t*>malloc((2 * total + 2) * sizeof(uint32_t))
        if self.ids == NULL:
            raise MemoryError("no room for the trie")
        intmap_init(&self.children, total)
        self.ids[0] = self.ids[1] = <uint32_t>NO_ID
        self.node_count = 2
        for token, index in self.vocab.items():
            self._insert(0, token.encode(), index)
            if token.startswith(continuing_subword_prefix):
                self._insert(1, token[len(continuing_subword_prefix):].encode(), index)
        for root in range(2):
            for byte in range(256):
                self.first[root][byte] = <uint32_t>intmap_get(&self.children,
                                                              <uint64_t>root << 8 | <uint64_t>byte)

    cdef _insert(self, uint32_t node, bytes token, uint32_t index):
        cdef uint64_t child
        cdef uint8_t byte
        if not token:
            return
        for byte in token:
            child = intmap_get(&self.children, <uint64_t>node << 8 | byte)
            if child == NOTHING():
                child = self.node_count
                intmap_put(&self.children, <uint64_t>node << 8 | byte, child)
                self.ids[child] = <uint32_t>NO_ID
                self.node_count += 1
            node = <uint32_t>child
        self.ids[node] = index

    def __dealloc__(self):
        intmap_free(&self.children)
        free(self.ids)

    def options(self):
        """Return the constructor's keyword arguments."""
        return {
            "unk_token": self.unk_token,
            "continuing_subword_prefix": self.continuing_subword_prefix,
            "max_input_chars_per_word": self.max_input_chars_per_word,
        }

    def __reduce__(self):
        return _rebuild, (self.vocab, self.options())

    def __repr__(self):
        return f"WordPiece({len(self.vocab)} tokens)"

    def tokenize_word(self, word):
        """Return the tokens of one word as (id, start, end), positions in bytes of the word."""
        cdef Tokens tokens
        cdef Py_ssize_t size
        cdef const char* data = PyUnicode_AsUTF8AndSize(word, &size)
        tokens.data = NULL
        tokens.size = tokens.capacity = 0
        try:
            self.tokenize(<const uint8_t*>data, size, &tokens)
            return [(tokens.data[i].id, tokens.data[i].start, tokens.data[i].end)
                    for i in range(tokens.size)]
        finally:
            free(tokens.data)

    cdef int tokenize(self, const uint8_t* word, Py_ssize_t size, Tokens* tokens) except -1 nogil:
        cdef Py_ssize_t before = tokens.size, start = 0, i, end
        cdef uint32_t node, id
        cdef uint64_t child
        # A character has 1 to 4 bytes, so most words need no counting.
        if size > self.max_input_chars_per_word and (
                utf8_count(word, size) > self.max_input_chars_per_word):
            return tokens_push(tokens, self.unk_id, 0, size)
        while start < size:
            node = self.first[start > 0][word[start]]
            id = <uint32_t>NO_ID
            end = i = start + 1
            while node != <uint32_t>NO_ID:
                if self.ids[node] != <uint32_t>NO_ID:
                    id = self.ids[node]
                    end = i
                if i == size:
                    break
                child = intmap_get(&self.children, <uint64_t>node << 8 | word[i])
                node = <uint32_t>child
                i += 1
            if id == <uint32_t>NO_ID:
                tokens.size = before
                return tokens_push(tokens, self.unk_id, 0, size)
            tokens_push(tokens, id, start, end)
            start = end
        return 0


def _rebuild(vocab, options):
    return WordPiece(vocab, **options)
