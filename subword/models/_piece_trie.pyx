"""A trie of pieces in a double array, whose steps need four bytes (as in Yata's darts-clone).

A cell does not say which node is its parent, as in `_trie.pyx`, but by which byte it is reached;
that is enough if no two nodes have the same base. The other four bytes of a node say which piece
ends there.

Keys are sorted first, by a pass for each of their first eight bytes, so the keys below a node are
neighbours. Those with one next byte in common
are not looked at one by one: the first and the last of them tell. Pieces that share a long
beginning so cost their bytes and no more.
"""

from libc.stdlib cimport free, malloc, qsort
from libc.string cimport memcmp, memcpy, memset

from subword._core.pipeline cimport reallocate
from subword.vocab.token_table cimport token_size, token_text

cdef extern from "cpu/hints.h" nogil:
    void* align_up(void* p, size_t to)
    void advise_huge_pages(void* p, size_t size)

cdef enum:
    BLOCK = 256
    HUGE = 1 << 21         # bytes of a large page
    WINDOW = 256           # cells at the end that are tried for a node with several children
    NEAR = 1 << (32 - OFFSET)
    MAX_CELLS = 1 << (32 - OFFSET + 8)


cdef struct Branch:
    # A node without children yet: those of the keys [first, last), which are equal up to `depth`.
    uint32_t node
    int32_t first
    int32_t last
    int32_t depth


cdef inline void set_key(Key* key, const uint8_t* data, Py_ssize_t size,
                         uint32_t id) noexcept nogil:
    cdef Py_ssize_t i
    key.head = 0
    for i in range(8):
        key.head = key.head << 8 | (data[i] if i < size else 0)
    key.data = data
    key.size = size
    key.id = id


cdef int sort_keys(Key* keys, Py_ssize_t count) except -1:
    """Sort keys by their bytes, equal ones by their ids."""
    cdef Key* other = <Key*>reallocate(NULL, (count + 1) * sizeof(Key))
    cdef Key* source = keys
    cdef Key* target = other
    cdef Py_ssize_t[257] places
    cdef Py_ssize_t i, first
    cdef int shift, byte
    for shift in range(0, 64, 8):
        memset(places, 0, sizeof(places))
        for i in range(count):
            places[(source[i].head >> shift & 255) + 1] += 1
        for byte in range(256):
            places[byte + 1] += places[byte]
        for i in range(count):
            byte = source[i].head >> shift & 255
            target[places[byte]] = source[i]
            places[byte] += 1
        source, target = target, source    # eight times: the last target is `keys`
    free(other)
    first = 0
    for i in range(1, count + 1):
        if i == count or keys[i].head != keys[first].head:
            if i - first > 1:
                qsort(keys + first, i - first, sizeof(Key), compare_keys)
            first = i
    return 0


cdef int compare_keys(const void* a, const void* b) noexcept nogil:
    cdef const Key* left = <const Key*>a
    cdef const Key* right = <const Key*>b
    cdef int order = memcmp(left.data, right.data, min(left.size, right.size))
    if order:
        return order
    if left.size != right.size:
        return 1 if left.size > right.size else -1
    return 1 if left.id > right.id else -1


cdef class PieceTrie:
    """Pieces, found by their bytes.

    Args:
        pieces: bytes of each; an empty one is left out, and of equal ones the last counts.
        scores: Of each.
    """

    def __init__(self, list pieces not None, const double[::1] scores not None):
        cdef Py_ssize_t i, count = 0
        cdef bytes piece
        cdef Key* keys
        if self.nodes != NULL:
            raise TypeError("PieceTrie objects are immutable: make a new one")
        keys = <Key*>malloc((len(pieces) + 1) * sizeof(Key))
        if keys == NULL:
            raise MemoryError("no memory for the trie")
        try:
            for i in range(len(pieces)):
                piece = <bytes>pieces[i]
                if piece:
                    set_key(keys + count, <const uint8_t*>piece, len(piece), <uint32_t>i)
                    count += 1
            self.build(keys, count, scores)
        finally:
            free(keys)

    def __dealloc__(self):
        if self.memory == NULL:
            free(self.nodes)
            free(self.pieces)
        free(self.memory)
        free(self.bases)

    cdef int build(self, Key* keys, Py_ssize_t count, const double[::1] scores) except -1:
        """Sort the keys, and add them."""
        cdef Branch* stack = NULL
        cdef Branch branch
        cdef Py_ssize_t capacity = 0, used = 0
        cdef int32_t i, step
        cdef uint32_t base, unit, offset
        cdef uint8_t byte
        cdef int k, labels_count
        cdef uint8_t[256] labels
        cdef int32_t[257] groups
        sort_keys(keys, count)
        self.pieces = <Piece*>reallocate(NULL, (count + 1) * sizeof(Piece))
        for i in range(<int32_t>count):
            self.pieces[i].id = keys[i].id
            self.pieces[i].score = scores[keys[i].id]
        self.add_block()
        self.nodes[0].unit = LABEL    # no byte leads to the root
        self.lowest = BLOCK
        if count == 0:
            return 0
        try:
            branch.node = 0
            branch.first = branch.depth = 0
            branch.last = <int32_t>count
            while True:
                i = branch.first
                unit = self.nodes[branch.node].unit
                while i < branch.last and keys[i].size == branch.depth:
                    self.nodes[branch.node].piece = <uint32_t>i
                    unit |= ENDS
                    i += 1
                labels_count = 0
                while i < branch.last:
                    byte = keys[i].data[branch.depth]
                    labels[labels_count] = byte
                    groups[labels_count] = i
                    labels_count += 1
                    # Skip the keys with this byte: in steps that double, then the rest of them.
                    if keys[branch.last - 1].data[branch.depth] == byte:
                        i = branch.last
                        break
                    step = 1
                    while step:
                        if i + step < branch.last and keys[i + step].data[branch.depth] == byte:
                            i += step
                            step *= 2
                        else:
                            step //= 2
                    i += 1
                groups[labels_count] = branch.last
                base = branch.node & (BLOCK - 1)    # in the first block there are no children
                if labels_count:
                    base = self.find_base(branch.node, labels, labels_count)
                    self.bases[base >> 6] |= <uint64_t>1 << (base & 63)
                offset = branch.node ^ base
                if offset < <uint32_t>NEAR:
                    unit |= offset << OFFSET
                else:
                    unit |= (offset >> 8) << OFFSET | <uint32_t>FAR
                self.nodes[branch.node].unit = unit
                if used + labels_count > capacity:
                    capacity = 2 * capacity + 256
                    stack = <Branch*>reallocate(stack, capacity * sizeof(Branch))
                for k in range(labels_count):
                    self.nodes[base ^ labels[k]].unit = <uint32_t>labels[k] + 1
                for k in range(labels_count - 1, -1, -1):
                    stack[used].node = base ^ labels[k]
                    stack[used].first = groups[k]
                    stack[used].last = groups[k + 1]
                    stack[used].depth = branch.depth + 1
                    used += 1
                if used == 0:
                    break
                used -= 1
                branch = stack[used]
        finally:
            free(stack)
            free(self.bases)
            self.bases = NULL
        return self.move_together(count)

    cdef int move_together(self, Py_ssize_t count) except -1:
        """Move nodes and pieces into one memory that has large pages, unless it is small: a step to
        a page of 4 KiB that was not used for a while waits for the address of the page too."""
        cdef size_t nodes_size = self.size * sizeof(PieceNode)
        cdef size_t pieces_size = (count + 1) * sizeof(Piece)
        cdef size_t size = (nodes_size + pieces_size + HUGE - 1) & ~<size_t>(HUGE - 1)
        cdef char* start
        if size < 2 * HUGE:
            return 0
        self.memory = reallocate(NULL, size + HUGE)
        start = <char*>align_up(self.memory, HUGE)
        advise_huge_pages(start, size)
        memcpy(start, self.nodes, nodes_size)
        memcpy(start + nodes_size, self.pieces, pieces_size)
        free(self.nodes)
        free(self.pieces)
        self.nodes = <PieceNode*>start
        self.pieces = <Piece*>(start + nodes_size)
        return 0

    cdef uint32_t find_base(self, uint32_t node, const uint8_t* labels,
                            int count) except? 0xFFFFFFFF:
        """Return a base that no node has, with free cells for these children of a node."""
        cdef uint32_t cell
        if count == 1:    # the next cell; one that is passed is not looked at again
            while self.lowest < self.size:
                cell = self.lowest
                self.lowest += 1
                if self.may_be_base(node, cell ^ labels[0], labels, 1):
                    return cell ^ labels[0]
        cell = max(self.lowest, self.size - min(self.size, <uint32_t>WINDOW))
        while cell < self.size:
            if self.may_be_base(node, cell ^ labels[0], labels, count):
                return cell ^ labels[0]
            cell += 1
        self.add_block()
        return self.size - BLOCK + (node & (BLOCK - 1))

    cdef bint may_be_base(self, uint32_t node, uint32_t base, const uint8_t* labels,
                          int count) noexcept nogil:
        cdef uint32_t offset = node ^ base
        cdef int k
        if self.bases[base >> 6] >> (base & 63) & 1:
            return False
        if offset >= <uint32_t>NEAR and offset & (BLOCK - 1):
            return False
        for k in range(count):
            if self.nodes[base ^ labels[k]].unit:
                return False
        return True

    cdef int add_block(self) except -1:
        """Add a block of free cells; the memory for them grows by half."""
        cdef uint32_t size = self.size + BLOCK
        cdef size_t capacity
        if size >= <uint32_t>MAX_CELLS:
            raise MemoryError("too many pieces for a trie")
        if size > self.capacity:
            capacity = (size + size // 2 + BLOCK) // BLOCK * BLOCK
            self.nodes = <PieceNode*>reallocate(self.nodes, capacity * sizeof(PieceNode))
            self.bases = <uint64_t*>reallocate(self.bases, capacity // 8)
            memset(self.nodes + self.capacity, 0, (capacity - self.capacity) * sizeof(PieceNode))
            memset(<char*>self.bases + self.capacity // 8, 0, (capacity - self.capacity) // 8)
            self.capacity = capacity
        self.size = size
        return 0

    cdef uint32_t find(self, const uint8_t* data, Py_ssize_t size) noexcept nogil:
        """Return the id of a piece, NO_PIECE if there is none of these bytes."""
        cdef uint32_t node = 0, unit = self.nodes[0].unit
        cdef Py_ssize_t i
        for i in range(size):
            node = base_of(node, unit) ^ data[i]
            unit = self.nodes[node].unit
            if unit & LABEL != <uint32_t>data[i] + 1:
                return NO_PIECE
        return self.pieces[self.nodes[node].piece].id if unit & ENDS else <uint32_t>NO_PIECE


cdef PieceTrie trie_of_table(TokenTable tokens, const double[::1] scores, object skipped):
    """Make the trie of the tokens of a table.

    Args:
        tokens: The tokens; an empty one is left out.
        scores: Of each id.
        skipped: Ids that are left out.
    """
    cdef PieceTrie trie = PieceTrie.__new__(PieceTrie)
    cdef Py_ssize_t i, count = 0
    cdef bint skips = len(skipped) > 0
    cdef Key* keys = <Key*>reallocate(NULL, (tokens.size + 1) * sizeof(Key))
    try:
        for i in range(tokens.size):
            if token_size(tokens, i) and not (skips and tokens.ids[i] in skipped):
                set_key(keys + count, token_text(tokens, i), token_size(tokens, i), tokens.ids[i])
                count += 1
        trie.build(keys, count, scores)
    finally:
        free(keys)
    return trie
