"""A trie of byte strings in a double array: 8 bytes a node, one memory access a step.

Aoe 1989, "An efficient digital search algorithm by using a double-array structure". The children of
a node lie in one block of 256 cells: the child for a byte is at base ^ byte. A cell holds its
parent, so children of several nodes can share a block.
"""

from libc.stdlib cimport free, realloc

cdef enum:
    BLOCK = 256
    WINDOW = 512           # cells at the end that are tried for a node with several children


cdef class ByteTrie:
    """Byte strings, found by their bytes.

    Args:
        strings: str -> id; an empty string is left out.
    """

    def __init__(self, dict strings not None):
        cdef uint32_t node, base
        cdef Py_ssize_t first, last, depth, i
        cdef int k, count
        cdef uint8_t[256] labels
        cdef Py_ssize_t[257] groups
        cdef bytes key
        cdef list keys, ids, stack
        if self.nodes != NULL:
            raise TypeError("ByteTrie objects are immutable: make a new one")
        items = sorted([(string.encode(), index) for string, index in strings.items() if string])
        keys = [item[0] for item in items]
        ids = [item[1] for item in items]
        self.add_block()
        self.nodes[0].parent = <uint32_t>NO_NODE - 1    # no child of a node, and not free
        stack = [(0, 0, len(keys), 0)] if keys else []
        while stack:    # nodes without children yet: those of keys[first:last), equal up to depth
            node, first, last, depth = stack.pop()
            base = 0
            if len(<bytes>keys[first]) == depth:
                self.ids[node] = ids[first]
                base = <uint32_t>ENDS
                first += 1
            count = 0
            for i in range(first, last):
                key = <bytes>keys[i]
                if count == 0 or labels[count - 1] != <uint8_t>key[depth]:
                    labels[count] = <uint8_t>key[depth]
                    groups[count] = i
                    count += 1
            groups[count] = last
            if count:
                base |= self.find_base(labels, count)
            self.nodes[node].base = base
            base &= ~<uint32_t>ENDS
            for k in range(count):
                self.nodes[base ^ labels[k]].parent = node
                stack.append((base ^ labels[k], groups[k], groups[k + 1], depth + 1))

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
