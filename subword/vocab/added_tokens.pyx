"""Added tokens: cut out of the text before any other stage sees it.

A token with ``normalized=False`` is looked for in the text as it came; what lies between goes
through the normalizer, and there the tokens with ``normalized=True`` are looked for, in normalized
form. Leftmost, then longest, match wins.
"""

from dataclasses import dataclass

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memchr, memset

from subword._core.hashmap cimport NOTHING, intmap_free, intmap_get, intmap_init, intmap_put
from subword._core.pipeline cimport out_of_memory
from subword._core.unicode cimport SCAN_SPACE, SCAN_WORD, scan_bits

from subword._core.limits import LONGEST_TOKEN

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)

cdef enum Flag:
    SINGLE_WORD = 1
    LSTRIP = 2
    RSTRIP = 4


@dataclass(frozen=True)
class AddedToken:
    """A token that is found in the text whole, before the model sees it.

    Attributes:
        content: The text of the token.
        single_word: Only match where no word character stands on either side.
        lstrip: Take the white space before the token with it.
        rstrip: Take the white space behind the token with it.
        normalized: Look for it in the normalized text, else in the text as it came. Default: not
            for special tokens.
        special: Left out by ``decode(skip_special_tokens=True)``.

    >>> AddedToken("<mask>", lstrip=True, special=True).normalized
    False
    """

    content: str
    single_word: bool = False
    lstrip: bool = False
    rstrip: bool = False
    normalized: bool | None = None
    special: bool = False

    def __post_init__(self):
        """Fill in the default of `normalized`."""
        if not isinstance(self.content, str):
            raise TypeError(f"content must be a str, got {type(self.content).__name__}")
        if len(self.content) > LONGEST_TOKEN:
            raise ValueError(
                f"an added token has at most {LONGEST_TOKEN} characters, "
                f"{self.content[:20]!r}... has {len(self.content)}")
        if self.normalized is None:
            object.__setattr__(self, "normalized", not self.special)

    def __str__(self):
        return self.content


cdef int push_piece(Pieces* pieces, int64_t id, Py_ssize_t start, Py_ssize_t end) except -1 nogil:
    cdef Py_ssize_t wanted
    cdef void* p
    if pieces.size == pieces.capacity:
        wanted = max(16, 2 * pieces.capacity)
        p = realloc(pieces.data, wanted * sizeof(Piece))
        if p == NULL:
            return out_of_memory()
        pieces.data = <Piece*>p
        pieces.capacity = wanted
    pieces.data[pieces.size].id = id
    pieces.data[pieces.size].start = <int32_t>start
    pieces.data[pieces.size].end = <int32_t>end
    pieces.size += 1
    return 0


cdef void pieces_free(Pieces* pieces) noexcept nogil:
    free(pieces.data)
    pieces.data = NULL
    pieces.size = pieces.capacity = 0


cdef int32_t previous(const uint8_t* data, int32_t at) noexcept nogil:
    """Start of the character before byte `at` > 0."""
    at -= 1
    while (data[at] & 0xC0) == 0x80:
        at -= 1
    return at


cdef class Matcher:
    """Finds a set of tokens in a text: leftmost-longest, without overlaps.

    Args:
        tokens: (content to look for, id, AddedToken) of each; of equal contents the first counts.
    """

    def __cinit__(self):
        self.children.entries = NULL
        self.patterns = NULL
        self.ids = NULL
        self.flags = NULL

    def __init__(self, tokens):
        cdef Py_ssize_t total, nodes = 1, i
        cdef uint64_t node, child
        cdef uint8_t byte
        tokens = [(content.encode(), index, token) for content, index, token in tokens if content]
        self.count = len(tokens)
        self.contents = [content for content, _, _ in tokens]
        total = sum([len(content) for content in self.contents])
        self.patterns = <int32_t*>malloc((total + 1) * sizeof(int32_t))
        self.ids = <uint32_t*>malloc((self.count + 1) * sizeof(uint32_t))
        self.flags = <uint8_t*>malloc(self.count + 1)
        if self.patterns == NULL or self.ids == NULL or self.flags == NULL:
            raise MemoryError("no room for the added tokens")
        memset(self.patterns, 0xFF, (total + 1) * sizeof(int32_t))
        intmap_init(&self.children, total)
        for i, (content, index, token) in enumerate(tokens):
            self.ids[i] = index
            self.flags[i] = (SINGLE_WORD if token.single_word else 0) | (LSTRIP if token.lstrip
                                                                         else 0) | (
                RSTRIP if token.rstrip else 0)
            node = 0
            for byte in <bytes>content:
                child = intmap_get(&self.children, node << 8 | byte)
                if child == NOTHING():
                    child = nodes
                    intmap_put(&self.children, node << 8 | byte, child)
                    nodes += 1
                node = child
            if self.patterns[node] < 0:
                self.patterns[node] = <int32_t>i
        starts = {content[0] for content in self.contents}
        self.single_first = starts.pop() if len(starts) == 1 else -1
        for i in range(256):
            self.first[i] = <int32_t>intmap_get(&self.children, <uint64_t>i)

    def __dealloc__(self):
        intmap_free(&self.children)
        free(self.patterns)
        free(self.ids)
        free(self.flags)

    cdef int find(self, const uint8_t* data, int32_t size, Pieces* pieces) except -1 nogil:
        """Cut data[0:size) into added tokens and what lies between them."""
        cdef int32_t at = 0, done = 0, end, i, start, stop
        cdef int32_t pattern
        cdef uint64_t node
        cdef int length
        cdef uint8_t flags
        cdef const void* found
        while at < size:
            if self.single_first >= 0:
                found = memchr(data + at, self.single_first, size - at)
                if found == NULL:
                    break
                at = <int32_t>(<const uint8_t*>found - data)
            else:
                while at < size and self.first[data[at]] < 0:
                    at += 1
                if at == size:
                    break
            node = <uint64_t>self.first[data[at]]
            pattern = self.patterns[node]
            end = i = at + 1
            while i < size:
                node = intmap_get(&self.children, node << 8 | data[i])
                if node == NOTHING():
                    break
                i += 1
                if self.patterns[node] >= 0:
                    pattern = self.patterns[node]
                    end = i
            if pattern < 0:
                at += 1
                continue
            start = at
            stop = end
            at = end    # a match that is refused keeps its place: no shorter one is tried inside it
            flags = self.flags[pattern]
            if flags & SINGLE_WORD:
                if start > 0 and scan_bits[utf8_decode(data + previous(data, start),
                                                       &length)] & SCAN_WORD:
                    continue
                if stop < size and scan_bits[utf8_decode(data + stop, &length)] & SCAN_WORD:
                    continue
            if flags & LSTRIP:
                i = start
                while i > 0 and scan_bits[utf8_decode(data + previous(data, i),
                                                      &length)] & SCAN_SPACE:
                    i = previous(data, i)
                start = max(i, done)
            if flags & RSTRIP:
                while stop < size and scan_bits[utf8_decode(data + stop, &length)] & SCAN_SPACE:
                    stop += length
            if start >= stop:    # white space that the token before has taken
                continue
            if done < start:
                push_piece(pieces, -1, done, start)
            push_piece(pieces, self.ids[pattern], start, stop)
            done = stop
        if done < size:
            push_piece(pieces, -1, done, size)
        return 0
