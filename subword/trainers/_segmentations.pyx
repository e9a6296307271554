"""Sums and best ways over all segmentations of the words of a tree.

Each function walks a part of the tree and keeps the path from the root. What is known about the
ways up to a place belongs to all words that begin like that, and is found once; on the way back,
what is known about the ways behind it is added up over all of them. Together these are the forward
and the backward pass over every word.
"""

cimport cython
from libc.math cimport log
from libc.stdint cimport int32_t, int64_t, uint32_t
from libc.stdlib cimport free
from libc.string cimport memset

from subword._core.pipeline cimport reallocate
from subword.trainers._pieces cimport NO_PIECE, Piece, PieceTable
from subword.trainers._prefix_tree cimport PrefixTree

cdef enum:
    SHIFT = 200

cdef extern from *:
    """
    #define SUBWORD_TOO_SMALL 0x1p-200
    #define SUBWORD_SHIFTED 0x1p200
    /* Ways whose scores differ by less are equal: rounding must not choose between them. */
    #define SUBWORD_SAME_SCORE 1e-9
    """
    const double TOO_SMALL "SUBWORD_TOO_SMALL"
    const double SHIFTED "SUBWORD_SHIFTED"
    const double SAME_SCORE "SUBWORD_SAME_SCORE"


cdef inline double shift(double value, int32_t by) noexcept nogil:
    """Return value * 2 ** (SHIFT * by)."""
    while by > 0 and value != 0.0:
        value *= SHIFTED
        by -= 1
    while by < 0 and value != 0.0:
        value *= TOO_SMALL
        by += 1
    return value


@cython.final
cdef class Segmentations:
    """A walk over nodes of a tree, in their order.

    Args:
        tree: Words, or pieces.
        table: The pieces and their weights.
    """

    def __init__(self, PrefixTree tree not None, PieceTable table not None):
        self.tree = tree
        self.table = table
        self.path = <Step*>reallocate(NULL, (<size_t>tree.deepest + 1) * sizeof(Step))

    def __dealloc__(self):
        free(self.path)

    cdef uint32_t* ancestors(self, uint32_t node, uint32_t* size) except NULL nogil:
        """Return the nodes above one but for the root, the nearest first."""
        cdef uint32_t* nodes = <uint32_t*>reallocate(
            NULL, (<size_t>self.tree.deepest + 1) * sizeof(uint32_t))
        size[0] = 0
        while node and self.tree.parents[node]:
            node = self.tree.parents[node]
            nodes[size[0]] = node
            size[0] += 1
        return nodes

    cdef int begin(self, uint32_t first) except -1 nogil:
        """Start with an empty path."""
        memset(self.path, 0, sizeof(Step))
        self.depth = 0
        self.shifted = False
        return 0

    def add_expected(self, uint32_t first, uint32_t end, double[::1] expected):
        """Add how often each piece is expected in the words that end at nodes [first, end), the
        weights being probabilities."""
        cdef uint32_t node, above
        cdef uint32_t* nodes
        cdef Step* step
        cdef double* sums = &expected[0]
        with nogil:
            self.begin(first)
            self.path[0].before = 1.0
            nodes = self.ancestors(first, &above)
            while above:
                above -= 1
                self.push_sum(nodes[above])
            free(nodes)
            for node in range(first, end):
                while self.path[self.depth].node != self.tree.parents[node]:
                    self.pop_sum(sums)
                self.push_sum(node)
                step = self.path + self.depth
                if self.tree.values[node]:
                    step.behind = <double>self.tree.values[node] / step.before
            while self.depth:
                self.pop_sum(sums)

    cdef void push_sum(self, uint32_t node) noexcept nogil:
        """Go down to a node, and add up the ways to it."""
        cdef const Piece* pieces = self.table.pieces
        cdef Step* step
        cdef uint32_t piece = self.tree.last[node]
        cdef double before = 0.0
        self.depth += 1
        step = self.path + self.depth
        if self.shifted:
            self.push_shifted(node)
            return
        while piece != NO_PIECE:
            before += (step - pieces[piece].size).before * pieces[piece].weight
            piece = pieces[piece].link
        step.before = before
        step.behind = 0.0
        step.node = node
        step.shifts = 0
        if before < TOO_SMALL:
            step.before = before * SHIFTED
            step.shifts = 1
            self.shifted = True

    cdef void push_shifted(self, uint32_t node) noexcept nogil:
        """The same where ways are so improbable that their numbers were shifted."""
        cdef const Piece* pieces = self.table.pieces
        cdef Step* step = self.path + self.depth
        cdef Step* start
        cdef uint32_t first = self.tree.last[node], piece = first
        cdef double before = 0.0
        cdef int32_t shifts = (step - 1).shifts
        while piece != NO_PIECE:
            shifts = min(shifts, (step - pieces[piece].size).shifts)
            piece = pieces[piece].link
        piece = first
        while piece != NO_PIECE:
            start = step - pieces[piece].size
            before += shift(start.before * pieces[piece].weight, shifts - start.shifts)
            piece = pieces[piece].link
        if before < TOO_SMALL:
            before *= SHIFTED
            shifts += 1
        step.before = before
        step.behind = 0.0
        step.node = node
        step.shifts = shifts

    cdef void pop_sum(self, double* expected) noexcept nogil:
        """Go up from a node, and add the ways behind it to those behind the places before."""
        cdef const Piece* pieces = self.table.pieces
        cdef Step* step = self.path + self.depth
        cdef Step* start
        cdef uint32_t piece = self.tree.last[step.node]
        cdef double behind
        if self.shifted:
            self.pop_shifted(expected)
            return
        while piece != NO_PIECE:
            start = step - pieces[piece].size
            behind = step.behind * pieces[piece].weight
            start.behind += behind
            expected[piece] += start.before * behind
            piece = pieces[piece].link
        self.depth -= 1

    cdef void pop_shifted(self, double* expected) noexcept nogil:
        cdef const Piece* pieces = self.table.pieces
        cdef Step* step = self.path + self.depth
        cdef Step* start
        cdef uint32_t piece = self.tree.last[step.node]
        cdef double behind
        while piece != NO_PIECE:
            start = step - pieces[piece].size
            # in this order nothing is too large: see `Step`
            behind = shift(pieces[piece].weight, step.shifts - start.shifts) * step.behind
            start.behind += behind
            expected[piece] += start.before * behind
            piece = pieces[piece].link
        self.depth -= 1
        # Steps further up have none either, or the path would have begun with them.
        if step.shifts and not (step - 1).shifts:
            self.shifted = self.any_shifts()

    cdef bint any_shifts(self) noexcept nogil:
        cdef uint32_t i
        for i in range(self.depth + 1):
            if self.path[i].shifts:
                return True
        return False

    def add_best(self, uint32_t first, uint32_t end, int64_t[::1] counts):
        """Add how often each piece is in the best segmentations of the words that end at nodes
        [first, end), the weights being logarithms."""
        cdef uint32_t node, above
        cdef uint32_t* nodes
        cdef int64_t* sums = &counts[0]
        with nogil:
            self.begin(first)
            nodes = self.ancestors(first, &above)
            while above:
                above -= 1
                self.push_best(nodes[above], NO_PIECE)
            free(nodes)
            for node in range(first, end):
                while self.path[self.depth].node != self.tree.parents[node]:
                    self.pop_best(sums)
                self.push_best(node, NO_PIECE)
                self.path[self.depth].words = self.tree.values[node]
            while self.depth:
                self.pop_best(sums)

    cdef void push_best(self, uint32_t node, uint32_t without) noexcept nogil:
        """Go down to a node, and find the best way to it; `without` is a piece that is not used."""
        cdef const Piece* pieces = self.table.pieces
        cdef Step* step
        cdef uint32_t piece = self.tree.last[node]
        cdef double best = -1e300, score
        self.depth += 1
        step = self.path + self.depth
        while piece != NO_PIECE:
            score = (step - pieces[piece].size).before + pieces[piece].weight
            if score > best + SAME_SCORE and piece != without:
                best = score
                step.piece = piece
            piece = pieces[piece].link
        step.before = best
        step.node = node
        step.words = 0

    cdef void pop_best(self, int64_t* counts) noexcept nogil:
        """Go up from a node: the words that are cut there have the last piece of its best way."""
        cdef Step* step = self.path + self.depth
        if step.words:
            counts[step.piece] += step.words
            (step - self.table.pieces[step.piece].size).words += step.words
        self.depth -= 1

    def find_losses(self, uint32_t first, uint32_t end, const int64_t[::1] counts, double total,
                    float[::1] losses):
        """Find what the likelihood loses by each piece that ends at nodes [first, end) of a tree of
        pieces, the weights being logarithms.

        Args:
            first, end: Which nodes.
            counts: How often each piece is in best segmentations.
            total: The sum of the counts.
            losses: The loss of each piece of more than one symbol is written here.
        """
        cdef uint32_t node, above, piece
        cdef uint32_t* nodes
        with nogil:
            self.begin(first)
            nodes = self.ancestors(first, &above)
            while above:
                above -= 1
                self.push_best(nodes[above], NO_PIECE)
            free(nodes)
            for node in range(first, end):
                while self.path[self.depth].node != self.tree.parents[node]:
                    self.depth -= 1
                if self.tree.values[node]:
                    piece = <uint32_t>(self.tree.values[node] - 1)
                    if self.table.pieces[piece].size > 1 and counts[piece]:
                        self.push_best(node, piece)
                        losses[piece] = self.loss(piece, &counts[0], total)
                        self.depth -= 1
                self.push_best(node, NO_PIECE)

    cdef float loss(self, uint32_t piece, const int64_t* counts, double total) noexcept nogil:
        """Return the loss of a piece whose best other segmentation the path ends with.

        The pieces of that one then occur as often as before and this one together (Kudo 2018; the
        sum as sentencepiece estimates it).
        """
        cdef double count = <double>counts[piece], other = 0.0, sum
        cdef uint32_t at = self.depth, parts = 0, i
        while at:
            parts += 1
            at -= self.table.pieces[self.path[at].piece].size
        sum = log(total + count * (parts - 1))
        at = self.depth
        while at:
            i = self.path[at].piece
            other += log(<double>counts[i] + count) - sum
            at -= self.table.pieces[i].size
        return <float>(count / total * (log(count) - log(total) - other))
