"""SentencePiece's character map: text replaced by the shortest key that begins each grapheme.

The reference looks up each extended grapheme cluster of less than six bytes as a whole, and
replaces all of it by the value of the shortest key that it begins with; of any other cluster it
looks up the characters one by one. Most characters begin no key and make no cluster with another:
they are skipped 32 bytes at a time.

An edit is a replaced cluster or character. Its k-th new character has the span of its k-th old one.
If it has more new ones, they share the span of its last old character. A removed one leaves no
trace, except that the reference then counts on from the wrong place: at the start of a text, where
nothing is before it, all spans that follow lag behind; and an inserted character right before it
takes its span.
"""

import numpy as np

cimport cython
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, strlen

from subword._core.graphemes cimport grapheme_values
from subword._core.pipeline cimport Text, text_copy, text_source_end, text_source_start
from subword._core.simd cimport simd_on
from subword.normalizers._charsmap cimport Charsmap
from subword.normalizers.base cimport TextNormalizer, begin, put, reserve, utf8_decode
from subword.normalizers.unicode cimport candidate_bytes

from subword._core.cuts import OTHER
from subword._core.white_space import WHITE_SPACE

cdef extern from "cpu/hash.h" nogil:
    uint64_t load64(const uint8_t* p)

cdef extern from "text/graphemes.h" nogil:
    enum:
        GRAPHEME_OTHER
        GRAPHEME_CONTROL
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
        self.charsmap = Charsmap(precompiled_charsmap)
        self.precompiled_charsmap = self.charsmap.data
        self.mark_characters()

    def __dealloc__(self):
        free(self.bits)

    cdef tuple arguments(self):
        return (self.precompiled_charsmap,)

    def __repr__(self):
        return f"Precompiled({len(self.precompiled_charsmap)} bytes)"

    cdef int mark_characters(self) except -1:
        """Set the bits of the characters that are no cluster of their own, or begin with a key."""
        cdef uint32_t code
        cdef uint8_t[4] utf8
        cdef int value, length
        cdef size_t leaf, none = self.charsmap.size + 1
        cdef bint found = True
        self.keeps_cuts = not self.charsmap.pairs_vanish()
        self.bits = <uint8_t*>calloc(CODES, 1)
        if self.bits == NULL:
            raise MemoryError("no memory for the character map")
        code = 0
        while code + 1 < <uint32_t>CODES:
            code += 1
            if code >= 0x80 and not code & 63:    # whether a key begins with all but its last byte
                length = utf8_encode(code, utf8)
                found = self.charsmap.leaf(utf8, length - 1) != none
                if not found and not any_kind(grapheme_values + code):
                    code += 63
                    continue
            value = grapheme_values[code] & 15
            leaf = none
            if found:
                length = utf8_encode(code, utf8)
                leaf = self.charsmap.leaf(utf8, length)
            if (value in (GRAPHEME_EXTEND, GRAPHEME_ZWJ, GRAPHEME_SPACING_MARK, GRAPHEME_PREPEND,
                          GRAPHEME_L, GRAPHEME_V, GRAPHEME_T) or code == 13 or leaf + 1 < none):
                self.bits[code] = MAY_CHANGE
            if value in (GRAPHEME_EXTEND, GRAPHEME_ZWJ, GRAPHEME_SPACING_MARK):
                self.bits[code] |= JOINS
            if value == GRAPHEME_PREPEND:    # what follows it is in its cluster, and may vanish
                self.bits[code] |= NOT_BEFORE
                self.keeps_cuts = self.keeps_cuts and leaf == none
            elif leaf + 1 < none and self.charsmap.vanishes(leaf):
                self.bits[code] |= NOT_BEFORE
        find_candidates(self.bits, MAY_CHANGE, &self.candidates)
        return 0

    cdef bint may_cut_behind(self, const uint8_t* data, Py_ssize_t end) noexcept nogil:
        """Whether of what ends at byte `end`, a character that is not ASCII, something is left that
        is no blank.

        A cluster that is looked up as a whole is a character with marks, of less than six bytes.
        """
        cdef Py_ssize_t i = end
        cdef int length
        cdef uint8_t bits
        while i > 0 and end - i < MAX_CLUSTER:
            i -= 1
            while data[i] & 0xC0 == 0x80:
                i -= 1
            bits = self.bits[utf8_decode(data + i, &length)]
            if bits & NOT_BEFORE:
                return False
            if not bits & JOINS:
                break
        return True

    cdef bint removes_first(self, const uint8_t* data, Py_ssize_t size) noexcept nogil:
        """Whether the first cluster of a text that is not empty, or its first character, is
        removed."""
        cdef Py_ssize_t end = grapheme_end(grapheme_values, data, 0, size)
        cdef const uint8_t* text = self.charsmap.shortest(
            data, end if end < MAX_CLUSTER else utf8_length(data[0]))
        return text != NULL and text[0] == 0

    def limit_cuts(self, cuts):
        """Keep the cuts between clusters, where something is left on both sides that is no blank.

        Each cluster is replaced by itself, and no ASCII character joins one before it. One that is
        removed at the beginning of a text shifts all offsets; at the beginning of a part it must
        not, so what may be removed is behind no cut.
        """
        cdef bytes key
        cdef size_t at
        cuts.shifts |= np.append(~cuts.kept.any(axis=0), not cuts.untouched or cuts.first_differs)
        cuts.shifts |= cuts.first_differs
        if not self.keeps_cuts:
            cuts.shifts[:] = True
            return cuts.keep_ended()
        if not cuts.untouched:
            cuts.bar_others()
        last, vanished = {}, []
        for letter in {letter for forms in cuts.before[:OTHER] for letter in forms}:
            key = letter.encode()
            at = self.charsmap.leaf(key, len(key))
            last[letter] = letter
            if at < self.charsmap.size:
                if self.charsmap.vanishes(at):
                    vanished.append(letter)
                else:
                    last[letter] = last_of(self.charsmap.value_at(at))
        cuts.bar_before([letter for letter in vanished if letter.isascii()])
        first = {letter: self.charsmap.first_characters(letter)
                 for letter in {letter for forms in cuts.behind for letter in forms}}
        removed = [letter for letter in first if "" in first[letter]]
        cuts.shifts[:OTHER] |= cuts.behind_columns(False, removed.__contains__)
        cuts.bar_behind(removed)
        cuts.bar_behind([letter for letter in first if grapheme_values[<uint32_t>ord(letter)] & 15
                         not in (GRAPHEME_OTHER, GRAPHEME_CONTROL)])
        cuts.become_before(lambda letter: last[letter])
        cuts.become_behind(lambda letter: first[letter] - {""})
        if cuts.untouched:
            cuts.charmap = self
            values = (<bytes>self.charsmap.texts[:self.charsmap.texts_size]).decode().split("\0")
            made = set(map(last_of, filter(None, values))).difference(WHITE_SPACE)
            cuts.before[OTHER] |= {char for char in made if char.isascii()}
            cuts.made |= {char for char in made if not char.isascii()}

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
                text = self.charsmap.shortest(data + first, end - first)
            if text != NULL:
                replace(&edits, first, end, text)
            else:
                i = first
                while i < end:
                    length = utf8_length(data[i])
                    text = self.charsmap.shortest(data + i, length)
                    if text != NULL:
                        replace(&edits, i, i + length, text)
                    i += length
            first = next_cluster(self, data, end, size)
        if edits.changed:
            copy_to(&edits, size)
        return edits.changed


cdef inline bint any_kind(const uint8_t* values) noexcept nogil:
    """Whether any of 64 characters is of another kind than GRAPHEME_OTHER."""
    cdef uint64_t some = 0
    cdef int k
    for k in range(0, 64, 8):
        some |= load64(values + k)
    return some & 0x0F0F0F0F0F0F0F0FULL != 0


def last_of(str text not None):
    """Return the last character of a text that is not empty."""
    return text[len(text) - 1]


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
