"""A trie of byte strings with ids, to find the longest one that begins a text."""

from libc.stdint cimport uint8_t, uint32_t


cdef enum:
    NO_NODE = 0xFFFFFFFF
    ENDS = 0x80000000      # in Node.base: a string ends at this node


cdef struct Node:
    uint32_t base          # without ENDS: node base ^ byte is the child, if its parent is this node
    uint32_t parent        # NO_NODE: a free cell


cdef class ByteTrie:
    cdef Node* nodes       # the root is node 0
    cdef uint32_t* ids     # of the strings, for nodes with ENDS
    cdef uint32_t size     # cells, a multiple of 256
    cdef uint32_t lowest   # no cell below this is free
    cdef uint32_t find_base(self, const uint8_t* labels, int count) except? 0xFFFFFFFF
    cdef int add_block(self) except -1


cdef inline uint32_t trie_step(const Node* nodes, uint32_t node, uint8_t byte) noexcept nogil:
    """The child of a node for a byte, or NO_NODE."""
    cdef uint32_t child = (nodes[node].base & ~<uint32_t>ENDS) ^ byte
    return child if nodes[child].parent == node else <uint32_t>NO_NODE
