"""Where a byte-level BPE model never merges: there a word may be cut before the model sees it.

The argument is that of `_joints.pyx`: a merge (a, b) joins the last bytes of a with the first of b,
so between two characters that no merge joins a cut is safe, and both sides get the tokens that they
get within the word. Few merges join two characters of three bytes, and pieces of a syllable or two
repeat where words do not: GPT-2 sees 277,000 different words in 12 MB of Korean and 12,000 pieces.

What is remembered of two characters are the two bytes on each side of the joint, which is one word
of memory to the scanner, as bits of a table that they are hashed to. Of 100 places between Korean
characters Qwen3's merges join 30, by these bytes 34. A token may hold a part of a character only:
then the joint has every byte where it has none.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc

from subword._core.hashmap cimport NO_ID
from subword._core.pipeline cimport Tokens, out_of_memory, tokens_free
from subword.models.bpe cimport BPE

from subword.vocab.byte_alphabet import BYTES, CHARS

cdef extern from "scan/safe_splits.h" nogil:
    uint32_t joint_around(uint8_t second, uint8_t third, uint8_t first, uint8_t next)
    uint64_t joint_place(uint32_t around, int shift)

cdef enum:
    BITS_PER_JOINT = 8      # of the table: at most one safe place in 8 is taken for a joint
    ANY = -1                # byte
    HIGHEST_ID = 1 << 22    # ids up to here are places in a table
    HIGHEST_CHAR = 0x143    # of the byte alphabet


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


cdef class ByteJoints:
    """The pairs of characters that the merges of a model join; made by `byte_joints_of`."""

    def __dealloc__(self):
        free(self.bits)
        free(self.joints)

    cdef int add(self, int second, int third, int first, int next) except -1:
        """Add the joints between characters that end with `second` and `third` and those that begin
        with `first` and `next`."""
        cdef uint32_t* joints
        cdef int a, b, c, d
        for a in range(0x80 if second == ANY else second, (0xBF if second == ANY else second) + 1):
            for b in range(0x80 if third == ANY else third, (0xBF if third == ANY else third) + 1):
                for c in range(0xE0 if first == ANY else first,
                               (0xEF if first == ANY else first) + 1):
                    self.table.hangul |= 0xEA <= c <= 0xED
                    for d in range(0x80 if next == ANY else next,
                                   (0xBF if next == ANY else next) + 1):
                        if self.size == self.capacity:
                            self.capacity = max(1 << 10, 2 * self.capacity)
                            joints = <uint32_t*>realloc(self.joints,
                                                        self.capacity * sizeof(uint32_t))
                            if joints == NULL:
                                return out_of_memory()
                            self.joints = joints
                        self.joints[self.size] = joint_around(
                            <uint8_t>a, <uint8_t>b, <uint8_t>c, <uint8_t>d)
                        self.size += 1
        return 0

    cdef int add_merge(self, const uint8_t* left, const uint8_t* right) except -1:
        """Add the joint of a token that ends with left[0:3) and one that begins with right[0:3), if
        the first may end with a character of three bytes and the second begin one."""
        cdef int second = ANY, next = ANY
        if follows(left[2]) and left[1] < 0xC0 and not follows(left[0]) and leads(right[0]):
            if follows(left[1]):
                second = left[1]
            if follows(right[1]):
                next = right[1]
            self.add(second, left[2], right[0], next)
        return 0

    cdef int keep_whole(self, BPE model) except -1:
        """Let no piece of a word be one of the tokens that are words and that no merges make."""
        cdef Tokens tokens
        cdef const uint8_t* bytes
        cdef uint64_t i
        cdef uint32_t size
        tokens.data = NULL
        tokens.size = tokens.capacity = 0
        try:
            for i in range(model.words.mask + 1):
                if model.words.words[i].id == <uint32_t>NO_ID:
                    continue
                bytes = model.words.bytes + model.words.words[i].offset
                size = model.words.words[i].size
                if (size < 3 or follows(bytes[0])    # a piece begins with a whole character
                        or not (whole(bytes) or whole(bytes + size - 3))):
                    continue
                tokens.size = 0
                model.merge(bytes, size, &tokens)
                if tokens.size == 1:
                    continue
                if whole(bytes):
                    self.add(ANY, ANY, bytes[0], bytes[1])
                if whole(bytes + size - 3):
                    self.add(bytes[size - 2], bytes[size - 1], ANY, ANY)
        finally:
            tokens_free(&tokens)
        return 0

    cdef int make_table(self) except -1:
        """Make the table of the joints that were added."""
        cdef Py_ssize_t bits = 1 << 10, i
        cdef uint64_t place
        self.table.shift = 54
        while bits < BITS_PER_JOINT * self.size:
            bits *= 2
            self.table.shift -= 1
        self.table.bits = self.bits = <uint64_t*>calloc(bits // 64, sizeof(uint64_t))
        if self.bits == NULL:
            return out_of_memory()
        for i in range(self.size):
            place = joint_place(self.joints[i], self.table.shift)
            self.bits[place >> 6] |= <uint64_t>1 << (place & 63)
        free(self.joints)
        self.joints = NULL
        return 0


cdef ByteJoints byte_joints_of(BPE model):
    """Find where a model's merges join, or None if they are not all there is to its tokens."""
    cdef ByteJoints joints
    cdef Ends* ends
    cdef Ends* end
    cdef Py_ssize_t highest = max(model.vocab.values(), default=0), k, size, at
    cdef uint8_t[HIGHEST_CHAR + 1] byte_of
    cdef str token
    if (not model.byte_level or model.dropout or model.prefix_size or model.suffix_size
            or highest >= HIGHEST_ID or not all([char in model.vocab for char in CHARS])):
        return None
    for k in range(HIGHEST_CHAR + 1):
        byte_of[k] = BYTES.get(chr(k), 0)
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
            joints.add_merge(ends[model.merge_ids[2 * k]].last,
                             ends[model.merge_ids[2 * k + 1]].first)
        if model.ignore_merges:
            joints.keep_whole(model)
        joints.make_table()
    finally:
        free(ends)
    return joints
