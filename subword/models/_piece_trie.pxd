"""A trie of pieces with their scores, to find all of them that begin a text."""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from subword.vocab.token_table cimport TokenTable


cdef enum:
    NO_NODE = 0xFFFFFFFF
    ENDS = 0x80000000      # in PieceNode.base: a piece ends at this node


cdef struct PieceNode:
    # 16 bytes, so that a step and the score of what ends there are one access to memory.
    double score           # of the piece, for nodes with ENDS
    uint32_t base          # without ENDS: node base ^ byte is the child, if its parent is this node
    uint32_t parent        # NO_NODE: a free cell


cdef struct Key:
    # Bytes that are added, and what they lead to.
    uint64_t head          # the first eight bytes, the first one the highest: compared at once
    const uint8_t* data
    Py_ssize_t size
    uint32_t id


cdef PieceTrie trie_of_table(TokenTable tokens, const double[::1] scores, object skipped)


cdef class PieceTrie:
    cdef PieceNode* nodes  # the root is node 0
    cdef uint32_t* ids     # of the pieces, for nodes with ENDS
    cdef uint32_t size     # cells, a multiple of 256
    cdef size_t capacity   # cells that there is memory for
    cdef uint32_t lowest   # no cell below this is free
    cdef int build(self, Key* keys, Py_ssize_t count, const double* scores) except -1
    cdef uint32_t find_base(self, const uint8_t* labels, int count) except? 0xFFFFFFFF
    cdef int add_block(self) except -1
    cdef uint32_t find(self, const uint8_t* data, Py_ssize_t size) noexcept nogil


cdef inline uint32_t piece_step(const PieceNode* nodes, uint32_t node, uint32_t base,
                                uint8_t byte) noexcept nogil:
    """The child of a node, whose base is given without ENDS, for a byte; or NO_NODE."""
    cdef uint32_t child = base ^ byte
    return child if nodes[child].parent == node else <uint32_t>NO_NODE
