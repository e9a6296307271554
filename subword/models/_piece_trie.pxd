"""A trie of pieces with their scores, to find all of them that begin a text."""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from subword.vocab.token_table cimport TokenTable


cdef enum:
    # Of PieceNode.unit:
    LABEL = 0x1FF          # the byte that leads to it, and one more; 0: a free cell
    ENDS = 1 << 9          # a piece ends here
    FAR = 1 << 10          # the rest is divided by 256
    OFFSET = 11            # from this bit on: what node ^ byte is combined with, to have the child
    NO_PIECE = 0xFFFFFFFF


cdef struct PieceNode:
    uint32_t unit
    uint32_t piece         # that ends here, as its place in the order of their bytes


cdef struct Piece:
    double score
    uint32_t id


cdef struct Key:
    # Bytes that are added, and what they lead to.
    uint64_t head          # the first eight bytes, the first one the highest: compared at once
    const uint8_t* data
    Py_ssize_t size
    uint32_t id


cdef PieceTrie trie_of_table(TokenTable tokens, const double[::1] scores, object skipped)


cdef class PieceTrie:
    cdef PieceNode* nodes  # the root is node 0; the rest of the first block is free
    cdef Piece* pieces     # in the order of their bytes, so that those on one way are near
    cdef void* memory      # in which both lie once it is built; NULL: each lies in its own
    cdef uint64_t* bases   # while it is built: a bit for each base that a node has
    cdef uint32_t size     # cells, a multiple of 256
    cdef size_t capacity   # cells that there is memory for
    cdef uint32_t lowest   # where free cells are looked for
    cdef int build(self, Key* keys, Py_ssize_t count, const double[::1] scores) except -1
    cdef int move_together(self, Py_ssize_t count) except -1
    cdef uint32_t find_base(self, uint32_t node, const uint8_t* labels,
                            int count) except? 0xFFFFFFFF
    cdef bint may_be_base(self, uint32_t node, uint32_t base, const uint8_t* labels,
                          int count) noexcept nogil
    cdef int add_block(self) except -1
    cdef uint32_t find(self, const uint8_t* data, Py_ssize_t size) noexcept nogil


cdef inline uint32_t base_of(uint32_t node, uint32_t unit) noexcept nogil:
    """Where the children of a node lie, whose unit is given: that for a byte at base ^ byte,
    if its label is that byte. No two nodes that have children have the same base."""
    return node ^ ((unit >> OFFSET) << ((unit & FAR) >> 7))
