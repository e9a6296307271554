"""WordPiece: the longest token that begins the word, then the longest that continues it, and so on.

Schuster, Nakajima 2012, "Japanese and Korean Voice Search"; the greedy form is that of Devlin et
al. 2019 (BERT). The vocabulary is a byte trie: the first token of a word starts at its root, the
others at the node of the prefix "##". The trie is walked once for each token, and the last node
where a token ends is kept. `subword/reference/tokenizer.py` has the plain twin.
"""

from libc.stdint cimport uint8_t, uint32_t

from subword._core.pipeline cimport NO_ID, Model, Tokens, tokens_push
from subword.models._trie cimport ENDS, NO_NODE, ByteTrie, Node, trie_step

from subword.vocab.vocabulary import token_table

cdef extern from "text/utf8.h" nogil:
    Py_ssize_t utf8_count(const uint8_t* p, Py_ssize_t n)


cdef class WordPiece(Model):
    """Greedy longest-match tokens of a word.

    Args:
        vocab: Token -> id.
        unk_token: The token of a word that cannot be spelled, or is too long. If it is not in the
            vocabulary, a text with such a word is a ValueError.
        continuing_subword_prefix: How tokens that do not start a word begin in `vocab`.
        max_input_chars_per_word: A word of more characters than this is unknown.

    Raises:
        TypeError, ValueError: An option is wrong.

    >>> WordPiece({"[UNK]": 0, "un": 1, "##able": 2}).tokenize_word("unable")
    [(1, 0, 2), (2, 2, 6)]
    """

    def __init__(self, vocab, *, unk_token="[UNK]", continuing_subword_prefix="##",
                 max_input_chars_per_word=100):
        if self.trie is not None:
            raise TypeError("WordPiece objects are immutable: make a new one")
        self.tokens = token_table(vocab)
        for name, value in (("unk_token", unk_token),
                            ("continuing_subword_prefix", continuing_subword_prefix)):
            if not isinstance(value, str):
                raise TypeError(f"{name} must be a str, got {type(value).__name__}")
        self.unk_token = unk_token
        self.unk_id = self.tokens.get(unk_token, <uint32_t>NO_ID)
        self.continuing_subword_prefix = continuing_subword_prefix
        if max_input_chars_per_word < 0:
            raise ValueError(
                f"max_input_chars_per_word must not be negative, got {max_input_chars_per_word}")
        self.max_input_chars_per_word = max_input_chars_per_word
        self.trie = ByteTrie(self.tokens)
        self.inside = 0
        for byte in continuing_subword_prefix.encode():
            if self.inside != <uint32_t>NO_NODE:
                self.inside = trie_step(self.trie.nodes, self.inside, byte)

    @property
    def vocab(self):
        """Token -> id, the same dict each time."""
        return self.tokens.as_dict()

    def options(self):
        """Return the constructor's keyword arguments."""
        return {
            "unk_token": self.unk_token,
            "continuing_subword_prefix": self.continuing_subword_prefix,
            "max_input_chars_per_word": self.max_input_chars_per_word,
        }

    def __reduce__(self):
        return _rebuild, (self.tokens, self.options())

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self    # nothing changes it

    def __repr__(self):
        return f"WordPiece({len(self.tokens)} tokens)"

    cdef int push_unknown(self, Tokens* tokens, Py_ssize_t size) except -1 nogil:
        """Append the token of a word of `size` bytes that cannot be spelled."""
        if self.unk_id == <uint32_t>NO_ID:
            with gil:
                raise ValueError(
                    f"unk_token {self.unk_token!r} is needed, but is not in the vocabulary")
        return tokens_push(tokens, self.unk_id, 0, size)

    cdef int tokenize(self, const uint8_t* word, Py_ssize_t size, Tokens* tokens) except -1 nogil:
        cdef const Node* nodes = self.trie.nodes
        cdef Py_ssize_t before = tokens.size, start = 0, i, end
        cdef uint32_t node, last
        # A character has 1 to 4 bytes, so most words need no counting.
        if size > self.max_input_chars_per_word and (
                utf8_count(word, size) > self.max_input_chars_per_word):
            return self.push_unknown(tokens, size)
        while start < size:
            node = self.inside if start else 0
            last = <uint32_t>NO_NODE
            end = i = start
            while i < size and node != <uint32_t>NO_NODE:
                node = trie_step(nodes, node, word[i])
                i += 1
                if node != <uint32_t>NO_NODE and nodes[node].base & <uint32_t>ENDS:
                    last = node
                    end = i
            if last == <uint32_t>NO_NODE:
                tokens.size = before
                return self.push_unknown(tokens, size)
            tokens_push(tokens, self.trie.ids[last], start, end)
            start = end
        return 0


def _rebuild(vocab, options):
    return WordPiece(vocab, **options)
