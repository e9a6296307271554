"""All that sentencepiece does to a text before its model sees it, as `sentencepiece` does it.

From each position on the longest key of the character map is replaced, whatever follows; so the
result is not always that of `Precompiled`, which is the rule of `tokenizers`. A user defined piece
is left as it is. Then spaces are put together, removed at both ends, and written as a mark; and one
is put before or behind the text.
"""

cimport cython
from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcmp, memset, strlen

from subword._core.hashmap cimport NOTHING, intmap_free, intmap_get, intmap_init, intmap_put
from subword._core.pipeline cimport Text, text_append, text_source_end, text_source_start
from subword.normalizers._charsmap cimport HAS_LEAF, Charsmap, children_of
from subword.normalizers.base cimport TextNormalizer, begin, reserve

from subword._core.checks import check_list

cdef extern from "text/utf8.h" nogil:
    int utf8_length(uint8_t lead)

cdef enum:
    MAX_KEYS = 32           # of keys that begin a text, so many are looked at, the shortest first
    MAX_PIECES = 64         # and so many of user defined pieces
    MARK_SIZE = 3

cdef const uint8_t* MARK = b"\xe2\x96\x81"    # U+2581


@cython.final
cdef class SentencePiece(TextNormalizer):
    """The normalizer of a SentencePiece model.

    Args:
        precompiled_charsmap: The character map; empty: no character is replaced.
        add_dummy_prefix: Put a mark before the text, if it is not empty.
        remove_extra_whitespaces: Leave one of several spaces, and none at both ends.
        escape_whitespaces: Write a space as the mark "▁".
        treat_whitespace_as_suffix: Put the mark behind the text.
        user_defined: Pieces that are left as they are.

    Raises:
        TypeError, ValueError: As for `Precompiled`; or a piece is no str.

    >>> SentencePiece().normalize_str(" a  b ")
    '▁a▁b'
    """

    def __cinit__(self, precompiled_charsmap=b"", bint add_dummy_prefix=True,
                  bint remove_extra_whitespaces=True, bint escape_whitespaces=True,
                  bint treat_whitespace_as_suffix=False, user_defined=()):
        if precompiled_charsmap != b"":
            self.charsmap = Charsmap(precompiled_charsmap)
        self.precompiled_charsmap = precompiled_charsmap
        self.add_dummy_prefix = add_dummy_prefix
        self.remove_extra_whitespaces = remove_extra_whitespaces
        self.escape_whitespaces = escape_whitespaces
        self.treat_whitespace_as_suffix = treat_whitespace_as_suffix
        self.user_defined = tuple(check_list("user_defined", user_defined))
        self.kept = frozenset(self.user_defined)
        intmap_init(&self.children, 16)
        intmap_init(&self.ends, 16)
        memset(self.begins, 0, 256)
        for piece in self.user_defined:
            if not isinstance(piece, str):
                raise TypeError(f"a user defined piece must be a str, got {type(piece).__name__}")
            if piece:
                self.add_piece(piece.encode())

    def __dealloc__(self):
        intmap_free(&self.children)
        intmap_free(&self.ends)

    cdef tuple arguments(self):
        return (self.precompiled_charsmap, self.add_dummy_prefix, self.remove_extra_whitespaces,
                self.escape_whitespaces, self.treat_whitespace_as_suffix, self.user_defined)

    def __repr__(self):
        return (f"SentencePiece({len(self.precompiled_charsmap)} bytes, {self.add_dummy_prefix}, "
                f"{self.remove_extra_whitespaces}, {self.escape_whitespaces}, "
                f"{self.treat_whitespace_as_suffix}, {len(self.user_defined)} pieces)")

    def normalize_token(self, str token not None):
        """Return the form that an added token has in normalized text: user defined pieces stay."""
        return token if token in self.kept else self.normalize_str(token)

    cdef int add_piece(self, bytes piece) except -1:
        cdef uint64_t node = 0, child
        cdef uint8_t byte
        self.begins[piece[0]] = 1
        for byte in piece:
            child = intmap_get(&self.children, node << 8 | byte)
            if child == NOTHING():
                child = self.children.used + 1
                intmap_put(&self.children, node << 8 | byte, child)
            node = child
        intmap_put(&self.ends, node, 1)
        return 0

    cdef Py_ssize_t user_match(self, const uint8_t* data, Py_ssize_t size) noexcept nogil:
        """Return the size of the longest user defined piece that begins a text, 0 if none does."""
        cdef uint64_t node = 0
        cdef Py_ssize_t i, longest = 0
        cdef int found = 0
        for i in range(size):
            node = intmap_get(&self.children, node << 8 | data[i])
            if node == NOTHING() or found == MAX_PIECES:
                break
            if intmap_get(&self.ends, node) != NOTHING():
                longest = i + 1
                found += 1
        return longest

    cdef Prefix prefix_of(self, const uint8_t* data, Py_ssize_t size) noexcept nogil:
        """Return what becomes of the first character or more of a text that is not empty."""
        cdef Prefix prefix
        cdef const uint32_t* units
        cdef size_t at
        cdef uint32_t unit
        cdef Py_ssize_t i
        cdef int found = 0
        prefix.text = data
        prefix.is_copy = True
        prefix.size = self.user_match(data, size) if self.begins[data[0]] else 0
        if prefix.size == 0:
            prefix.size = utf8_length(data[0])
            if self.charsmap is not None:
                units = self.charsmap.units
                at = children_of(units, 0)
                for i in range(size):
                    at ^= data[i]
                    unit = units[at]
                    if unit & 0x800000FFU != <uint32_t>data[i] or data[i] == 0:
                        break
                    at = children_of(units, at)
                    if unit & HAS_LEAF:
                        prefix.size = i + 1
                        prefix.text = self.charsmap.texts + (units[at] & 0x7FFFFFFF)
                        prefix.is_copy = False
                        found += 1
                        if found == MAX_KEYS:
                            break
        prefix.text_size = prefix.size if prefix.is_copy else strlen(<const char*>prefix.text)
        return prefix

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        cdef const uint8_t* data = source.data
        cdef Py_ssize_t size = source.size, i = 0
        cdef int32_t edge
        cdef Prefix prefix
        cdef bint after_space = self.remove_extra_whitespaces
        if size == 0:
            return 0
        begin(source, target)
        while i < size and self.remove_extra_whitespaces:
            prefix = self.prefix_of(data + i, size - i)
            if prefix.text_size != 1 or prefix.text[0] != 0x20:
                break
            i += prefix.size
        if i == size:
            return 1
        reserve(target, size - i + MARK_SIZE)
        if self.add_dummy_prefix and not self.treat_whitespace_as_suffix:
            edge = text_source_start(source, i) if source.aligned else 0
            self.put_space(target, edge, edge)
        while i < size:
            prefix = self.prefix_of(data + i, size - i)
            if self.write(source, i, &prefix, after_space, target):
                after_space = prefix.text[prefix.text_size - 1] == 0x20
            if not self.remove_extra_whitespaces:
                after_space = False
            i += prefix.size
        while self.remove_extra_whitespaces and self.ends_with_space(target):
            target.size -= MARK_SIZE if self.escape_whitespaces else 1
        if self.add_dummy_prefix and self.treat_whitespace_as_suffix:
            edge = 0
            if source.aligned:
                edge = (target.source_end[target.size - 1] if target.size
                        else text_source_end(source, size - 1))
            self.put_space(target, edge, edge)
        return 1

    cdef bint write(self, const Text* source, Py_ssize_t at, const Prefix* prefix,
                    bint after_space, Text* target) except -1 nogil:
        """Write what becomes of some bytes; return whether any of it is left.

        Args:
            at: Where the bytes begin.
            prefix: What becomes of them.
            after_space: Leave out the spaces that it begins with.
        """
        cdef const uint8_t* text = prefix.text
        cdef Py_ssize_t i = 0
        cdef int length
        cdef int32_t start = 0, end = 0
        while after_space and i < prefix.text_size and text[i] == 0x20:
            i += 1
        if i == prefix.text_size:
            return False
        if source.aligned:
            start = text_source_start(source, at)
            end = text_source_end(source, at + prefix.size - 1)
        while i < prefix.text_size:
            length = utf8_length(text[i])
            if source.aligned and prefix.is_copy:
                start = text_source_start(source, at + i)
                end = text_source_end(source, at + i)
            if text[i] == 0x20:
                self.put_space(target, start, end)
            else:
                reserve(target, length)
                text_append(target, text + i, length, start, end)
            i += length
        return True

    cdef int put_space(self, Text* target, int32_t start, int32_t end) except -1 nogil:
        reserve(target, MARK_SIZE)
        return text_append(target, MARK if self.escape_whitespaces else <const uint8_t*>b" ",
                           MARK_SIZE if self.escape_whitespaces else 1, start, end)

    cdef bint ends_with_space(self, const Text* target) noexcept nogil:
        if not self.escape_whitespaces:
            return target.size > 0 and target.data[target.size - 1] == 0x20
        return (target.size >= MARK_SIZE
                and memcmp(target.data + target.size - MARK_SIZE, MARK, MARK_SIZE) == 0)
