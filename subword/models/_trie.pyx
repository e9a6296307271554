"""A trie of byte strings in a double array: 8 bytes a node, one memory access a step.

Aoe 1989, "An efficient digital search algorithm by using a double-array structure". The children of
a node lie in one block of 256 cells: the child for a byte is at base ^ byte. A cell holds its
parent, so children of several nodes can share a block.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, qsort, realloc
from libc.string cimport memcmp

from subword._core.pipeline cimport grow, reallocate
from subword.vocab.token_table cimport TokenTable, token_size, token_text

cdef enum:
    BLOCK = 256
    WINDOW = 512           # cells at the end that are tried for a node with several children


cdef struct TrieKey:
    uint64_t head          # the first eight bytes, the first one the highest: compared at once
    const uint8_t* text
    uint32_t size
    uint32_t id


cdef struct Pending:
    # A node without children yet: of the keys from `first` to `last`, equal up to `depth`.
    uint32_t node
    uint32_t depth
    Py_ssize_t first
    Py_ssize_t last


cdef inline void set_key(TrieKey* key, const uint8_t* text, size_t size,
                         uint32_t id) noexcept nogil:
    cdef size_t i
    key.head = 0
    for i in range(8):
        key.head = key.head << 8 | (text[i] if i < size else 0)
    key.text = text
    key.size = <uint32_t>size
    key.id = id


cdef int by_bytes(const void* a, const void* b) noexcept nogil:
    cdef const TrieKey* x = <const TrieKey*>a
    cdef const TrieKey* y = <const TrieKey*>b
    cdef int order
    if x.head != y.head:
        return 1 if x.head > y.head else -1
    order = memcmp(x.text, y.text, min(x.size, y.size))
    return order if order else (x.size > y.size) - (x.size < y.size)


cdef inline int push(Pending** stack, Py_ssize_t* size, Py_ssize_t* capacity, uint32_t node,
                     Py_ssize_t first, Py_ssize_t last, uint32_t depth) except -1:
    if size[0] == capacity[0]:
        stack[0] = <Pending*>grow(stack[0], capacity, size[0] + 1, sizeof(Pending))
    stack[0][size[0]].node = node
    stack[0][size[0]].depth = depth
    stack[0][size[0]].first = first
    stack[0][size[0]].last = last
    size[0] += 1
    return 0


cdef class ByteTrie:
    """Byte strings, found by their bytes.

    Args:
        tokens: The strings and their ids; an empty string is left out.

    Raises:
        UnicodeEncodeError: A string holds a lone surrogate.
    """

    def __init__(self, TokenTable tokens not None):
        cdef TrieKey* keys = NULL
        cdef Pending* stack = NULL
        cdef Pending top
        cdef uint32_t base
        cdef Py_ssize_t count = 0, size = 0, i
        cdef Py_ssize_t capacity = 0
        cdef int k, children
        cdef uint8_t[256] labels
        cdef Py_ssize_t[257] groups
        if self.nodes != NULL:
            raise TypeError("ByteTrie objects are immutable: make a new one")
        tokens.check_encodable()
        self.add_block()
        self.nodes[0].parent = <uint32_t>NO_NODE - 1    # no child of a node, and not free
        try:
            keys = <TrieKey*>reallocate(NULL, (tokens.size + 1) * sizeof(TrieKey))
            for i in range(tokens.size):
                if token_size(tokens, i):
                    set_key(keys + count, token_text(tokens, i), token_size(tokens, i),
                            tokens.ids[i])
                    count += 1
            qsort(keys, count, sizeof(TrieKey), by_bytes)
            push(&stack, &size, &capacity, 0, 0, count, 0)
            while size:
                size -= 1
                top = stack[size]
                base = 0
                if top.first < top.last and keys[top.first].size == top.depth:
                    self.ids[top.node] = keys[top.first].id
                    base = <uint32_t>ENDS
                    top.first += 1
                children = 0
                for i in range(top.first, top.last):
                    if children == 0 or labels[children - 1] != keys[i].text[top.depth]:
                        labels[children] = keys[i].text[top.depth]
                        groups[children] = i
                        children += 1
                groups[children] = top.last
                if children:
                    base |= self.find_base(labels, children)
                self.nodes[top.node].base = base
                base &= ~<uint32_t>ENDS
                for k in range(children):
                    self.nodes[base ^ labels[k]].parent = top.node
                    push(&stack, &size, &capacity, base ^ labels[k], groups[k], groups[k + 1],
                         top.depth + 1)
        finally:
            free(keys)
            free(stack)

    def __dealloc__(self):
        free(self.nodes)
        free(self.ids)

    cdef uint32_t find_base(self, const uint8_t* labels, int count) except? 0xFFFFFFFF:
        """Return a base with free cells for these children."""
        cdef uint32_t cell, base
        cdef int k
        while self.lowest < self.size and self.nodes[self.lowest].parent != <uint32_t>NO_NODE:
            self.lowest += 1
        cell = self.lowest
        if count > 1 and cell + WINDOW < self.size:
            cell = self.size - WINDOW
        while cell < self.size:
            base = cell ^ labels[0]
            for k in range(count):
                if self.nodes[base ^ labels[k]].parent != <uint32_t>NO_NODE:
                    break
            else:
                return base
            cell += 1
        self.add_block()
        return self.size - BLOCK

    cdef int add_block(self) except -1:
        """Add a block of free cells."""
        cdef uint32_t size = self.size + BLOCK
        cdef void* p
        if size >= <uint32_t>ENDS:
            raise MemoryError("too many tokens for a trie")
        p = realloc(self.nodes, size * sizeof(Node))
        if p == NULL:
            raise MemoryError("no memory for the trie")
        self.nodes = <Node*>p
        p = realloc(self.ids, size * sizeof(uint32_t))
        if p == NULL:
            raise MemoryError("no memory for the trie")
        self.ids = <uint32_t*>p
        for cell in range(self.size, size):
            self.nodes[cell].base = 0
            self.nodes[cell].parent = <uint32_t>NO_NODE
        self.size = size
        return 0
