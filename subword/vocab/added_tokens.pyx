"""Added tokens: found in the text before any other stage sees it.

Tokens with ``normalized=False`` are searched in the original text. The text between them goes
through the normalizer, and there the tokens with ``normalized=True`` are searched, in their
normalized form. The leftmost match wins, and of those the longest.
"""

from dataclasses import dataclass

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc

from subword._core.pipeline cimport grow, reallocate
from subword._core.simd cimport simd_on
from subword._core.unicode cimport SCAN_SPACE, SCAN_WORD, scan_bits
from subword.vocab._token_trie cimport make_trie

from subword._core.limits import MAX_TOKEN_CHARS

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)

cdef extern from "text/token_filter.h" nogil:
    enum:
        FILTER_GROUPS
        FILTER_HASHED
    void filter_add(token_filter* filter, const uint8_t* token, size_t n, int group)
    uint64_t filter_bit(const token_filter* filter, const uint8_t* p)

cdef enum:
    HASHED_BITS = 64              # of the filter's second sieve, for each token
    MAX_HASHED_BITS = 1 << 20
    FREE_STEPS = 256              # of the trie, before a block is searched backwards
    STEPS_PER_BYTE = 8
    BLOCK = 1 << 14               # bytes, at least

cdef enum Flag:
    SINGLE_WORD = 1
    LSTRIP = 2
    RSTRIP = 4
    SKIPPED = 8


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

    A filter (include/text/token_filter.h) finds the places where one may begin, and a trie tells
    the longest there. If a text makes the trie read the same bytes again and again, the trie of the
    reversed tokens reads the next block of it once: the time is linear in the text, whatever the
    tokens are.

    Args:
        tokens: (content to search, id, AddedToken) of each. Of equal contents the first counts. One
            with None for its id is text like any other, in which no other token is found.
    """

    def __init__(self, tokens):
        cdef Py_ssize_t i
        if self.ids != NULL:
            raise TypeError("AddedTokenMatcher objects are immutable: make a new one")
        tokens = [(content.encode(), index, token) for content, index, token in tokens if content]
        self.count = len(tokens)
        self.contents = [content for content, _, _ in tokens]
        self.ids = <uint32_t*>malloc((self.count + 1) * sizeof(uint32_t))
        self.sizes = <int32_t*>malloc((self.count + 1) * sizeof(int32_t))
        self.flags = <uint8_t*>malloc(self.count + 1)
        if self.ids == NULL or self.sizes == NULL or self.flags == NULL:
            raise MemoryError("out of memory")
        for i, (content, index, token) in enumerate(tokens):
            self.ids[i] = 0 if index is None else index
            self.sizes[i] = <int32_t>len(content)
            self.flags[i] = (SINGLE_WORD if token.single_word else 0) | (LSTRIP if token.lstrip
                                                                         else 0) | (
                RSTRIP if token.rstrip else 0) | (SKIPPED if index is None else 0)
        starts = {content[0] for content in self.contents}
        self.only_first_byte = starts.pop() if len(starts) == 1 else -1
        self.trie = make_trie(self.contents, False)
        self.fill_filter()

    def __dealloc__(self):
        free(self.filter.hashed)
        free(self.ids)
        free(self.sizes)
        free(self.flags)

    cdef int fill_filter(self) except -1:
        """Make the filter: neighbours in alphabetical order share a group."""
        cdef list starts = sorted({content[:FILTER_HASHED] for content in self.contents})
        cdef list longer = [start for start in starts if len(start) == FILTER_HASHED]
        cdef list shorter = [start for start in starts if len(start) < FILTER_HASHED]
        cdef Py_ssize_t i, groups = FILTER_GROUPS - (1 if shorter else 0)
        cdef size_t bits = 1 << 10
        cdef uint64_t bit
        cdef bytes start
        self.filter.shift = 54
        while bits < HASHED_BITS * <size_t>len(longer) and bits < MAX_HASHED_BITS:
            bits *= 2
            self.filter.shift -= 1
        self.filter.hashed = <uint64_t*>calloc(bits // 64, sizeof(uint64_t))
        if self.filter.hashed == NULL:
            raise MemoryError("no memory for the added tokens")
        for start in shorter:
            filter_add(&self.filter, <const uint8_t*><const char*>start, len(start), <int>groups)
            self.filter.short_groups = <uint8_t>(1 << groups)
        for i, start in enumerate(longer):
            filter_add(&self.filter, <const uint8_t*><const char*>start, FILTER_HASHED,
                       <int>(i * groups // len(longer)))
            bit = filter_bit(&self.filter, <const uint8_t*><const char*>start)
            self.filter.hashed[bit >> 6] |= <uint64_t>1 << (bit & 63)
        return 0

    cdef bint may_hold(self, const uint8_t* data, Py_ssize_t size) noexcept nogil:
        """Whether data[0:size) may hold a token: True if it does, and if it takes long to know."""
        cdef Py_ssize_t pos = self.first_place(data, size, -1), steps = 0
        while pos < size:
            if (self.trie.longest_at(data, pos, size, &steps) >= 0
                    or steps > FREE_STEPS + STEPS_PER_BYTE * pos):
                return True
            pos = filter_next(&self.filter, data, size, pos + 1, simd_on)
        return False

    cdef int find(self, const uint8_t* data, int32_t size, AddedSpans* spans) except -1 nogil:
        """Split data[0:size) into added tokens and the text between them."""
        return self.find_from(data, <int32_t>self.first_place(data, size, -1), size, spans)

    cdef int find_from(self, const uint8_t* data, int32_t pos, int32_t size,
                       AddedSpans* spans) except -1 nogil:
        """Do the same; no token begins before `pos`."""
        cdef int32_t* block = NULL    # of each of data[block_start:block_end) the longest token
        try:
            return find_spans(self, data, pos, size, spans, &block)
        finally:
            free(block)

    cdef int find_in_block(self, const uint8_t* data, Py_ssize_t first, Py_ssize_t stop,
                           Py_ssize_t size, int32_t** found) except -1 nogil:
        """Put the longest token, or -1, at each of data[first:stop) into memory at found[0], which
        is allocated at first."""
        if self.backward_trie is None:
            with gil:
                if self.backward_trie is None:
                    self.backward_trie = make_trie(self.contents, True)
        found[0] = <int32_t*>reallocate(found[0], (stop - first) * sizeof(int32_t))
        return self.backward_trie.longest_at_each(data, first, stop, size, found[0])


cdef int find_spans(AddedTokenMatcher matcher, const uint8_t* data, int32_t pos, int32_t size,
                    AddedSpans* spans, int32_t** block) except -1 nogil:
    """Do what `find_from` does, which frees the block."""
    cdef int32_t done = 0, end, i, start, stop, pattern
    cdef int32_t space_start = -1, space_end = -1    # white space after a token
    cdef int32_t origin = pos, block_start = 0, block_end = 0
    cdef Py_ssize_t steps = 0
    cdef int length
    cdef uint8_t flags
    while pos < size:
        if pos < block_end:
            pattern = block[0][pos - block_start]
            if pattern < 0:
                pos += 1
                if pos == block_end:
                    steps = 0
                    origin = pos
                continue
        else:
            pos = <int32_t>filter_next(&matcher.filter, data, size, pos, simd_on)
            if pos == size:
                break
            if steps > FREE_STEPS + STEPS_PER_BYTE * (pos - origin):
                block_start = pos
                length = <int>max(<Py_ssize_t>BLOCK, 4 * matcher.trie.longest)
                block_end = pos + <int32_t>min(<Py_ssize_t>length, <Py_ssize_t>(size - pos))
                matcher.find_in_block(data, block_start, block_end, size, block)
                steps = 0
                origin = block_end
                continue
            pattern = matcher.trie.longest_at(data, pos, size, &steps)
            if pattern < 0:
                pos += 1
                continue
        start = pos
        stop = end = pos + matcher.sizes[pattern]
        pos = end    # even if the match is refused below: no shorter one is tried inside it
        flags = matcher.flags[pattern]
        if flags & SKIPPED:
            continue
        if flags & SINGLE_WORD:
            if start > 0 and scan_bits[utf8_decode(data + previous(data, start),
                                                   &length)] & SCAN_WORD:
                continue
            if stop < size and scan_bits[utf8_decode(data + stop, &length)] & SCAN_WORD:
                continue
        if flags & LSTRIP:
            i = start
            while i > done and scan_bits[utf8_decode(data + previous(data, i),
                                                     &length)] & SCAN_SPACE:
                i = previous(data, i)
            start = max(i, done)
        if flags & RSTRIP:
            if not space_start <= stop <= space_end:
                space_start = space_end = stop
                while space_end < size and scan_bits[utf8_decode(data + space_end,
                                                                 &length)] & SCAN_SPACE:
                    space_end += length
            stop = space_end
        if start >= stop:    # white space that the token before includes
            continue
        if done < start:
            push_span(spans, -1, done, start)
        push_span(spans, matcher.ids[pattern], start, stop)
        done = stop
    if done < size:
        push_span(spans, -1, done, size)
    return 0
