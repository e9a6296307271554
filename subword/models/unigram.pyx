"""Unigram: of all ways to cut a word into pieces, the one with the highest sum of scores.

Kudo 2018, "Subword Regularization"; a score is the logarithm of a piece's probability. From each
character on, the trie gives all pieces that begin there, and each may be the last of the best way
to its end (Viterbi). Scores are added from the left as 64-bit floats, and of equal sums the one
found first stays, which is the longest last piece: so ties and rounding fall as in the reference.

A character that is no piece may always be an unknown token, at a score of ten below the lowest.
Unknown tokens side by side are one. With `alpha` a way is drawn at random instead (_lattice.pyx).
`subword/reference/unigram.py` has the plain twin.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

from subword._core.pipeline cimport (
    NO_ID, Model, Token, Tokens, out_of_memory, tokens_free, tokens_push,
)
from subword.models._lattice cimport (
    Best, Lattice, Paths, draw_path, draw_way, find_paths, last_reached, lattice_add, lattice_begin,
    lattice_finish, lattice_free, paths_free, take_path,
)
from subword.models._piece_trie cimport (
    ENDS, LABEL, NO_PIECE, Piece, PieceNode, base_of, trie_of_table,
)
from subword.vocab.token_table cimport TokenTable

from subword.models.scored_pieces import ScoredPieces
from subword.models.unigram_options import (
    check_id, checked_count, checked_pieces, checked_sampling,
)
from subword.vocab.byte_alphabet import BYTE_TOKENS
from subword.vocab.vocabulary import checked_vocab

cdef extern from "text/utf8.h" nogil:
    int utf8_length(uint8_t lead)

cdef enum:
    SHORT = 256             # bytes of a word whose ways fit on the stack

# How far the score of an unknown token lies below the lowest score of a piece.
UNKNOWN_PENALTY = 10.0


cdef class Unigram(Model):
    """The most probable pieces of a word.

    Args:
        vocab: (piece, score) for each id, from 0 on, or `ScoredPieces`. An empty piece is never
            found. Of equal pieces the last counts.
        unk_id: The id of the unknown token. None: a text that needs it is a ValueError.
        byte_fallback: Write an unknown piece as tokens of its bytes, `<0x00>` to `<0xFF>`, if all
            that it needs are there.
        fuse_unk: Make one of unknown tokens side by side.
        unmatched: Ids of pieces that no text gives, such as the control pieces of SentencePiece.
        alpha: Draw the pieces at random, each way with a probability in proportion to that of its
            pieces to the power of `alpha`: at 0.0 all are as likely, the larger it is the more
            often the best is drawn. None: always the best. No file holds it.
        nbest_size: Draw from so many of the best ways only; None, 0 and -1: from all of them.

    Raises:
        TypeError, ValueError: An option is wrong, a score is no finite number, or an id is that of
            no piece.

    >>> model = Unigram([("<unk>", 0.0), ("un", -2.0), ("able", -3.0), ("una", -6.0)], 0)
    >>> model.tokenize_word("unable")
    [(1, 0, 2), (2, 2, 6)]
    """

    def __init__(self, vocab, unk_id=None, bint byte_fallback=False, *, bint fuse_unk=True,
                 unmatched=(), alpha=None, nbest_size=None):
        cdef int byte
        cdef double[::1] scores
        if self.trie is not None:
            raise TypeError("Unigram objects are immutable: make a new one")
        self.set_pieces(vocab)
        scores = self.scores
        if unk_id is not None:
            check_id("unk_id", unk_id, len(scores))
        self.unk_id = unk_id
        self.unmatched = frozenset(unmatched)
        for index in self.unmatched:
            check_id("unmatched", index, len(scores))
        self.unknown = <uint32_t>NO_ID if unk_id is None else unk_id
        self.byte_fallback = byte_fallback
        self.fuse_unk = fuse_unk
        self.unknown_score = lowest_of(scores) - UNKNOWN_PENALTY
        for byte, token in enumerate(BYTE_TOKENS):
            self.fallback[byte] = self.tokens.get(token, <uint32_t>NO_ID)
        self.set_sampling(alpha, nbest_size)
        self.trie = trie_of_table(self.tokens, scores, self.unmatched)

    cdef int set_pieces(self, object vocab) except -1:
        """Set `tokens`, `listed` and `scores`, after checking them."""
        cdef TokenTable tokens
        cdef Py_ssize_t i
        if isinstance(vocab, ScoredPieces):
            tokens, self.scores = vocab.tokens, vocab.scores
            for i in range(tokens.size):
                if tokens.ids[i] != <uint32_t>i:
                    raise ValueError(f"the id of piece {i} must be its place, got {tokens.ids[i]}")
        else:
            listed, self.scores = checked_pieces(vocab)
            tokens = TokenTable(checked_vocab(dict(zip(listed, range(len(listed))))))
            if len(tokens) < len(listed):
                self.listed = listed
        tokens.check_encodable()
        self.tokens = tokens
        return 0

    cdef int set_sampling(self, alpha, nbest_size) except -1:
        self.alpha, self.nbest_size = checked_sampling(alpha, nbest_size)
        self.drawn_from = max(self.nbest_size or 0, 0)
        self.power = 0.0 if self.alpha is None else self.alpha
        self.samples = self.alpha is not None and self.drawn_from != 1
        return 0

    def with_sampling(self, alpha, nbest_size=None):
        """Return a model of the same pieces with another `alpha` and `nbest_size`."""
        cdef Unigram other = type(self).__new__(type(self))
        self.copy_to(other)
        other.set_sampling(alpha, nbest_size)
        return other

    cdef int copy_to(self, Unigram other) except -1:
        """Let another model share what this one has."""
        other.tokens, other.listed, other.scores, other.trie = (
            self.tokens, self.listed, self.scores, self.trie)
        other.unk_id, other.unmatched, other.unknown = self.unk_id, self.unmatched, self.unknown
        other.byte_fallback, other.fuse_unk = self.byte_fallback, self.fuse_unk
        other.unknown_score = self.unknown_score
        memcpy(other.fallback, self.fallback, sizeof(self.fallback))
        return 0

    def nbest(self, str word not None, count):
        """Return the best ways to cut a word, the best first.

        Args:
            word: The word.
            count: How many, at least 1; there may be fewer.

        Returns:
            (tokens, score) of each: tokens as `tokenize_word` returns them, and the sum of the
            scores of the pieces, that of an unknown token counted for each character.

        Raises:
            ValueError: The count is less than 1, or the word needs an unknown token and there is
                none.

        >>> model = Unigram([("<unk>", 0.0), ("a", -1.0), ("b", -1.5), ("ab", -2.0)], 0)
        >>> model.nbest("ab", 5)
        [([(3, 0, 2)], -2.0), ([(1, 0, 1), (2, 1, 2)], -2.5)]
        """
        cdef bytes utf8 = word.encode()
        cdef const uint8_t* data = utf8
        cdef Py_ssize_t size = len(utf8), i, k, wanted = checked_count(count)
        cdef Lattice lattice
        cdef Paths paths
        cdef Tokens tokens
        cdef Best* best = <Best*>malloc((size + 1) * sizeof(Best))
        memset(&paths, 0, sizeof(Paths))
        memset(&tokens, 0, sizeof(Tokens))
        lattice_begin(&lattice, size)
        found = []
        try:
            if best == NULL:
                return out_of_memory()
            with nogil:
                self.fill_lattice(data, size, &lattice)
                self.find_best_paths(&lattice, wanted, &paths)
            for i in range(paths.count):
                tokens.size = 0
                take_path(&lattice, &paths, i, best)
                self.push_way(data, size, best, &tokens)
                found.append(([(tokens.data[k].id, tokens.data[k].start, tokens.data[k].end)
                               for k in range(tokens.size)], paths.data[i].score))
            return found
        finally:
            lattice_free(&lattice)
            paths_free(&paths)
            tokens_free(&tokens)
            free(best)

    @property
    def vocab(self):
        """Piece -> id, of equal pieces the last."""
        return self.tokens.as_dict()

    @property
    def pieces(self):
        """(piece, score) of each id, from 0 on."""
        return list(zip(self.listed or self.tokens, self.scores))

    @property
    def repeated(self):
        """Each id whose piece has a later id, and the piece."""
        if self.listed is None:
            return {}
        return {i: token for i, token in enumerate(self.listed) if self.tokens[token] != i}

    def options(self):
        """Return the constructor's keyword arguments that files have."""
        return {
            "unk_id": self.unk_id, "byte_fallback": self.byte_fallback, "fuse_unk": self.fuse_unk,
        }

    def __reduce__(self):
        pieces = ScoredPieces(self.tokens, self.scores) if self.listed is None else self.pieces
        return _rebuild, (pieces, {
            **self.options(), "unmatched": self.unmatched, "alpha": self.alpha,
            "nbest_size": self.nbest_size})

    def __repr__(self):
        return f"Unigram({len(self.scores)} tokens)"

    cdef inline bint is_unknown(self, const Best* best) noexcept nogil:
        """Whether a token is the unknown one, also where the text spells it."""
        return best.id == <uint32_t>NO_PIECE or best.id == self.unknown

    cdef int tokenize(self, const uint8_t* word, Py_ssize_t size, Tokens* tokens) except -1 nogil:
        cdef Best[SHORT + 1] stack
        cdef Best* best = stack
        if size > SHORT:
            best = <Best*>malloc((size + 1) * sizeof(Best))
            if best == NULL:
                return out_of_memory()
        try:
            if self.samples:
                self.find_way(word, size, best, &tokens.random)
            else:
                self.find_best(word, size, best)
            self.push_way(word, size, best, tokens)
        finally:
            if best != stack:
                free(best)
        return 0

    cdef int push_way(self, const uint8_t* word, Py_ssize_t size, const Best* best,
                      Tokens* tokens) except -1 nogil:
        """Append the tokens of a way: best[i] is its piece that ends at i."""
        cdef Py_ssize_t first = tokens.size, last
        cdef int32_t start, end = <int32_t>size
        cdef Token token
        while end > 0:    # from the last token to the first
            start = best[end].start
            if self.is_unknown(&best[end]):
                while self.fuse_unk and start > 0 and self.is_unknown(&best[start]):
                    start = best[start].start
                self.push_unknown(word, start, end, tokens)
            else:
                tokens_push(tokens, best[end].id, start, end)
            end = start
        last = tokens.size - 1
        while first < last:
            token = tokens.data[first]
            tokens.data[first] = tokens.data[last]
            tokens.data[last] = token
            first += 1
            last -= 1
        return 0

    cdef int find_way(self, const uint8_t* word, Py_ssize_t size, Best* best,
                      uint64_t* random) except -1 nogil:
        """Draw a way at random."""
        cdef Lattice lattice
        cdef Paths paths
        lattice_begin(&lattice, size)
        memset(&paths, 0, sizeof(Paths))
        try:
            self.fill_lattice(word, size, &lattice)
            if self.drawn_from:
                self.find_best_paths(&lattice, self.drawn_from, &paths)
                take_path(&lattice, &paths, draw_path(&paths, self.power, random), best)
            else:
                draw_way(&lattice, self.power, random, best)
        finally:
            lattice_free(&lattice)
            paths_free(&paths)
        return 0

    cdef int fill_lattice(self, const uint8_t* word, Py_ssize_t size,
                          Lattice* lattice) except -1 nogil:
        """Add all pieces that a word holds; a character that is none may be an unknown token."""
        cdef const PieceNode* nodes = self.trie.nodes
        cdef const Piece* piece
        cdef Py_ssize_t start = 0, i, end
        cdef uint32_t base, unit
        cdef bint known
        while start < size:
            end = start + utf8_length(word[start])
            known = False
            base = base_of(0, nodes[0].unit)
            for i in range(start, size):
                base ^= word[i]    # the node
                unit = nodes[base].unit
                if unit & LABEL != <uint32_t>word[i] + 1:
                    break
                if unit & ENDS:
                    piece = self.trie.pieces + nodes[base].piece
                    known |= i + 1 == end
                    lattice_add(lattice, start, i + 1, piece.score, piece.id)
                base = base_of(base, unit)
            if not known and self.may_be_unknown():
                lattice_add(lattice, start, end, self.unknown_score, <uint32_t>NO_PIECE)
            start = end
        lattice_finish(lattice)
        if not self.may_be_unknown():
            start = last_reached(lattice)
            if start < size:
                return self.unknown_is_missing(word + start, utf8_length(word[start]))
        return 0

    cdef bint may_be_unknown(self) noexcept nogil:
        """Whether a character that is no piece is no error."""
        return self.unknown != <uint32_t>NO_ID

    cdef int find_best_paths(self, const Lattice* lattice, Py_ssize_t count,
                             Paths* paths) except -1 nogil:
        """Append the best ways, the best first."""
        return find_paths(lattice, count, paths)

    cdef int find_best(self, const uint8_t* word, Py_ssize_t size, Best* best) except -1 nogil:
        """Find the best way to each character's end: best[i] is that to the end of word[0:i)."""
        cdef const PieceNode* nodes = self.trie.nodes
        cdef const Piece* pieces = self.trie.pieces
        cdef const Piece* piece
        cdef Py_ssize_t start = 0, i, end
        cdef uint32_t base, unit, first_base = base_of(0, nodes[0].unit)
        cdef double score, before
        cdef bint known, better
        for i in range(size + 1):
            best[i].start = -1
        best[0].score = 0.0
        while start < size:
            before = best[start].score
            end = start + utf8_length(word[start])
            known = False
            base = first_base
            i = start
            while i < size:
                base ^= word[i]    # the node
                unit = nodes[base].unit
                if unit & LABEL != <uint32_t>word[i] + 1:
                    break
                i += 1
                if unit & ENDS:
                    piece = pieces + nodes[base].piece
                    score = piece.score + before
                    known |= i == end
                    # So that a compiler may do without a jump, which would wait for the score.
                    better = (best[i].start < 0) | (score > best[i].score)
                    best[i].score = score if better else best[i].score
                    best[i].start = <int32_t>start if better else best[i].start
                    best[i].id = piece.id if better else best[i].id
                base = base_of(base, unit)
            if not known:
                score = self.unknown_score + before
                if best[end].start < 0 or score > best[end].score:
                    if self.unknown == <uint32_t>NO_ID:
                        return self.unknown_is_missing(word + start, end - start)
                    best[end].score = score
                    best[end].start = <int32_t>start
                    best[end].id = <uint32_t>NO_PIECE
            start = end
        return 0

    cdef int push_unknown(self, const uint8_t* word, int32_t start, int32_t end,
                          Tokens* tokens) except -1 nogil:
        """Append what becomes of unknown tokens side by side, in reverse: a piece that they spell,
        tokens of their bytes, or the unknown token."""
        cdef uint32_t id = self.trie.find(word + start, end - start)
        cdef int32_t i
        cdef bint falls_back = self.byte_fallback and id == <uint32_t>NO_PIECE
        if falls_back:
            for i in range(start, end):
                falls_back = falls_back and self.fallback[word[i]] != <uint32_t>NO_ID
        if not falls_back:
            return tokens_push(tokens, self.unknown if id == <uint32_t>NO_PIECE else id, start, end)
        for i in range(end - 1, start - 1, -1):
            tokens_push(tokens, self.fallback[word[i]], start, end)
        return 0

    cdef int unknown_is_missing(self, const uint8_t* word, Py_ssize_t size) except -1 nogil:
        with gil:
            raise ValueError(
                f"{word[:size].decode()!r} needs an unknown token, but unk_id is None")


cdef double lowest_of(const double[::1] scores) noexcept:
    """Return the lowest score, 0 if there is none."""
    cdef Py_ssize_t i
    cdef double lowest = scores[0] if len(scores) else 0.0
    for i in range(len(scores)):
        lowest = min(lowest, scores[i])
    return lowest


def _rebuild(pieces, options):
    return Unigram(pieces, **options)
