"""The pieces of a vocabulary in training.

What may end at a place in a word are the longest piece that ends there, the longest one that this
ends with, and so on: so a place needs one number, and a piece a link. Nothing is ever searched, and
a vocabulary is pruned by following links. Every symbol is a piece, so each place has one.
"""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint32_t
from libc.stdlib cimport free, malloc

from subword._core.pipeline cimport out_of_memory, reallocate
from subword.trainers._prefix_tree cimport ROOT, PrefixTree, SymbolString


@cython.final
cdef class PieceTable:
    """Pieces by number. One that ends with another has the smaller number."""

    def __dealloc__(self):
        free(self.pieces)
        free(self.ends)

    cdef int reserve(self, uint32_t size) except -1 nogil:
        self.pieces = <Piece*>reallocate(self.pieces, size * sizeof(Piece))
        self.ends = <uint32_t*>reallocate(self.ends, size * sizeof(uint32_t))
        return 0

    cdef uint32_t* keep(self, const uint8_t* kept) except NULL nogil:
        cdef uint32_t* numbers = <uint32_t*>malloc(max(self.size, <uint32_t>1) * sizeof(uint32_t))
        cdef uint32_t link, size = 0
        cdef Py_ssize_t i
        if numbers == NULL:
            out_of_memory()
        for i in range(self.size):
            if kept[i]:
                numbers[i] = size
                size += 1
        for i in range(self.size - 1, -1, -1):    # links go to higher numbers
            link = self.pieces[i].link
            link = NO_PIECE if link == NO_PIECE else numbers[link]
            if kept[i]:
                self.pieces[i].link = link
            else:
                numbers[i] = link
        size = 0
        for i in range(self.size):
            if kept[i]:
                self.pieces[size] = self.pieces[i]
                self.ends[size] = self.ends[i]
                size += 1
        self.size = size
        self.reserve(size)
        return numbers


cdef PrefixTree tree_of_pieces(PieceTable table, PrefixTree words):
    cdef PrefixTree tree = PrefixTree((<uint32_t>1 << words.symbol_bits) - 1)
    cdef SymbolString* strings = <SymbolString*>malloc(
        max(table.size, <uint32_t>1) * sizeof(SymbolString))
    cdef uint32_t* symbols = NULL
    cdef size_t total = 0
    cdef uint32_t i, k, node
    try:
        if strings == NULL:
            out_of_memory()
        with nogil:
            for i in range(table.size):
                total += table.pieces[i].size
            symbols = <uint32_t*>reallocate(NULL, max(total, <size_t>1) * sizeof(uint32_t))
            total = 0
            for i in range(table.size):
                strings[i].start = total
                strings[i].size = table.pieces[i].size
                strings[i].value = i + 1
                total += table.pieces[i].size
                node = table.ends[i]
                for k in range(table.pieces[i].size):
                    symbols[total - 1 - k] = words.symbols[node]
                    node = words.parents[node]
            tree.build(symbols, strings, table.size)
            free(symbols)
            symbols = NULL
            link_pieces(tree, table, words)
            tree.free_symbols()
    finally:
        free(strings)
        free(symbols)
    return tree


cdef int link_pieces(PrefixTree tree, PieceTable table, PrefixTree words) noexcept nogil:
    """Find the longest piece at each node of the tree of pieces, by a place in a word where the
    string of the node ends too."""
    cdef uint32_t node, at, piece, number, size
    cdef Py_ssize_t i
    for i in range(tree.size - 1, 0, -1):
        if tree.values[i] == 0:
            continue
        number = <uint32_t>(tree.values[i] - 1)
        node = i
        at = table.ends[number]
        size = table.pieces[number].size
        while node != ROOT and tree.last[node] == NO_PIECE:
            piece = words.last[at]
            while table.pieces[piece].size > size:
                piece = table.pieces[piece].link
            tree.last[node] = piece
            node = tree.parents[node]
            at = words.parents[at]
            size -= 1
    return 0


cdef int renumber(PrefixTree tree, const uint32_t* numbers, const uint8_t* kept,
                  bint shrink) except -1 nogil:
    cdef uint32_t size = 1, piece
    cdef Py_ssize_t i
    cdef int64_t value
    cdef uint8_t* needed = NULL
    cdef uint32_t* moved = NULL
    if not shrink:
        for i in range(1, tree.size):
            tree.last[i] = numbers[tree.last[i]]
        return 0
    try:
        needed = <uint8_t*>reallocate(NULL, tree.size)
        moved = <uint32_t*>reallocate(NULL, tree.size * sizeof(uint32_t))
        for i in range(tree.size):
            needed[i] = False
        for i in range(tree.size - 1, 0, -1):
            value = tree.values[i]
            if value and kept[value - 1]:
                needed[i] = True
            if needed[i]:
                needed[tree.parents[i]] = True
        moved[ROOT] = ROOT
        for i in range(1, tree.size):
            if needed[i]:
                value = tree.values[i]
                piece = numbers[tree.last[i]]
                tree.parents[size] = moved[tree.parents[i]]
                tree.last[size] = piece
                tree.values[size] = (
                    <int64_t>numbers[value - 1] + 1 if value and kept[value - 1] else 0)
                moved[i] = size
                size += 1
        tree.size = size
    finally:
        free(needed)
        free(moved)
    return 0
