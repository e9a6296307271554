"""SentencePiece's character map: text replaced by the shortest key that begins each grapheme.

The map is a trie of darts-clone (Yata), an array of 32-bit units that is read as it is in the file:
the children of a unit lie at `position ^ offset ^ byte`, and the child for the byte 0 says where
the value of a key begins. The reference looks up each extended grapheme cluster of less than six
bytes as a whole, and replaces all of it by the value of the shortest key that it begins with; of
any other cluster it looks up the characters one by one. Most characters begin no key and make no
cluster with another: they are skipped 32 bytes at a time.

An edit is a replaced cluster or character. Its k-th new character has the span of its k-th old one.
If it has more new ones, they share the span of its last old character. A removed one leaves no
trace, except that the reference then counts on from the wrong place: at the start of a text, where
nothing is before it, all spans that follow lag behind; and an inserted character right before it
takes its span.
"""

cimport cython
from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, strlen

from subword._core.graphemes cimport grapheme_values
from subword._core.pipeline cimport Text, text_copy, text_source_end, text_source_start
from subword._core.simd cimport simd_on
from subword.normalizers.base cimport TextNormalizer, begin, put, reserve, utf8_decode
from subword.normalizers.unicode cimport candidate_bytes

cdef extern from "text/graphemes.h" nogil:
    enum:
        GRAPHEME_EXTEND
        GRAPHEME_ZWJ
        GRAPHEME_SPACING_MARK
        GRAPHEME_PREPEND
        GRAPHEME_L
        GRAPHEME_V
        GRAPHEME_T
    Py_ssize_t grapheme_end(const uint8_t* values, const uint8_t* p, Py_ssize_t i, Py_ssize_t n)

cdef extern from "text/quick_check.h" nogil:
    void find_candidates(const uint8_t* bits, uint8_t flags, candidate_bytes* candidates)
    Py_ssize_t span_quick_check_yes(const uint8_t* p, Py_ssize_t i, Py_ssize_t n,
                                    const uint8_t* bits, uint8_t flags,
                                    const candidate_bytes* candidates, int simd)

cdef extern from "text/utf8.h" nogil:
    int utf8_length(uint8_t lead)
    int utf8_encode(uint32_t code, uint8_t* p)
    Py_ssize_t utf8_count(const uint8_t* p, Py_ssize_t n)

cdef enum:
    CODES = 0x110000
    MAX_CLUSTER = 6         # bytes: a cluster of as many is not looked up as a whole
    BLOCK = 256             # units in which all children of a unit lie


@cython.final
cdef class Precompiled(TextNormalizer):
    """Replace what a character map of SentencePiece replaces.

    Args:
        precompiled_charsmap: The map, as in a .model file (in a tokenizer.json it is in base64).

    Raises:
        TypeError: It is not bytes.
        ValueError: It is cut short, or its trie or a value points outside.
    """

    def __cinit__(self, precompiled_charsmap):
        if not isinstance(precompiled_charsmap, bytes):
            raise TypeError("precompiled_charsmap must be bytes, got "
                            f"{type(precompiled_charsmap).__name__}")
        self.precompiled_charsmap = precompiled_charsmap
        self.read()
        self.check_trie()
        self.mark_characters()

    def __dealloc__(self):
        free(self.units)
        free(self.bits)

    cdef tuple arguments(self):
        return (self.precompiled_charsmap,)

    def __repr__(self):
        return f"Precompiled({len(self.precompiled_charsmap)} bytes)"

    cdef int read(self) except -1:
        """Take the map apart."""
        cdef bytes data = self.precompiled_charsmap
        cdef const uint8_t* p = data
        cdef size_t i, trie
        if len(data) < 4:
            raise ValueError(f"precompiled_charsmap: its size is missing, it has {len(data)} bytes")
        trie = int.from_bytes(data[:4], "little")
        if trie > <size_t>len(data) - 4 or trie % 4 or trie == 0:
            raise ValueError(f"precompiled_charsmap: the trie has {trie} bytes, not a multiple of "
                             f"4 in [4, {len(data) - 4}]")
        self.size = trie // 4
        self.units = <uint32_t*>malloc(trie)
        if self.units == NULL:
            raise MemoryError("no memory for the character map")
        for i in range(self.size):    # whatever the byte order of this machine
            self.units[i] = (p[4 * i + 4] | <uint32_t>p[4 * i + 5] << 8
                             | <uint32_t>p[4 * i + 6] << 16 | <uint32_t>p[4 * i + 7] << 24)
        self.texts = p + 4 + trie     # a bytes object ends with a zero byte
        self.texts_size = <Py_ssize_t>(<size_t>len(data) - 4 - trie)
        try:
            data[4 + trie:].decode()
        except UnicodeDecodeError as error:
            raise ValueError(f"precompiled_charsmap: its values are not UTF-8: {error}") from None
        return 0

    cdef int check_trie(self) except -1:
        """Check that all units that can be reached lie inside, and all values."""
        cdef size_t found = 1, at, children, child
        cdef Py_ssize_t value
        cdef int byte
        cdef size_t* stack = <size_t*>malloc(self.size * sizeof(size_t))
        cdef uint8_t* seen = <uint8_t*>calloc(self.size, 1)
        try:
            if stack == NULL or seen == NULL:
                raise MemoryError("no memory to check the character map")
            stack[0] = 0
            seen[0] = 1
            while found:
                found -= 1
                at = stack[found]
                children = children_of(self.units, at)
                if (children | (BLOCK - 1)) >= self.size:
                    raise ValueError(f"precompiled_charsmap: unit {at} of the trie points at unit "
                                     f"{children}, there are {self.size}")
                if self.units[at] & HAS_LEAF:
                    value = self.units[children] & 0x7FFFFFFF
                    if value > self.texts_size or (
                            value < self.texts_size and self.texts[value] & 0xC0 == 0x80):
                        raise ValueError(
                            f"precompiled_charsmap: the value of unit {at} begins at byte {value}, "
                            f"which begins no character of {self.texts_size} bytes")
                for byte in range(1, 256):
                    child = children ^ byte
                    if self.units[child] & 0x800000FFU == <uint32_t>byte and not seen[child]:
                        seen[child] = 1
                        stack[found] = child
                        found += 1
        finally:
            free(stack)
            free(seen)
        return 0

    cdef int mark_characters(self) except -1:
        """Set the bit of the characters that are no cluster of their own, or begin with a key."""
        cdef uint32_t code
        cdef uint8_t[4] utf8
        cdef int value
        self.bits = <uint8_t*>calloc(CODES, 1)
        if self.bits == NULL:
            raise MemoryError("no memory for the character map")
        for code in range(1, <uint32_t>CODES):
            value = grapheme_values[code] & 15
            if (value in (GRAPHEME_EXTEND, GRAPHEME_ZWJ, GRAPHEME_SPACING_MARK, GRAPHEME_PREPEND,
                          GRAPHEME_L, GRAPHEME_V, GRAPHEME_T) or code == 13
                    or self.shortest(utf8, utf8_encode(code, utf8)) != NULL):
                self.bits[code] = 1
        find_candidates(self.bits, 1, &self.candidates)
        return 0

    cdef const uint8_t* shortest(self, const uint8_t* key, Py_ssize_t size) noexcept nogil:
        """Return the value of the shortest key that begins a text, NULL if none does."""
        cdef size_t at = children_of(self.units, 0)
        cdef uint32_t unit
        cdef Py_ssize_t i
        for i in range(size):
            at ^= key[i]
            unit = self.units[at]
            if unit & 0x800000FFU != <uint32_t>key[i] or key[i] == 0:
                return NULL
            at = children_of(self.units, at)
            if unit & HAS_LEAF:
                return self.texts + (self.units[at] & 0x7FFFFFFF)
        return NULL

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        cdef const uint8_t* data = source.data
        cdef Py_ssize_t size = source.size, first, end, i, length
        cdef const uint8_t* text
        cdef Edits edits
        edits.source = source
        edits.target = target
        edits.done = edits.at = 0
        edits.changed = edits.inserted = False
        first = next_cluster(self, data, 0, size)
        while first < size:
            end = grapheme_end(grapheme_values, data, first, size)
            text = NULL
            if end - first < MAX_CLUSTER:
                text = self.shortest(data + first, end - first)
            if text != NULL:
                replace(&edits, first, end, text)
            else:
                i = first
                while i < end:
                    length = utf8_length(data[i])
                    text = self.shortest(data + i, length)
                    if text != NULL:
                        replace(&edits, i, i + length, text)
                    i += length
            first = next_cluster(self, data, end, size)
        if edits.changed:
            copy_to(&edits, size)
        return edits.changed


cdef inline Py_ssize_t next_cluster(Precompiled self, const uint8_t* data, Py_ssize_t first,
                                    Py_ssize_t size) noexcept nogil:
    """Return the first byte of the next cluster, from `first` on, that may change."""
    cdef Py_ssize_t i = span_quick_check_yes(data, first, size, self.bits, 1, &self.candidates,
                                             simd_on)
    if i > first and i < size:    # the character before it may be the first of its cluster
        i -= 1
        while data[i] & 0xC0 == 0x80:
            i -= 1
    return i


cdef struct Edits:
    const Text* source
    Text* target
    Py_ssize_t done     # bytes of the source that have been written, or replaced
    Py_ssize_t at       # the byte of the source whose span comes next: may lag behind
    bint changed
    bint inserted       # whether the last character written was inserted


cdef int copy_to(Edits* edits, Py_ssize_t last) except -1 nogil:
    """Write the source up to byte `last` as it is."""
    cdef const Text* source = edits.source
    cdef uint32_t code
    cdef int length
    if edits.done == last:
        return 0
    if not source.aligned or edits.at == edits.done:
        text_copy(source, edits.done, last, edits.target)
        edits.at = last
    else:
        while edits.done < last:
            code = utf8_decode(source.data + edits.done, &length)
            put_next(edits, code)
            edits.done += length
    edits.done = last
    edits.inserted = False
    return 0


cdef int put_next(Edits* edits, uint32_t code) except -1 nogil:
    """Write a character with the next span."""
    put(edits.target, code, text_source_start(edits.source, edits.at),
        text_source_end(edits.source, edits.at))
    edits.at += utf8_length(edits.source.data[edits.at])
    return 0


cdef int replace(Edits* edits, Py_ssize_t first, Py_ssize_t last,
                 const uint8_t* text) except -1 nogil:
    """Write a text, ended by a zero byte, for the bytes [first, last) of the source."""
    cdef const Text* source = edits.source
    cdef Text* target = edits.target
    cdef Py_ssize_t size = strlen(<const char*>text), i = 0, old, added
    cdef uint32_t code
    cdef int length
    if not edits.changed:
        edits.changed = True
        begin(source, target)
        reserve(target, source.size)
    copy_to(edits, first)
    edits.done = last
    if not source.aligned:
        reserve(target, size)
        memcpy(target.data + target.size, text, size)
        target.size += size
        return 0
    old = utf8_count(source.data + first, last - first)
    if size == 0:
        return remove(edits, old)
    added = utf8_count(text, size) - old
    while i < size:
        code = utf8_decode(text + i, &length)
        if old > 0:
            put_next(edits, code)
            old -= 1
        else:
            put(target, code, text_source_start(source, edits.at - 1),
                text_source_end(source, edits.at - 1))
        i += length
    edits.inserted = added > 0
    skip(edits, old)
    return 0


cdef int remove(Edits* edits, Py_ssize_t old) except -1 nogil:
    """Remove the next `old` characters of the source."""
    cdef Text* target = edits.target
    cdef Py_ssize_t i = target.size
    if i == 0:
        return 0
    if edits.inserted:
        while True:
            i -= 1
            target.source_start[i] = text_source_start(edits.source, edits.at)
            target.source_end[i] = text_source_end(edits.source, edits.at)
            if target.data[i] & 0xC0 != 0x80:
                break
        edits.inserted = False
    skip(edits, old)
    return 0


cdef void skip(Edits* edits, Py_ssize_t count) noexcept nogil:
    """Skip the spans of `count` characters."""
    while count > 0:
        edits.at += utf8_length(edits.source.data[edits.at])
        count -= 1
