"""Unigram as `sentencepiece` computes it, for pieces of a .model file.

It adds scores as 32-bit floats, each sum rounded, and takes the sum so far away from all where it
becomes large; so between ways of nearly the same score it may choose another than `Unigram`, which
is the rule of `tokenizers`. Only some kinds of pieces are found in a text, and a user defined one
has a score of its own.
"""

cimport cython
from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport NO_ID, Tokens, tokens_push
from subword.models._best_first cimport find_best_first
from subword.models._lattice cimport Best, Lattice, Paths
from subword.models._piece_trie cimport ENDS, LABEL, NO_PIECE, Piece, PieceNode, PieceTrie, base_of
from subword.models.unigram cimport Unigram

from subword.vocab.byte_alphabet import BYTE_TOKENS

cdef extern from "text/utf8.h" nogil:
    int utf8_length(uint8_t lead)

# Kinds of pieces, as in a .model file.
NORMAL, UNKNOWN, USER_DEFINED, BYTE = 1, 2, 4, 6

cdef float UNKNOWN_PENALTY = 10.0
cdef float LARGE = 100000.0         # a sum beyond this is taken away


@cython.final
cdef class PieceUnigram(Unigram):
    """The most probable pieces of a text.

    Args:
        vocab: (piece, score) for each id, from 0 on.
        kinds: Of each id: normal and user defined pieces are found in a text. There is at most one
            unknown piece, which is what unknown characters side by side become.
        byte_fallback: Write an unknown character as the pieces of its bytes; all 256 must be there.
        alpha, nbest_size: As for `Unigram`. The best ways are those of `sentencepiece`, in its
            order.

    Raises:
        TypeError, ValueError: As for `Unigram`; or the kinds do not fit the pieces.

    >>> model = PieceUnigram([("<unk>", 0.0), ("un", -2.0), ("able", -3.0)], bytes([2, 1, 1]))
    >>> model.tokenize_word("unable")
    [(1, 0, 2), (2, 2, 6)]
    """

    def __init__(self, vocab, bytes kinds not None, bint byte_fallback=False, *, alpha=None,
                 nbest_size=None):
        cdef Py_ssize_t i
        cdef float lowest = 3.4028234663852886e38, score
        cdef int kind
        if self.trie is not None:
            raise TypeError("PieceUnigram objects are immutable: make a new one")
        self.set_pieces(vocab)
        listed = self.listed or list(self.tokens)
        self.kinds = kinds
        if len(kinds) != len(listed):
            raise ValueError(f"kinds must have one for each of {len(listed)} pieces, got "
                             f"{len(kinds)}")
        self.unk_id = kinds.index(UNKNOWN) if UNKNOWN in kinds else None
        self.unknown = <uint32_t>NO_ID if self.unk_id is None else self.unk_id
        self.byte_fallback = byte_fallback
        self.fuse_unk = not byte_fallback
        found, scores = [], self.scores[:]
        for i in range(len(kinds)):
            kind = kinds[i]
            found.append((<str>listed[i]).encode() if kind in (NORMAL, USER_DEFINED) else b"")
            if kind == NORMAL:
                score = scores[i]
                lowest = min(lowest, score)
            elif kind == USER_DEFINED:
                score = 0.1 * (len(found[i]) - 1)
                scores[i] = score
        score = lowest - UNKNOWN_PENALTY
        self.unknown_score = score
        places = {token: i for i, token in enumerate(listed) if kinds[i] == BYTE}
        for i, token in enumerate(BYTE_TOKENS):
            self.fallback[i] = places.get(token, <uint32_t>NO_ID)
            if byte_fallback and token not in places:
                raise ValueError(f"byte_fallback is true, but there is no piece {token}")
        self.set_sampling(alpha, nbest_size)
        self.trie = PieceTrie(found, scores)

    cdef int copy_to(self, Unigram other) except -1:
        Unigram.copy_to(self, other)
        (<PieceUnigram>other).kinds = self.kinds
        return 0

    cdef bint may_be_unknown(self) noexcept nogil:
        return self.unknown != <uint32_t>NO_ID or self.byte_fallback

    cdef int find_best_paths(self, const Lattice* lattice, Py_ssize_t count,
                             Paths* paths) except -1 nogil:
        return find_best_first(lattice, count, paths)

    def options(self):
        """Return the constructor's keyword arguments, but for those of sampling."""
        return {"kinds": self.kinds, "byte_fallback": self.byte_fallback}

    def __reduce__(self):
        sampling = {"alpha": self.alpha, "nbest_size": self.nbest_size}
        return _rebuild, (self.pieces, {**self.options(), **sampling})

    def __repr__(self):
        return f"PieceUnigram({len(self.scores)} tokens)"

    cdef int find_best(self, const uint8_t* word, Py_ssize_t size, Best* best) except -1 nogil:
        cdef const PieceNode* nodes = self.trie.nodes
        cdef const Piece* pieces = self.trie.pieces
        cdef const Piece* piece
        cdef Py_ssize_t start = 0, i, end, reached = 0
        cdef uint32_t base, unit
        cdef float score, before, unknown = self.unknown_score
        cdef bint known
        for i in range(size + 1):
            best[i].start = -1
        best[0].score = 0.0
        while start < size:
            before = best[start].score
            if before < -LARGE or before > LARGE:
                for i in range(start, reached + 1):
                    if i == start or best[i].start >= 0:
                        score = best[i].score
                        score = score - before
                        best[i].score = score
                before = 0.0
            end = start + utf8_length(word[start])
            known = False
            base = base_of(0, nodes[0].unit)
            i = start
            while i < size:
                base ^= word[i]    # the node
                unit = nodes[base].unit
                if unit & LABEL != <uint32_t>word[i] + 1:
                    break
                i += 1
                if unit & ENDS:
                    piece = pieces + nodes[base].piece
                    score = piece.score
                    score = score + before
                    known |= i == end
                    reached = max(reached, i)
                    if best[i].start < 0 or score > best[i].score:
                        best[i].score = score
                        best[i].start = <int32_t>start
                        best[i].id = piece.id
                base = base_of(base, unit)
            if not known:
                score = unknown + before
                reached = max(reached, end)
                if best[end].start < 0 or score > best[end].score:
                    if not self.may_be_unknown():
                        return self.unknown_is_missing(word + start, end - start)
                    best[end].score = score
                    best[end].start = <int32_t>start
                    best[end].id = <uint32_t>NO_PIECE
            start = end
        return 0

    cdef int push_unknown(self, const uint8_t* word, int32_t start, int32_t end,
                          Tokens* tokens) except -1 nogil:
        cdef int32_t i
        if not self.byte_fallback:
            return tokens_push(tokens, self.unknown, start, end)
        for i in range(end - 1, start - 1, -1):
            tokens_push(tokens, self.fallback[word[i]], start, end)
        return 0


def _rebuild(pieces, options):
    return PieceUnigram(pieces, **options)
