"""BPE: merge the leftmost pair of lowest rank until no pair is in the merge table.

Sennrich, Haddow, Birch 2016, "Neural Machine Translation of Rare Words with Subword Units", section
3.2; byte level: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section
2.2. Byte-level BPE is BPE over the alphabet of the 256 bytes, so it is a flag here and not a second
model. `subword/reference/tokenizer.py` has the plain twin.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memset

from subword._core.hashmap cimport intmap_free, intmap_get, intmap_init, intmap_put
from subword._core.pipeline cimport NO_ID, Model, Tokens, out_of_memory, tokens_push
from subword.models._byte_spelling cimport all_present, spell_bytes
from subword.models._dropout cimport merge_some
from subword.models._pair_table cimport pair_table_free, pair_table_init
from subword.models._side_by_side cimport fill_first_pairs, knows_bytes, merge_side_by_side
from subword.models._whole_words cimport whole_word
from subword.models.merge cimport (
    MERGED, NOT_YET, SHORT, Symbol, Word, merge_long, merge_short, push_symbol,
)
from subword.models.merge_table cimport MERGE_IDS, MergeTable, number_merges
from subword.vocab.token_table cimport TokenTable, token_size, token_text

from subword.models.bpe_options import check_dropout, check_str, merges_of_ranks
from subword.vocab.byte_alphabet import BYTE_TOKENS, CHARS, chars_of
from subword.vocab.vocabulary import shares_ids, token_table

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)
    int utf8_length(uint8_t lead)


cdef int unknown_token_is_missing(token) except -1:
    raise ValueError(f"unk_token {token!r} is needed, but is not in the vocabulary")


cdef class BPE(Model):
    """Byte-pair encoding over characters, or over bytes with ``byte_level=True``.

    Args:
        vocab: Token -> id.
        merges: Pairs of tokens, the first has rank 0. Both parts and their product must be in
            `vocab`.
        dropout: Probability with which a merge is left out (Provilkov et al. 2020); None or 0.0:
            none is.
        unk_token: The token of a character outside the vocabulary; None drops such characters. If
            it is not in the vocabulary itself, a text with such a character is a ValueError.
        continuing_subword_prefix: Put before every character but the first of a word, e.g.
            ``"##"``.
        end_of_word_suffix: Put after the last character of a word, e.g. ``"</w>"``.
        fuse_unk: Adjacent unknown characters become one token.
        byte_fallback: A character outside the vocabulary becomes its bytes, tokens ``<0x00>`` to
            ``<0xFF>``, if all of them are in the vocabulary.
        ignore_merges: A word that is a token as a whole is that token, whatever the merges say.
        ranks: Rank of each merge, if it is not its index in the list; equal ranks merge from the
            left.
        byte_level: Words are bytes and the vocabulary is written in the byte alphabet (see
            `subword.vocab.byte_alphabet`). A word with a byte whose character the vocabulary lacks
            is read as its characters; no other word is.
        redraws: A merge that was left out may be drawn again once another has been done, as in
            `tokenizers`; otherwise it stays left out, as in `sentencepiece`.

    Raises:
        ValueError: A merge names a token that is not in the vocabulary, or an option is wrong.
        TypeError: A token is not str, or an id not int.

    >>> BPE({"a": 0, "b": 1, "ab": 2}, [("a", "b")]).tokenize_word("abb")
    [(2, 0, 2), (1, 2, 3)]
    """

    def __cinit__(self):
        memset(&self.pairs, 0, sizeof(self.pairs))
        self.first_pairs.numbers = NULL
        for i in range(4):
            self.characters[i].entries = NULL

    def __init__(self, vocab, merges, *, dropout=None, unk_token=None,
                 continuing_subword_prefix=None, end_of_word_suffix=None, fuse_unk=False,
                 byte_fallback=False, ignore_merges=False, byte_level=False, ranks=None,
                 redraws=True):
        if self.tokens is not None:
            raise TypeError("BPE objects are immutable: make a new one")
        check_dropout(dropout)
        check_str("unk_token", unk_token)
        check_str("continuing_subword_prefix", continuing_subword_prefix)
        check_str("end_of_word_suffix", end_of_word_suffix)
        self.tokens = token_table(vocab)
        self.dropout = dropout
        self.leave_out = dropout or 0.0
        self.redraws = redraws
        self.unk_token = unk_token
        self.continuing_subword_prefix = continuing_subword_prefix or None
        self.end_of_word_suffix = end_of_word_suffix or None
        self.fuse_unk = fuse_unk
        self.byte_fallback = byte_fallback
        self.ignore_merges = ignore_merges
        self.byte_level = byte_level
        self.prefix_bytes = (self.continuing_subword_prefix or "").encode()
        self.suffix_bytes = (self.end_of_word_suffix or "").encode()
        self.prefix_data = self.prefix_bytes
        self.suffix_data = self.suffix_bytes
        self.prefix_size = <int>len(self.prefix_bytes)
        self.suffix_size = <int>len(self.suffix_bytes)
        self.unk_id = (self.tokens.get(unk_token, 0xFFFFFFFF) if unk_token is not None
                       else 0xFFFFFFFF)
        if isinstance(merges, MergeTable):
            self.merge_table = merges
        else:
            merges = list(merges)
            self.merge_table = number_merges(
                self.tokens, merges, len(self.continuing_subword_prefix or ""))
            # The ids do not say how merges were spelled.
            self.spelled_merges = merges if self.tokens.shares_ids() else None
        self.merge_count = self.merge_table.count
        self.ranks = None if ranks is None else tuple(ranks)
        pair_table_init(&self.pairs, self.merge_table, self.ranks, self.tokens.highest)
        self._fill_alphabet()
        self.unk_is_missing = unk_token is not None and self.unk_id == <uint32_t>NO_ID
        if byte_level and self.leave_out == 0.0 and not self.prefix_size and not self.suffix_size:
            fill_first_pairs(&self.first_pairs, self.bytes[0], &self.pairs)
        if ignore_merges:
            self.tokens.check_encodable()

    def __dealloc__(self):
        pair_table_free(&self.pairs)
        free(self.first_pairs.numbers)
        for i in range(4):
            intmap_free(&self.characters[i])

    cdef _fill_alphabet(self):
        cdef const uint8_t* text
        cdef TokenTable tokens = self.tokens
        cdef Py_ssize_t i, size, before, after
        cdef int form, length
        cdef uint32_t code
        cdef str head = self.continuing_subword_prefix or "", tail = self.end_of_word_suffix or ""
        for byte in range(256):
            self.fallback[byte] = tokens.get(BYTE_TOKENS[byte], 0xFFFFFFFF)
        self.falls_back = self.byte_fallback and all([token in tokens for token in BYTE_TOKENS])
        for form in range(4):
            before = self.prefix_size if form & 1 else 0
            after = self.suffix_size if form & 2 else 0
            for byte, character in enumerate(CHARS):
                self.bytes[form][byte] = tokens.get(
                    (head if before else "") + character + (tail if after else ""), 0xFFFFFFFF)
            intmap_init(&self.characters[form], 256)
            for i in range(tokens.size):
                text = token_text(tokens, i)
                size = token_size(tokens, i) - before - after
                if (0 < size <= 4 and utf8_length(text[before]) == size
                        and memcmp(text, self.prefix_data, before) == 0
                        and memcmp(text + before + size, self.suffix_data, after) == 0):
                    code = utf8_decode(text + before, &length)
                    intmap_put(&self.characters[form], code, tokens.ids[i])

    @classmethod
    def from_ranks(cls, ranks):
        """Build a byte-level model from a `.tiktoken` vocabulary.

        Any two neighbours whose bytes together are a token merge there, the token of lowest rank
        first. A word that is a token is that token.

        Args:
            ranks: Token, as bytes -> its rank, which is its id.
        """
        if shares_ids(ranks):
            raise ValueError("a vocabulary of ranks must not have two tokens with the same id")
        merges = merges_of_ranks(ranks)
        return cls(
            {chars_of(token): rank for token, rank in ranks.items()},
            [(left, right) for _, left, right in merges], ignore_merges=True, byte_level=True,
            ranks=[rank for rank, _, _ in merges])

    @property
    def vocab(self):
        """Token -> id, the same dict each time."""
        return self.tokens.as_dict()

    @property
    def merges(self):
        """The merges in order of rank, as pairs of tokens."""
        if self.spelled_merges is not None:
            return [(left, right) for left, right in self.spelled_merges]
        spell = self.tokens.token_of
        return [(spell(self.merge_table.ids[MERGE_IDS * i]),
                 spell(self.merge_table.ids[MERGE_IDS * i + 1]))
                for i in range(self.merge_count)]

    def options(self):
        """Return the constructor's keyword arguments that files have."""
        return {
            "dropout": self.dropout, "unk_token": self.unk_token,
            "continuing_subword_prefix": self.continuing_subword_prefix,
            "end_of_word_suffix": self.end_of_word_suffix, "fuse_unk": self.fuse_unk,
            "byte_fallback": self.byte_fallback, "ignore_merges": self.ignore_merges,
        }

    def __reduce__(self):
        merges = self.merge_table if self.spelled_merges is None else self.spelled_merges
        return _rebuild, (self.tokens, merges,
                          {**self.options(), "byte_level": self.byte_level, "ranks": self.ranks,
                           "redraws": self.redraws})

    def with_dropout(self, dropout):
        """Return a model like this one that leaves out merges with another probability."""
        _, (tokens, merges, options) = self.__reduce__()
        return BPE(tokens, merges, **{**options, "dropout": dropout})

    @property
    def samples(self):
        """Whether the tokens of a word are drawn at random."""
        return self.leave_out > 0.0

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self    # nothing changes it

    def __repr__(self):
        level = ", byte_level" if self.byte_level else ""
        return f"BPE({len(self.tokens)} tokens, {self.merge_count} merges{level})"

    cdef int tokenize(self, const uint8_t* word, Py_ssize_t size, Tokens* tokens) except -1 nogil:
        cdef int64_t whole
        if size == 0:
            return 0
        if self.ignore_merges and self.leave_out == 0.0:
            whole = whole_word(self.tokens, word, size, self.byte_level)
            if whole >= 0:
                return tokens_push(tokens, <uint32_t>whole, 0, size)
        return self.merge(word, size, tokens)

    cdef int tokenize_words(self, Word* words, Py_ssize_t count, Tokens* tokens) except -1 nogil:
        """Append the tokens of words, in any order, and note where those of each are."""
        cdef Py_ssize_t i
        cdef Word* word
        for i in range(count):
            word = words + i
            if knows_bytes(&self.first_pairs, word) and not (
                    self.ignore_merges
                    and whole_word(self.tokens, word.bytes, word.size, self.byte_level) >= 0):
                word.count = NOT_YET
            else:
                word.first = tokens.size
                self.tokenize(word.bytes, word.size, tokens)
                word.count = tokens.size - word.first
        return merge_side_by_side(&self.pairs, &self.first_pairs, words, count, tokens)

    cdef int merge(self, const uint8_t* word, Py_ssize_t size, Tokens* tokens) except -1 nogil:
        """Append the tokens that the merges make of a word, whether it is a token or not."""
        cdef Symbol[SHORT] stack
        cdef Symbol* symbols
        cdef Py_ssize_t count = 0, i
        symbols = self.first_symbols(word, size, stack, &count)
        if symbols == NULL:
            if count < 0:
                with gil:
                    return unknown_token_is_missing(self.unk_token)
            return out_of_memory()
        try:
            if self.leave_out > 0.0:
                merge_some(&self.pairs, symbols, count, self.leave_out, self.redraws,
                           &tokens.random)
            elif count <= SHORT:
                count = merge_short(&self.pairs, symbols, count)
            else:
                merge_long(&self.pairs, symbols, count)
            for i in range(count):
                if symbols[i].right != MERGED:
                    tokens_push(tokens, symbols[i].id, symbols[i].start, symbols[i].end)
        finally:
            if symbols != stack:
                free(symbols)
        return 0

    cdef Symbol* first_symbols(self, const uint8_t* word, Py_ssize_t size, Symbol* stack,
                               Py_ssize_t* count) noexcept nogil:
        """Return the symbols of a word before any merge.

        Args:
            stack: Space for SHORT symbols.
            count: Becomes the number of symbols; -1 if an unknown token is needed and missing.

        Returns:
            `stack` if it can hold them, else malloc'ed memory; NULL if there is none, or if the
            unknown token is missing.
        """
        cdef Symbol* symbols = stack
        cdef Py_ssize_t i
        cdef uint32_t id
        if not self.byte_level:
            return self.symbols_of_chars(word, size, stack, count)
        if size > SHORT:
            symbols = <Symbol*>malloc(size * sizeof(Symbol))
        for i in range(size if symbols != NULL else 0):
            id = self.bytes[(i > 0) + 2 * (i + 1 == size)][word[i]]
            if id == <uint32_t>NO_ID:
                if symbols != stack:
                    free(symbols)
                return self.symbols_of_bytes(word, size, stack, count)
            symbols[i].id = id
            symbols[i].start = <int32_t>i
            symbols[i].end = <int32_t>i + 1
        count[0] = size
        return symbols

    cdef Symbol* symbols_of_bytes(self, const uint8_t* word, Py_ssize_t size, Symbol* stack,
                                  Py_ssize_t* count) noexcept nogil:
        """Do the same for bytes spelled in the byte alphabet, as the original does all words."""
        cdef Symbol* symbols = NULL
        cdef uint8_t* chars = <uint8_t*>malloc(2 * size)
        cdef int32_t* byte_at = <int32_t*>malloc(2 * size * sizeof(int32_t))
        cdef Py_ssize_t i
        if chars != NULL and byte_at != NULL:
            size = spell_bytes(word, size, chars, byte_at)
            symbols = self.symbols_of_chars(chars, size, stack, count)
            for i in range(count[0] if symbols != NULL else 0):
                symbols[i].start = byte_at[symbols[i].start]
                symbols[i].end = byte_at[symbols[i].end - 1] + 1
        free(chars)
        free(byte_at)
        return symbols

    cdef Symbol* symbols_of_chars(self, const uint8_t* word, Py_ssize_t size, Symbol* stack,
                                  Py_ssize_t* count) noexcept nogil:
        """Do what `first_symbols` does for a word of characters.

        Positions count the bytes of the symbols so far, as the original does: a character that is
        dropped counts nothing, and each byte of a character that falls back counts one. There the
        bytes of a prefix or suffix that falls back along count too, which leads beyond the text;
        here they lie on the first or last byte of their character.
        """
        cdef Symbol* symbols = stack
        cdef Py_ssize_t i = 0, k, n = 0, max_symbols
        cdef int length, unk_length = 0, form
        cdef int32_t pos = 0
        cdef uint32_t id
        cdef bint fall_back
        cdef const uint8_t* prefix = self.prefix_data
        cdef const uint8_t* suffix = self.suffix_data
        cdef int prefix_size = self.prefix_size, suffix_size = self.suffix_size
        max_symbols = size * (1 + (prefix_size + suffix_size if self.byte_fallback else 0)) + 1
        if max_symbols > SHORT:
            symbols = <Symbol*>malloc(max_symbols * sizeof(Symbol))
        while symbols != NULL and i < size:
            length = utf8_length(word[i])
            form = (i > 0) + 2 * (i + length == size)
            id = <uint32_t>intmap_get(&self.characters[form], utf8_decode(word + i, &length))
            if id != <uint32_t>NO_ID:
                if unk_length:
                    n = push_symbol(symbols, n, self.unk_id, &pos, unk_length)
                    unk_length = 0
                n = push_symbol(symbols, n, id, &pos, length)
                i += length
                continue
            fall_back = (
                self.byte_fallback and all_present(self.fallback, word + i, length)
                and all_present(self.fallback, prefix, prefix_size if form & 1 else 0)
                and all_present(self.fallback, suffix, suffix_size if form & 2 else 0))
            if fall_back:
                # An unknown token that waits goes on waiting: the original emits it after these.
                if form & 1:
                    for k in range(prefix_size):
                        n = push_symbol(symbols, n, self.fallback[prefix[k]], &pos, 1)
                        pos -= 1
                for k in range(length):
                    n = push_symbol(symbols, n, self.fallback[word[i + k]], &pos, 1)
                if form & 2:
                    for k in range(suffix_size):
                        pos -= 1
                        n = push_symbol(symbols, n, self.fallback[suffix[k]], &pos, 1)
            elif self.unk_id != <uint32_t>NO_ID:
                if unk_length and not self.fuse_unk:
                    n = push_symbol(symbols, n, self.unk_id, &pos, unk_length)
                    unk_length = 0
                unk_length += length
            elif self.unk_is_missing:
                if symbols != stack:
                    free(symbols)
                count[0] = -1
                return NULL
            i += length
        if unk_length:
            n = push_symbol(symbols, n, self.unk_id, &pos, unk_length)
        count[0] = n
        return symbols


def _rebuild(vocab, merges, options):
    return BPE(vocab, merges, **options)
