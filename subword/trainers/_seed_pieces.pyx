"""The pieces that training by likelihood starts from.

They are the strings inside words with the highest product of occurrences and length, as in
sentencepiece. To find them, all prefixes of words are sorted by how they end, a suffix array over
the tree of prefixes: the places where a string ends are then neighbours, and the strings that
several different symbols go before are the nodes of a tree over the sorted places, which
`Intervals` walks. Of these a string is taken if it cannot be made longer on the right either
without losing occurrences; the beginning and the end of a word count as one more symbol.

A word that no other one begins with is only taken if it is frequent: if every word were a piece,
the first rounds of training would find that nothing else is needed.
"""

import numpy as np

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport free

from subword._core.pipeline cimport grow, reallocate
from subword.trainers._pieces cimport NO_PIECE, PieceTable
from subword.trainers._prefix_tree cimport ROOT, PrefixTree
from subword.trainers._symbol_sort cimport SortEntry, sort_strings

cdef enum:
    NOTHING = 0      # follows: set before anything was seen
    # not the number of a symbol
    SEVERAL = 0xFFFFFFFF


cdef struct Interval:
    # The places first, first + 1, ... where one string ends.
    uint32_t first
    uint32_t size          # of the string
    int64_t count          # how often it occurs in all words
    int64_t words          # in how many different ones, each place in a word for itself
    uint32_t follows       # the symbol behind it, or SEVERAL


cdef struct Candidate:
    double score
    uint32_t first
    uint32_t end
    uint32_t size


cdef struct Candidates:
    Candidate* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef struct Ends:
    const uint32_t* parents
    const uint32_t* symbols
    size_t width
    int bits


cdef uint64_t key_of_end(const void* context, uint32_t item, size_t offset) noexcept nogil:
    """Return the symbols at the end of a prefix, the last first, without `offset` of them."""
    cdef const Ends* ends = <const Ends*>context
    cdef uint64_t key = 0
    cdef size_t _i
    for _i in range(offset):
        item = ends.parents[item]
    for _i in range(ends.width):
        key = (key << ends.bits if ends.width > 1 else 0) | ends.symbols[item]
        item = ends.parents[item]
    return key


cdef uint32_t common_end(PrefixTree tree, uint32_t a, uint32_t b,
                         uint32_t limit) noexcept nogil:
    cdef uint32_t size = 0
    while size < limit and a != ROOT and b != ROOT and tree.symbols[a] == tree.symbols[b]:
        a, b = tree.parents[a], tree.parents[b]
        size += 1
    return size


cdef class Intervals:
    """Walks the strings that end at sorted places, the longer ones first, and collects the
    candidates."""

    cdef PrefixTree words
    cdef uint32_t* places      # nodes of the tree of words in the order of how they end
    cdef uint32_t places_size
    cdef int64_t* counts       # of each node: how many words begin with it
    cdef uint32_t* different   # and how many different ones
    cdef uint32_t* follows     # of each node
    cdef Interval* stack
    cdef Py_ssize_t top
    cdef uint32_t longest
    cdef int64_t least, often
    cdef Candidates found

    def __init__(self, PrefixTree words not None, uint32_t longest, int64_t least,
                 int64_t often):
        self.words = words
        self.longest = longest
        self.least = least
        self.often = often
        self.places_size = words.size - 1
        with nogil:
            self.count()
            self.sort()
            self.walk()
        free(self.counts)
        free(self.different)
        free(self.follows)
        self.counts = NULL
        self.different = NULL
        self.follows = NULL

    def __dealloc__(self):
        free(self.places)
        free(self.counts)
        free(self.different)
        free(self.follows)
        free(self.stack)
        free(self.found.data)

    cdef int count(self) except -1 nogil:
        """Count how often each prefix occurs, and look at what follows."""
        cdef uint32_t parent
        cdef Py_ssize_t i
        self.counts = <int64_t*>reallocate(NULL, self.words.size * sizeof(int64_t))
        self.different = <uint32_t*>reallocate(NULL, self.words.size * sizeof(uint32_t))
        self.follows = <uint32_t*>reallocate(NULL, self.words.size * sizeof(uint32_t))
        for i in range(self.words.size):
            self.counts[i] = self.words.values[i]
            self.different[i] = self.words.values[i] != 0
            self.follows[i] = SEVERAL if self.words.values[i] else NOTHING
        for i in range(<Py_ssize_t>self.words.size - 1, 0, -1):
            parent = self.words.parents[i]
            self.counts[parent] += self.counts[i]
            self.different[parent] += self.different[i]
            self.follows[parent] = (
                self.words.symbols[i] if self.follows[parent] == <uint32_t>NOTHING
                else <uint32_t>SEVERAL)
        return 0

    cdef int sort(self) except -1 nogil:
        """Sort the prefixes by how they end."""
        cdef Ends ends
        cdef uint32_t i
        cdef int width = 64 // self.words.symbol_bits
        cdef SortEntry* entries = <SortEntry*>reallocate(
            NULL, max(self.places_size, <uint32_t>1) * sizeof(SortEntry))
        ends.parents, ends.symbols = self.words.parents, self.words.symbols
        ends.width, ends.bits = width, 64 // width
        try:
            for i in range(self.places_size):
                entries[i].item = i + 1
            sort_strings(entries, self.places_size, key_of_end, &ends, width, self.longest)
            self.places = <uint32_t*>reallocate(
                NULL, max(self.places_size, <uint32_t>1) * sizeof(uint32_t))
            for i in range(self.places_size):
                self.places[i] = entries[i].item
        finally:
            free(entries)
        return 0

    cdef int emit(self, uint32_t end) except -1 nogil:
        """Take the string on top of the stack if it is a candidate, and go to the next shorter
        one."""
        cdef Interval* string = self.stack + self.top
        cdef Candidate* candidate
        self.top -= 1
        if string.size > 1 and (
                string.count < self.least
                or (string.words < 2 and string.count < self.often)
                or (string.follows != <uint32_t>SEVERAL and string.size < self.longest)):
            return 0
        if self.found.size == self.found.capacity:
            self.found.data = <Candidate*>grow(
                self.found.data, &self.found.capacity, self.found.size + 1, sizeof(Candidate))
        candidate = self.found.data + self.found.size
        candidate.score = <double>string.count * string.size
        candidate.first, candidate.end, candidate.size = string.first, end, string.size
        self.found.size += 1
        return 0

    cdef void absorb(self, int64_t count, int64_t words, uint32_t follows) noexcept nogil:
        """Add occurrences to the string on top."""
        cdef Interval* string = self.stack + self.top
        string.count += count
        string.words += words
        if string.follows != follows:
            string.follows = SEVERAL

    cdef int close(self, uint32_t size, uint32_t end) except -1 nogil:
        """End the strings that are longer than `size` at a place."""
        cdef Interval last
        while self.stack[self.top].size > size:
            last = self.stack[self.top]
            self.emit(end)
            if self.stack[self.top].size >= size:
                if self.top:
                    self.absorb(last.count, last.words, last.follows)
            else:
                last.size = size
                self.top += 1
                self.stack[self.top] = last
        return 0

    cdef int walk(self) except -1 nogil:
        """Walk over all strings. The stack holds those that end at the place before, the longest on
        top; below them lies the empty one."""
        cdef uint32_t i, k, node, size, common
        self.stack = <Interval*>reallocate(NULL, (<size_t>self.longest + 2) * sizeof(Interval))
        self.stack[0].size = 0
        for i in range(self.places_size):
            node = self.places[i]
            if i:
                common = common_end(self.words, self.places[i - 1], node, self.longest)
                self.close(max(common, <uint32_t>1), i)
                if common == 0:
                    self.close(0, i)
            k = node
            size = 0
            while size < self.longest and k != ROOT:
                k = self.words.parents[k]
                size += 1
            if self.top and size == self.stack[self.top].size:
                self.absorb(self.counts[node], self.different[node], self.follows[node])
            else:
                self.top += 1
                self.stack[self.top].first = i
                self.stack[self.top].size = size
                self.stack[self.top].count = self.counts[node]
                self.stack[self.top].words = self.different[node]
                self.stack[self.top].follows = self.follows[node]
        if self.places_size:
            self.close(1, self.places_size)
            self.close(0, self.places_size)
        return 0

    cdef double lowest_score(self, size_t count):
        """Return the score that a candidate needs to be among the best `count`."""
        cdef Py_ssize_t i, n = 0
        scores = np.empty(self.found.size)
        cdef double[::1] view = scores
        for i in range(self.found.size):
            if self.found.data[i].size > 1:
                view[n] = self.found.data[i].score
                n += 1
        if <size_t>n <= count:
            return 0.0
        scores = scores[:n]
        scores.partition(n - count)
        return scores[n - count]

    cdef int select(self, size_t count) except -1:
        """Leave the single symbols and the best others: `count` together. Of equal ones the first
        stay."""
        cdef size_t singles = 0, better = 0, equal
        cdef Py_ssize_t i, n = 0
        cdef double lowest
        cdef Candidate* candidate
        for i in range(self.found.size):
            singles += self.found.data[i].size == 1
        if count <= singles:
            count = singles
        if count == singles:
            lowest = 1e300
        else:
            lowest = self.lowest_score(count - singles)
        for i in range(self.found.size):
            candidate = self.found.data + i
            better += candidate.size > 1 and candidate.score > lowest
        equal = count - singles - better if count > singles else 0
        for i in range(self.found.size):
            candidate = self.found.data + i
            if candidate.size > 1 and candidate.score <= lowest:
                if candidate.score < lowest or equal == 0:
                    continue
                equal -= 1
            self.found.data[n] = candidate[0]
            n += 1
        self.found.size = n
        return 0

    cdef int make(self, PieceTable table) except -1 nogil:
        """Make pieces of the candidates, find the longest one at every place, and link them."""
        cdef Candidate* candidate
        cdef uint32_t* waiting = NULL     # places that no piece was found for
        cdef uint32_t* unlinked = NULL
        cdef uint32_t waits = 0, links = 0, place = 0, i, number
        cdef double total = 0.0
        try:
            waiting = <uint32_t*>reallocate(
                NULL, max(self.places_size, <uint32_t>1) * sizeof(uint32_t))
            unlinked = <uint32_t*>reallocate(
                NULL, max(self.found.size, <Py_ssize_t>1) * sizeof(uint32_t))
            table.reserve(<uint32_t>max(self.found.size, <Py_ssize_t>1))
            table.size = <uint32_t>self.found.size
            for i in range(table.size):
                total += self.found.data[i].score
            for number in range(table.size):
                candidate = self.found.data + number
                while place < candidate.end:
                    waiting[waits] = place
                    waits += 1
                    place += 1
                while waits and waiting[waits - 1] >= candidate.first:
                    waits -= 1
                    self.words.last[self.places[waiting[waits]]] = number
                while links and self.found.data[unlinked[links - 1]].first >= candidate.first:
                    links -= 1
                    table.pieces[unlinked[links]].link = number
                unlinked[links] = number
                links += 1
                table.pieces[number].weight = candidate.score / total
                table.pieces[number].link = NO_PIECE
                table.pieces[number].size = candidate.size
                table.ends[number] = self.places[candidate.first]
        finally:
            free(waiting)
            free(unlinked)
        return 0


cdef PieceTable seed_pieces(PrefixTree words, uint32_t longest, size_t count, int64_t least,
                            int64_t often):
    cdef PieceTable table = PieceTable()
    cdef Intervals intervals = Intervals(words, longest, least, often)
    intervals.select(count)
    with nogil:
        intervals.make(table)
    return table
