"""A trie of byte strings: the longest that begins at a place, or, of all places, in linear time.

Forwards, a search walks down from the root at each place. Where strings overlap themselves and
each other, as "a", "aa" and so on do, it reads the same bytes again and again. Then the trie of the
reversed strings runs over the text from its end, with the links of Aho and Corasick 1975,
"Efficient String Matching": in each place its node is the longest piece of text from there on that
is the end of a string, and so tells the longest string that begins there.
"""

from libc.stdint cimport int32_t, uint8_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from subword._core.hashmap cimport (
    NOTHING, intmap_free, intmap_get, intmap_init, intmap_put,
)

cdef enum:
    DENSE_BYTES = 1 << 18      # a trie whose table is smaller has one


cdef class TokenTrie:
    """A trie of byte strings; made by `make_trie`."""

    def __dealloc__(self):
        intmap_free(&self.children)
        free(self.dense)
        free(self.patterns)
        free(self.fails)

    cdef int add(self, const uint8_t* data, Py_ssize_t size, int32_t pattern,
                 bint backwards) except -1:
        """Add a string of at least one byte. Of equal strings the first counts."""
        cdef Py_ssize_t i
        cdef uint64_t key, child
        cdef int32_t node = 0
        for i in range(size):
            key = <uint64_t>node << 8 | data[size - 1 - i if backwards else i]
            child = intmap_get(&self.children, key)
            if child == NOTHING():
                child = self.nodes
                intmap_put(&self.children, key, child)
                self.nodes += 1
            node = <int32_t>child
        if self.patterns[node] < 0:
            self.patterns[node] = pattern
        self.longest = max(self.longest, size)
        return 0

    cdef int make_dense(self) except -1:
        """Make the table of the children if it is small."""
        cdef uint64_t i, key
        cdef size_t cells
        self.class_count = 1
        for i in range(self.children.mask + 1):
            key = self.children.entries[i].key
            if key != NOTHING() and not self.classes[key & 255]:
                self.classes[key & 255] = <uint8_t>min(self.class_count, 255)
                self.class_count += 1
        cells = <size_t>self.nodes * self.class_count
        if self.class_count > 256 or cells * sizeof(int32_t) > <size_t>DENSE_BYTES:
            return 0
        self.dense = <int32_t*>malloc(cells * sizeof(int32_t))
        if self.dense == NULL:
            raise MemoryError("no memory for the added tokens")
        memset(self.dense, 0xFF, cells * sizeof(int32_t))
        for i in range(self.children.mask + 1):
            key = self.children.entries[i].key
            if key != NOTHING():
                self.dense[(key >> 8) * self.class_count + self.classes[key & 255]] = (
                    <int32_t>self.children.entries[i].value)
        return 0

    cdef int make_fails(self) except -1:
        """Make the links, and let each node know the longest string that its own ends with."""
        cdef int32_t* parents = <int32_t*>malloc(3 * self.nodes * sizeof(int32_t))
        cdef int32_t* depths = parents + self.nodes
        cdef int32_t* ordered = depths + self.nodes
        cdef uint8_t* bytes = <uint8_t*>malloc(self.nodes)
        cdef int32_t* at_depth = <int32_t*>malloc((self.longest + 2) * sizeof(int32_t))
        cdef int32_t node, other, child = -1
        cdef uint64_t i
        cdef Py_ssize_t k
        self.fails = <int32_t*>malloc(self.nodes * sizeof(int32_t))
        try:
            if parents == NULL or bytes == NULL or at_depth == NULL or self.fails == NULL:
                raise MemoryError("no memory for the added tokens")
            for i in range(self.children.mask + 1):
                if self.children.entries[i].key != NOTHING():
                    node = <int32_t>self.children.entries[i].value
                    parents[node] = <int32_t>(self.children.entries[i].key >> 8)
                    bytes[node] = <uint8_t>(self.children.entries[i].key & 255)
            memset(at_depth, 0, (self.longest + 2) * sizeof(int32_t))
            depths[0] = 0
            for node in range(1, self.nodes):    # a parent is older than its children
                depths[node] = depths[parents[node]] + 1
                at_depth[depths[node] + 1] += 1
            for k in range(self.longest + 1):
                at_depth[k + 1] += at_depth[k]
            for node in range(1, self.nodes):
                ordered[at_depth[depths[node]]] = node
                at_depth[depths[node]] += 1
            self.fails[0] = 0
            for k in range(self.nodes - 1):
                node = ordered[k]
                self.fails[node] = 0
                if parents[node]:
                    other = self.fails[parents[node]]
                    child = self.child(other, bytes[node])
                    while child < 0 and other:
                        other = self.fails[other]
                        child = self.child(other, bytes[node])
                    self.fails[node] = max(child, 0)
                if self.patterns[node] < 0:
                    self.patterns[node] = self.patterns[self.fails[node]]
        finally:
            free(parents)
            free(bytes)
            free(at_depth)
        return 0

    cdef int longest_at_each(self, const uint8_t* data, Py_ssize_t first, Py_ssize_t stop,
                             Py_ssize_t size, int32_t* found) noexcept nogil:
        """Find the longest string, or -1, that begins at each of data[first:stop), of data[0:size).

        For the trie of reversed strings. It reads stop - first + longest bytes.
        """
        cdef Py_ssize_t i = min(size, stop + self.longest - 1)
        cdef int32_t node = 0, child
        while i > first:
            i -= 1
            child = self.child(node, data[i])
            while child < 0 and node:
                node = self.fails[node]
                child = self.child(node, data[i])
            node = max(child, 0)
            if i < stop:
                found[i - first] = self.patterns[node]
        return 0


cdef TokenTrie make_trie(list tokens, bint backwards):
    """Return the trie of these byte strings, none of them empty, each numbered by its index.

    Args:
        tokens: The strings.
        backwards: Make the trie of the reversed strings, with the links of `longest_at_each`.
    """
    cdef TokenTrie trie = TokenTrie.__new__(TokenTrie)
    cdef Py_ssize_t total = sum([len(<bytes>token) for token in tokens])
    cdef int32_t i = 0
    cdef bytes data
    trie.nodes = 1
    trie.patterns = <int32_t*>malloc((total + 1) * sizeof(int32_t))
    if trie.patterns == NULL:
        raise MemoryError("no memory for the added tokens")
    memset(trie.patterns, 0xFF, (total + 1) * sizeof(int32_t))
    intmap_init(&trie.children, total)
    for data in tokens:
        trie.add(<const uint8_t*><const char*>data, len(data), i, backwards)
        i += 1
    trie.make_dense()
    if backwards:
        trie.make_fails()
    return trie
