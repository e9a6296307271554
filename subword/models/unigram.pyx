"""Unigram: of all ways to cut a word into pieces, the one with the highest sum of scores.

Kudo 2018, "Subword Regularization"; a score is the logarithm of a piece's probability. From each
character on, the trie gives all pieces that begin there, and each may be the last of the best way
to its end (Viterbi). Scores are added from the left as 64-bit floats, and of equal sums the one
found first stays, which is the longest last piece: so ties and rounding fall as in the reference.

A character that is no piece may always be an unknown token, at a score of ten below the lowest.
Unknown tokens side by side are one. `subword/reference/unigram.py` has the plain twin.
"""

from array import array

from libc.stdint cimport int32_t, uint8_t, uint32_t
from libc.stdlib cimport free, malloc

from subword._core.pipeline cimport (
    NO_ID, Model, Token, Tokens, out_of_memory, tokens_push,
)
from subword.models._piece_trie cimport (
    ENDS, LABEL, NO_PIECE, Piece, PieceNode, base_of, trie_of_table,
)
from subword.vocab.token_table cimport TokenTable

from subword._core.checks import check_list
from subword.models.scored_pieces import ScoredPieces
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

    Raises:
        TypeError, ValueError: An option is wrong, a score is no finite number, or an id is that of
            no piece.

    >>> model = Unigram([("<unk>", 0.0), ("un", -2.0), ("able", -3.0), ("una", -6.0)], 0)
    >>> model.tokenize_word("unable")
    [(1, 0, 2), (2, 2, 6)]
    """

    def __init__(self, vocab, unk_id=None, bint byte_fallback=False, *, bint fuse_unk=True,
                 unmatched=()):
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
        """Return the constructor's keyword arguments, without `unmatched`, which no file has."""
        return {
            "unk_id": self.unk_id, "byte_fallback": self.byte_fallback, "fuse_unk": self.fuse_unk,
        }

    def __reduce__(self):
        pieces = ScoredPieces(self.tokens, self.scores) if self.listed is None else self.pieces
        return _rebuild, (pieces, {**self.options(), "unmatched": self.unmatched})

    def __repr__(self):
        return f"Unigram({len(self.scores)} tokens)"

    cdef inline bint is_unknown(self, const Best* best) noexcept nogil:
        """Whether a token is the unknown one, also where the text spells it."""
        return best.id == <uint32_t>NO_PIECE or best.id == self.unknown

    cdef int tokenize(self, const uint8_t* word, Py_ssize_t size, Tokens* tokens) except -1 nogil:
        cdef Best[SHORT + 1] stack
        cdef Best* best = stack
        cdef Py_ssize_t first = tokens.size, last
        cdef int32_t start, end = <int32_t>size
        cdef Token token
        if size > SHORT:
            best = <Best*>malloc((size + 1) * sizeof(Best))
            if best == NULL:
                return out_of_memory()
        try:
            self.find_best(word, size, best)
            while end > 0:    # from the last token to the first
                start = best[end].start
                if self.is_unknown(&best[end]):
                    while self.fuse_unk and start > 0 and self.is_unknown(&best[start]):
                        start = best[start].start
                    self.push_unknown(word, start, end, tokens)
                else:
                    tokens_push(tokens, best[end].id, start, end)
                end = start
        finally:
            if best != stack:
                free(best)
        last = tokens.size - 1
        while first < last:
            token = tokens.data[first]
            tokens.data[first] = tokens.data[last]
            tokens.data[last] = token
            first += 1
            last -= 1
        return 0

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
                    # Without a jump, which would wait for the score.
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


def check_id(name, index, count):
    """Refuse what is no id of `count` pieces.

    Raises:
        TypeError: It is no int.
        ValueError: It is out of range.
    """
    if not isinstance(index, int) or isinstance(index, bool):
        raise TypeError(f"{name} must be an int or None, got {index!r}")
    if not 0 <= index < count:
        raise ValueError(f"{name} must be at least 0 and less than {count}, the number of pieces, "
                         f"got {index}")


def checked_pieces(vocab):
    """Return the pieces and their scores.

    Raises:
        TypeError: An entry is no pair of a str and a number.
        ValueError: It has another length, or the score is not finite.
    """
    pairs = check_list("vocab", vocab, "(piece, score)")
    if set(map(type, pairs)) <= {list, tuple} and set(map(len, pairs)) <= {2}:
        tokens, scores = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        if set(map(type, tokens)) <= {str} and set(map(type, scores)) <= {float}:
            total = sum(scores)    # not finite if one is not, or if all are huge
            if total - total == 0.0:
                return tokens, array("d", scores)
    tokens, scores = [], array("d")
    for number, pair in enumerate(pairs):
        if isinstance(pair, str) or not hasattr(pair, "__len__") or len(pair) != 2:
            raise ValueError(f"vocab[{number}] must be a piece and its score, got {pair!r:.100}")
        token, score = pair
        if not isinstance(token, str):
            raise TypeError(f"vocab[{number}]: a piece must be a str, got {token!r:.100}")
        if isinstance(score, bool) or not isinstance(score, (int, float)):
            raise TypeError(f"vocab[{number}]: the score of {token!r:.100} must be a number, got "
                            f"{score!r:.100}")
        try:
            value = float(score)
        except OverflowError:
            value = float("inf")
        if value - value != 0.0:
            raise ValueError(f"vocab[{number}]: the score of {token!r:.100} must be finite, got "
                             f"{score!r:.100}")
        tokens.append(token)
        scores.append(value)
    return tokens, scores


def _rebuild(pieces, options):
    return Unigram(pieces, **options)
