"""Where a byte-level BPE model never merges: there a word may be cut before the model sees it.

The argument is that of `_joints.pyx`: a merge (a, b) joins the last bytes of a with the first of b,
so between two characters that no merge joins a cut is safe, and both sides get the tokens that they
get within the word. Few merges join two characters of three bytes, and pieces of a syllable or two
repeat where words do not: GPT-2 sees 277,000 different words in 12 MB of Korean and 12,000 pieces.

A token may hold a part of a character only. Where both characters are whole in a and b, the pair is
remembered; where they are not, the last byte of the first one and the first two of the second.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from subword._hashmap cimport NO_ID
from subword._pipeline cimport Tokens, tokens_free
from subword.models.bpe cimport BPE

from subword.byte_alphabet import BYTES, CHARS

cdef extern from "joints.h" nogil:
    uint32_t joint_edge(uint8_t last, uint8_t first, uint8_t second)
    uint64_t joint_pair(uint64_t characters, int shift)

cdef enum:
    EDGES = 1 << 16
    BITS_PER_PAIR = 16      # of the filter: at most one safe pair in 16 is taken for a joint
    MANY_PAIRS = 1 << 11    # of whole characters: from here on, bytes of most pairs are near
    HIGHEST_ID = 1 << 22    # ids up to here are places in a table
    HIGHEST_CHAR = 0x143    # of the byte alphabet
    HANGUL = 0x0A           # to 0x0D: the low bits of the first byte of Hangul


cdef struct Ends:
    # The first and the last three bytes of a token, 0 where it has fewer.
    uint8_t[3] first
    uint8_t[3] last


cdef inline uint8_t spelled(const uint8_t* byte_of, Py_UCS4 char) noexcept nogil:
    """The byte that a character spells; of a token that spells none, which merges with nothing, no
    matter which."""
    return byte_of[char] if char <= HIGHEST_CHAR else 0


cdef inline bint follows(uint8_t byte) noexcept nogil:
    return byte & 0xC0 == 0x80


cdef inline bint leads(uint8_t byte) noexcept nogil:
    """Whether a character of three bytes may begin so."""
    return byte & 0xF0 == 0xE0


cdef inline bint whole(const uint8_t* bytes) noexcept nogil:
    return leads(bytes[0]) and follows(bytes[1]) and follows(bytes[2])


cdef inline bint may_meet(const uint8_t* left, const uint8_t* right) noexcept nogil:
    """Whether left[0:3) may end within or behind a character of three bytes, and right[0:3) begin
    one."""
    return (follows(left[2]) and left[1] < 0xC0 and not follows(left[0]) and leads(right[0]))


cdef class ByteJoints:
    """The pairs of characters that the merges of a model join; made by `byte_joints_of`."""

    def __dealloc__(self):
        free(self.bits)

    cdef void add_near(self, uint8_t last, uint8_t first, uint8_t second) noexcept nogil:
        cdef uint32_t at = joint_edge(last, first, second)
        self.bits[at >> 6] |= <uint64_t>1 << (at & 63)
        self.table.hangul |= HANGUL <= (first & 0x0F) <= HANGUL + 3

    cdef void add_edge(self, uint8_t last, uint8_t first, uint8_t second) noexcept nogil:
        cdef uint32_t at = joint_edge(last, first, second)
        self.add_near(last, first, second)
        self.bits[(EDGES + at) >> 6] |= <uint64_t>1 << (at & 63)

    cdef void add_joint(self, const uint8_t* left, const uint8_t* right) noexcept nogil:
        """Add the joint of a token that ends with left[0:3) and one that begins with right[0:3)."""
        cdef uint64_t characters = 0, at
        cdef uint64_t* pairs = self.bits + 2 * EDGES // 64
        cdef int k
        if not may_meet(left, right):
            return
        if whole(left) and whole(right):
            for k in range(3):
                characters |= <uint64_t>left[k] << 8 * k | <uint64_t>right[k] << 8 * (k + 3)
            self.add_near(left[2], right[0], right[1])
            at = joint_pair(characters, self.table.shift)
            pairs[at >> 6] |= <uint64_t>1 << (at & 63)
        elif right[1]:
            self.add_edge(left[2], right[0], right[1])
        else:
            for k in range(64):
                self.add_edge(left[2], right[0], <uint8_t>k)

    cdef int keep_whole(self, BPE model) except -1 nogil:
        """Let no piece of a word be one of the tokens that are words and that no merges make."""
        cdef Tokens tokens
        cdef const uint8_t* bytes
        cdef uint64_t i
        cdef uint32_t size
        cdef int k, n
        tokens.data = NULL
        tokens.size = tokens.capacity = 0
        try:
            for i in range(model.words.mask + 1):
                if model.words.words[i].id == <uint32_t>NO_ID:
                    continue
                bytes = model.words.bytes + model.words.words[i].offset
                size = model.words.words[i].size
                if size < 3 or not (whole(bytes) or whole(bytes + size - 3)):
                    continue
                tokens.size = 0
                model.merge(bytes, size, &tokens)
                if tokens.size == 1:
                    continue
                for k in range(64):
                    for n in range(16 * whole(bytes + size - 3)):
                        self.add_edge(bytes[size - 1], <uint8_t>n, <uint8_t>k)
                    if whole(bytes):
                        self.add_edge(<uint8_t>k, bytes[0], bytes[1])
        finally:
            tokens_free(&tokens)
        return 0


cdef ByteJoints byte_joints_of(BPE model):
    """Find where a model's merges join, or None if they are not all there is to its tokens."""
    cdef ByteJoints joints
    cdef Ends* ends
    cdef Ends* end
    cdef const uint8_t* left
    cdef const uint8_t* right
    cdef Py_ssize_t highest = max(model.vocab.values(), default=0), k, size, at
    cdef uint64_t bits = 1 << 10, pairs = 0
    cdef uint8_t[HIGHEST_CHAR + 1] byte_of
    cdef str token
    if (not model.byte_level or model.dropout or model.prefix_size or model.suffix_size
            or highest >= HIGHEST_ID or not all([char in model.vocab for char in CHARS])):
        return None
    memset(byte_of, 0, sizeof(byte_of))
    for char, byte in BYTES.items():
        byte_of[ord(char)] = byte
    joints = ByteJoints.__new__(ByteJoints)
    ends = <Ends*>calloc(highest + 1, sizeof(Ends))
    try:
        if ends == NULL:
            raise MemoryError("no room for the ends of the tokens")
        for token, index in model.vocab.items():
            end = ends + <Py_ssize_t>index
            size = len(token)
            for k in range(min(size, 3)):
                end.first[k] = spelled(byte_of, <Py_UCS4>token[k])
                at = size - 1 - k
                end.last[2 - k] = spelled(byte_of, <Py_UCS4>token[at])
        for k in range(model.merge_count):
            left, right = ends[model.merge_ids[2 * k]].last, ends[model.merge_ids[2 * k + 1]].first
            pairs += may_meet(left, right) and whole(left) and whole(right)
        joints.table.shift = 54
        while bits < BITS_PER_PAIR * pairs:
            bits *= 2
            joints.table.shift -= 1
        joints.bits = <uint64_t*>calloc((2 * EDGES + bits) // 64, sizeof(uint64_t))
        if joints.bits == NULL:
            raise MemoryError("no room for the joints of the merges")
        joints.table.near = joints.bits if pairs < MANY_PAIRS else NULL
        joints.table.edges = joints.bits + EDGES // 64
        joints.table.pairs = joints.bits + 2 * EDGES // 64
        for k in range(model.merge_count):
            joints.add_joint(ends[model.merge_ids[2 * k]].last,
                             ends[model.merge_ids[2 * k + 1]].first)
        if model.ignore_merges:
            joints.keep_whole(model)
    finally:
        free(ends)
    return joints
