"""Where a byte-level BPE model never merges two characters: a word may be split there in advance.

The argument is that of `safe_splits.pyx`: a merge (a, b) joins the last bytes of a with the first
of b. So a split between two characters that no merge joins is safe: both sides get the tokens that
they get within the word. Few merges join two characters of three bytes, and parts of a syllable or
two repeat more often than words: in 12 MB of Korean, GPT-2 sees 277,000 different words, but only
12,000 different parts.

Two characters are represented by the two bytes before the position between them and the two bytes
after it, which the scanner loads as one number; a table holds a bit for each hash of such a number.
Of 100 positions between Korean characters, merges of Qwen3 join 30, and 34 look so by these four
bytes. A token may hold only a part of a character: then every value of the missing byte is added.

For words that are long because no usual pattern splits them, such as lines, a second table holds a
bit for each pair of bytes: without `ignore_merges`, they may be split between any two bytes that no
merge joins. In English text behind GPT-2's vocabulary, the parts are about its words.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free

from subword._core.pipeline cimport Tokens, grow, out_of_memory, tokens_free
from subword.models._byte_spelling cimport spelled_bytes
from subword.models.bpe cimport BPE
from subword.models.merge_table cimport MERGE_IDS
from subword.vocab.token_table cimport TokenTable, token_size, token_text

from subword._core.limits import MAX_TABLE_IDS
from subword.vocab.byte_alphabet import BYTES, has_utf8_bytes

cdef extern from "scan/safe_splits.h" nogil:
    uint32_t bytes_around(uint8_t second, uint8_t third, uint8_t first, uint8_t next)
    uint64_t pair_bit(uint32_t around, int shift)

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)

cdef enum:
    BITS_PER_PAIR = 8       # of the table: at most one safe split in 8 is not recognised
    ANY = -1                # any byte
    HIGHEST_CHAR = 0x143    # of the byte alphabet


cdef struct Ends:
    # The first and the last three bytes of a token, 0 where it has fewer.
    uint8_t[3] first
    uint8_t[3] last


cdef inline uint8_t byte_of_char(const uint8_t* byte_of, uint32_t char) noexcept nogil:
    """The byte that a character stands for.

    A token with a character outside the byte alphabet merges with nothing: any byte will do.
    """
    return byte_of[char] if char <= HIGHEST_CHAR else 0


cdef inline bint is_continuation(uint8_t byte) noexcept nogil:
    return byte & 0xC0 == 0x80


cdef inline bint leads_three(uint8_t byte) noexcept nogil:
    """Whether a character of three bytes may begin so."""
    return byte & 0xF0 == 0xE0


cdef inline bint is_whole(const uint8_t* bytes) noexcept nogil:
    return leads_three(bytes[0]) and is_continuation(bytes[1]) and is_continuation(bytes[2])


cdef class ByteSafeSplits:
    """Between which characters a model may merge; made by `find_byte_safe_splits`."""

    def __dealloc__(self):
        free(self.bits)
        free(self.pairs)

    cdef int add(self, int second, int third, int first, int next) except -1:
        """Add the pairs between characters that end with `second` and `third` and those that begin
        with `first` and `next`."""
        cdef int a, b, c, d
        for a in range(0x80 if second == ANY else second, (0xBF if second == ANY else second) + 1):
            for b in range(0x80 if third == ANY else third, (0xBF if third == ANY else third) + 1):
                for c in range(0xE0 if first == ANY else first,
                               (0xEF if first == ANY else first) + 1):
                    self.table.hangul |= 0xEA <= c <= 0xED
                    for d in range(0x80 if next == ANY else next,
                                   (0xBF if next == ANY else next) + 1):
                        if self.size == self.capacity:
                            self.pairs = <uint32_t*>grow(self.pairs, &self.capacity,
                                                         self.size + 1, sizeof(uint32_t))
                        self.pairs[self.size] = bytes_around(
                            <uint8_t>a, <uint8_t>b, <uint8_t>c, <uint8_t>d)
                        self.size += 1
        return 0

    cdef int add_merge(self, const uint8_t* left, const uint8_t* right) except -1:
        """Add the pair between a token that ends with left[0:3) and one that begins with
        right[0:3), if a character of three bytes may end and begin there."""
        cdef int second = ANY, next = ANY
        if (is_continuation(left[2]) and left[1] < 0xC0 and not is_continuation(left[0])
                and leads_three(right[0])):
            if is_continuation(left[1]):
                second = left[1]
            if is_continuation(right[1]):
                next = right[1]
            self.add(second, left[2], right[0], next)
        return 0

    cdef int keep_whole(self, BPE model) except -1:
        """Add pairs such that a token that only `ignore_merges` finds is no part of a word, and is
        not split where it is a word.

        These are the tokens that are not what the merges make of their bytes.
        """
        cdef Tokens merged
        cdef TokenTable tokens = model.tokens
        cdef bytearray scratch = bytearray(tokens.starts[tokens.size] + 1)
        cdef uint8_t* bytes = <uint8_t*><char*>scratch
        cdef Py_ssize_t i, size, k
        merged.data = NULL
        merged.size = merged.capacity = 0
        merged.random = 0
        try:
            for i in range(tokens.size):
                size = spelled_bytes(token_text(tokens, i), token_size(tokens, i), bytes)
                if size < 3 or is_continuation(bytes[0]):    # a part begins with a whole character
                    continue
                for k in range(size - 2):
                    if is_whole(bytes + k):
                        break
                else:
                    continue
                merged.size = 0
                model.merge(bytes, size, &merged)
                if merged.size == 1:
                    continue
                if is_whole(bytes):
                    self.add(ANY, ANY, bytes[0], bytes[1])
                if is_whole(bytes + size - 3):
                    self.add(bytes[size - 2], bytes[size - 1], ANY, ANY)
                for k in range(3, size - 2):
                    if is_whole(bytes + k - 3) and is_whole(bytes + k):
                        self.add(bytes[k - 2], bytes[k - 1], bytes[k], bytes[k + 1])
        finally:
            tokens_free(&merged)
        return 0

    cdef int make_table(self) except -1:
        """Make the table of the pairs that were added."""
        cdef Py_ssize_t bits = 1 << 10, i
        cdef uint64_t bit
        self.table.shift = 54
        while bits < BITS_PER_PAIR * self.size:
            bits *= 2
            self.table.shift -= 1
        self.table.bits = self.bits = <uint64_t*>calloc(bits // 64, sizeof(uint64_t))
        if self.bits == NULL:
            return out_of_memory()
        for i in range(self.size):
            bit = pair_bit(self.pairs[i], self.table.shift)
            self.bits[bit >> 6] |= <uint64_t>1 << (bit & 63)
        free(self.pairs)
        self.pairs = NULL
        return 0


cdef ByteSafeSplits find_byte_safe_splits(BPE model):
    """Find the safe splits of a model; None if its tokens depend on more than its merges."""
    cdef ByteSafeSplits found
    cdef Ends* ends
    cdef Ends* end
    cdef Py_ssize_t highest = max(model.tokens.highest, 0), k, i
    cdef TokenTable tokens = model.tokens
    cdef uint8_t[HIGHEST_CHAR + 1] byte_of
    cdef const uint8_t* text
    cdef const uint8_t* after
    cdef const uint32_t* merge
    cdef int length, left, right
    if (not model.byte_level or model.dropout or model.prefix_size or model.suffix_size
            or highest >= MAX_TABLE_IDS or tokens.shares_ids()
            or not has_utf8_bytes(tokens)):
        return None
    for k in range(HIGHEST_CHAR + 1):
        byte_of[k] = BYTES.get(chr(k), 0)
    found = ByteSafeSplits.__new__(ByteSafeSplits)
    ends = <Ends*>calloc(highest + 1, sizeof(Ends))
    try:
        if ends == NULL:
            raise MemoryError("no room for the ends of the tokens")
        for i in range(tokens.size):
            end = ends + tokens.ids[i]
            text = token_text(tokens, i)
            after = text + token_size(tokens, i)
            for k in range(3):
                if text < after:
                    end.first[k] = byte_of_char(byte_of, utf8_decode(text, &length))
                    text += length
            text = token_text(tokens, i)
            for k in range(3):
                if text < after:
                    after -= 1
                    while is_continuation(after[0]):
                        after -= 1
                    end.last[2 - k] = byte_of_char(byte_of, utf8_decode(after, &length))
        for k in range(model.merge_count):
            merge = model.merge_table.ids + MERGE_IDS * k
            found.add_merge(ends[merge[0]].last, ends[merge[1]].first)
            left = ends[merge[0]].last[2]
            right = ends[merge[1]].first[0]
            found.joined[left >> 6 | right << 2] |= <uint64_t>1 << (left & 63)
        if model.ignore_merges:
            found.keep_whole(model)
        else:
            found.table.joined = found.joined
        found.make_table()
    finally:
        free(ends)
    return found
