"""The trie of a character map of SentencePiece, and the texts that it leads to.

It is one of darts-clone (Yata), an array of 32-bit units that is read as it is in the file: the
children of a unit lie at `position ^ offset ^ byte`, and the child for the byte 0 says where the
value of a key begins.
"""

from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport strlen

from subword._core.unicode cimport BERT_SPACE, bert_bits
from subword.normalizers.base cimport utf8_decode

cdef enum:
    BLOCK = 256             # units in which all children of a unit lie


cdef class Charsmap:
    """The keys and values of a character map.

    Args:
        data: The map, as in a .model file.

    Raises:
        TypeError: It is not bytes.
        ValueError: It is cut short, or its trie or a value points outside.
    """

    def __cinit__(self, data):
        if not isinstance(data, bytes):
            raise TypeError(f"precompiled_charsmap must be bytes, got {type(data).__name__}")
        self.data = data
        self.read()
        self.check_trie()

    def __dealloc__(self):
        free(self.units)

    cdef int read(self) except -1:
        """Take the map apart."""
        cdef bytes data = self.data
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

    cdef bint pairs_vanish(self) except -1:
        """Whether of a key of several characters nothing may be left, or a blank at the end.

        Keys share units, so each is looked at twice: in the first character of a key and behind it.
        """
        cdef size_t found = 1, at, children, state
        cdef int byte, behind
        cdef size_t* stack = <size_t*>malloc(2 * self.size * sizeof(size_t))
        cdef uint8_t* seen = <uint8_t*>calloc(2 * self.size, 1)
        try:
            if stack == NULL or seen == NULL:
                raise MemoryError("no memory to look through the character map")
            stack[0] = 0
            while found:
                found -= 1
                at = stack[found] >> 1
                behind = stack[found] & 1
                children = children_of(self.units, at)
                if self.units[at] & HAS_LEAF and at:
                    if behind and self.vanishes(at):
                        return True
                    continue    # longer keys are never found
                for byte in range(1, 256):
                    if self.units[children ^ byte] & 0x800000FFU != <uint32_t>byte:
                        continue
                    # A byte that begins a character, but for the first of the key.
                    state = (children ^ byte) << 1 | (behind or (at and byte & 0xC0 != 0x80))
                    if not seen[state]:
                        seen[state] = 1
                        stack[found] = state
                        found += 1
            return False
        finally:
            free(stack)
            free(seen)

    cdef size_t leaf(self, const uint8_t* key, Py_ssize_t size) noexcept nogil:
        """Return the unit where the shortest key ends that begins a text; else the number of units,
        and one more if no key begins with the text either."""
        cdef size_t at = children_of(self.units, 0)
        cdef Py_ssize_t i
        for i in range(size):
            at ^= key[i]
            if self.units[at] & 0x800000FFU != <uint32_t>key[i] or key[i] == 0:
                return self.size + 1
            if self.units[at] & HAS_LEAF:
                return at
            at = children_of(self.units, at)
        return self.size

    cdef const uint8_t* shortest(self, const uint8_t* key, Py_ssize_t size) noexcept nogil:
        """Return the value of the shortest key that begins a text, NULL if none does."""
        cdef size_t at = self.leaf(key, size)
        if at >= self.size:
            return NULL
        return self.texts + (self.units[children_of(self.units, at)] & 0x7FFFFFFF)

    cdef bint vanishes(self, size_t unit) noexcept nogil:
        """Whether the value of the key that ends at a unit is empty or ends with white space."""
        cdef const uint8_t* text = (
            self.texts + (self.units[children_of(self.units, unit)] & 0x7FFFFFFF))
        cdef Py_ssize_t i = strlen(<const char*>text)
        cdef int length
        if i == 0:
            return True
        i -= 1
        while i and text[i] & 0xC0 == 0x80:
            i -= 1
        return bert_bits[utf8_decode(text + i, &length)] & BERT_SPACE != 0

    cdef set first_characters(self, str letter):
        """Return what the first character of a cluster may be that begins with a letter, "" for a
        cluster that is removed."""
        cdef bytes key = letter.encode()
        cdef size_t at, child
        cdef int byte
        cdef set found = set()
        cdef list stack
        at = self.leaf(key, len(key))
        if at > self.size:
            return {letter}
        if at < self.size:
            return {self.value_at(at)[:1]}
        found.add(letter)
        at = 0
        for byte in key:
            at = children_of(self.units, at) ^ byte
        stack = [at]
        while stack:
            at = stack.pop()
            if self.units[at] & HAS_LEAF:
                found.add(self.value_at(at)[:1])
                continue    # longer keys are never found
            for byte in range(1, 256):
                child = children_of(self.units, at) ^ byte
                if self.units[child] & 0x800000FFU == <uint32_t>byte:
                    stack.append(child)
        return found

    cdef str value_at(self, size_t unit):
        """Return the value of the key that ends at a unit."""
        return (self.texts + (self.units[children_of(self.units, unit)] & 0x7FFFFFFF)).decode()
