"""Added tokens: found in the text before any other stage sees it.

Tokens with ``normalized=False`` are searched in the original text. The text between them goes
through the normalizer, and there the tokens with ``normalized=True`` are searched, in their
normalized form. The leftmost match wins, and of those the longest.
"""

from dataclasses import dataclass

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memchr, memset

from subword._core.hashmap cimport NOTHING, intmap_free, intmap_get, intmap_init, intmap_put
from subword._core.pipeline cimport grow
from subword._core.unicode cimport SCAN_SPACE, SCAN_WORD, scan_bits

from subword._core.limits import MAX_TOKEN_CHARS

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
        single_word: Match only if no word character is next to it on either side.
        lstrip: The match includes the white space before the token.
        rstrip: The match includes the white space after the token.
        normalized: Search it in the normalized text, otherwise in the original text. The default
            is False for special tokens and True for others.
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
        if len(self.content) > MAX_TOKEN_CHARS:
            raise ValueError(
                f"an added token has at most {MAX_TOKEN_CHARS} characters, "
                f"{self.content[:20]!r}... has {len(self.content)}")
        for flag in ("single_word", "lstrip", "rstrip", "normalized", "special"):
            value = getattr(self, flag)
            if not isinstance(value, bool) and not (flag == "normalized" and value is None):
                raise TypeError(f"{flag} must be a bool, got {type(value).__name__}")
        if self.normalized is None:
            object.__setattr__(self, "normalized", not self.special)

    def __str__(self):
        return self.content


cdef int push_span(AddedSpans* spans, int64_t id, Py_ssize_t start,
                   Py_ssize_t end) except -1 nogil:
    if spans.size == spans.capacity:
        spans.data = <AddedSpan*>grow(spans.data, &spans.capacity, spans.size + 1,
                                      sizeof(AddedSpan))
    spans.data[spans.size].id = id
    spans.data[spans.size].start = <int32_t>start
    spans.data[spans.size].end = <int32_t>end
    spans.size += 1
    return 0


cdef void added_spans_free(AddedSpans* spans) noexcept nogil:
    free(spans.data)
    spans.data = NULL
    spans.size = spans.capacity = 0


cdef int32_t previous(const uint8_t* data, int32_t pos) noexcept nogil:
    """Return the start of the character before byte `pos` > 0."""
    pos -= 1
    while (data[pos] & 0xC0) == 0x80:
        pos -= 1
    return pos


cdef class AddedTokenMatcher:
    """Finds a set of tokens in a text: the leftmost, then longest matches, without overlaps.

    Args:
        tokens: (content to search, id, AddedToken) of each. Of equal contents the first counts.
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
            raise MemoryError("out of memory")
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
        self.only_first_byte = starts.pop() if len(starts) == 1 else -1
        for i in range(256):
            self.first_child[i] = <int32_t>intmap_get(&self.children, <uint64_t>i)

    def __dealloc__(self):
        intmap_free(&self.children)
        free(self.patterns)
        free(self.ids)
        free(self.flags)

    cdef int find(self, const uint8_t* data, int32_t size, AddedSpans* spans) except -1 nogil:
        """Split data[0:size) into added tokens and the text between them."""
        cdef int32_t pos = 0, done = 0, end, i, start, stop
        cdef int32_t pattern
        cdef uint64_t node
        cdef int length
        cdef uint8_t flags
        cdef const void* found
        while pos < size:
            if self.only_first_byte >= 0:
                found = memchr(data + pos, self.only_first_byte, size - pos)
                if found == NULL:
                    break
                pos = <int32_t>(<const uint8_t*>found - data)
            else:
                while pos < size and self.first_child[data[pos]] < 0:
                    pos += 1
                if pos == size:
                    break
            node = <uint64_t>self.first_child[data[pos]]
            pattern = self.patterns[node]
            end = i = pos + 1
            while i < size:
                node = intmap_get(&self.children, node << 8 | data[i])
                if node == NOTHING():
                    break
                i += 1
                if self.patterns[node] >= 0:
                    pattern = self.patterns[node]
                    end = i
            if pattern < 0:
                pos += 1
                continue
            start = pos
            stop = end
            pos = end    # even if the match is refused below: no shorter one is tried inside it
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
            if start >= stop:    # white space that the token before includes
                continue
            if done < start:
                push_span(spans, -1, done, start)
            push_span(spans, self.ids[pattern], start, stop)
            done = stop
        if done < size:
            push_span(spans, -1, done, size)
        return 0
