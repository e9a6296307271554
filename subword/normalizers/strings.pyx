"""The normalizers that edit strings: Strip, Prepend, ByteLevel and Replace."""

cimport cython
from libc.stdint cimport int32_t, uint8_t, uint32_t
from libc.string cimport memchr, memcmp

from subword._core.pipeline cimport (
    Spans, Text, spans_free, text_append, text_copy, text_source_end,
    text_source_start,
)
from subword._core.unicode cimport BERT_SPACE, SCAN_SPACE, bert_bits, scan_bits
from subword.normalizers.base cimport TextNormalizer, begin, put, reserve, utf8_decode

from subword._regex.charsets import contains, intersection, union
from subword._regex.joints import NotKnownError, characters, others
from subword._regex.patterns import Regex, compile_pattern, normal_form
from subword._regex.simplify import can_be_empty
from subword._regex.tree import Chars, Repeat
from subword.vocab.byte_alphabet import CHARS


cdef uint32_t[256] byte_to_char    # the code points of the byte alphabet
for _byte, _char in enumerate(CHARS):
    byte_to_char[_byte] = ord(_char)


@cython.final
cdef class Strip(TextNormalizer):
    """Remove whitespace at the ends.

    Args:
        left: Remove it before the text.
        right: Remove it after the text.

    >>> Strip().normalize_str("  a b ")
    'a b'
    """

    def __cinit__(self, bint left=True, bint right=True):
        self.left = left
        self.right = right

    cdef tuple arguments(self):
        return self.left, self.right

    def limit_cuts(self, cuts):
        """Keep every cut: what is stripped ends before the character in front of a cut, or behind
        it."""
        cuts.first_differs |= self.left

    def after_cut(self):
        """Return the part that strips the end."""
        return Strip(False, True) if self.right else None

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        cdef Py_ssize_t first = 0, last = source.size, i
        cdef int length
        while self.left and first < last:
            if not bert_bits[utf8_decode(source.data + first, &length)] & BERT_SPACE:
                break
            first += length
        while self.right and last > first:
            i = last - 1
            while (source.data[i] & 0xC0) == 0x80:
                i -= 1
            if not bert_bits[utf8_decode(source.data + i, &length)] & BERT_SPACE:
                break
            last = i
        if first == 0 and last == source.size:
            return 0
        begin(source, target)
        text_copy(source, first, last, target)
        return 1


@cython.final
cdef class Prepend(TextNormalizer):
    """Put a string before every text that is not empty; its span is that of the first character.

    Args:
        prepend: The string.

    >>> Prepend("▁").normalize_str("hi")
    '▁hi'
    """

    def __cinit__(self, str prepend not None):
        self.prepend = prepend
        self.owner = prepend.encode()
        self.data = <const uint8_t*><const char*>self.owner
        self.size = len(self.owner)

    cdef tuple arguments(self):
        return (self.prepend,)

    def limit_cuts(self, cuts):
        """Keep every cut: only the beginning of the text changes."""
        cuts.first_differs = True

    def after_cut(self):
        """Return None: nothing is put before a text that begins at a cut."""
        return None

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        cdef int length
        cdef uint32_t first
        if source.size == 0 or (self.size == 0 and not source.aligned):
            return 0
        begin(source, target)
        reserve(target, source.size + self.size)
        if self.size:
            text_append(target, self.data, self.size, text_source_start(source, 0),
                        text_source_end(source, 0))
            text_copy(source, 0, source.size, target)
        else:  # a quirk of the reference: the first character then stands for nothing
            first = utf8_decode(source.data, &length)
            put(target, first, <int32_t>source.source_offset, <int32_t>source.source_offset)
            text_copy(source, length, source.size, target)
        return 1


@cython.final
cdef class ByteLevel(TextNormalizer):
    """Write each byte of the text's UTF-8 as its character of the byte alphabet, as GPT-2 does.

    >>> ByteLevel().normalize_str("é a")
    'Ã©Ġa'
    """

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        cdef Py_ssize_t i = 0
        cdef int32_t start = 0, end = 0
        while i < source.size and 33 <= source.data[i] <= 126:
            i += 1
        if i == source.size:
            return 0
        begin(source, target)
        reserve(target, 2 * source.size)
        text_copy(source, 0, i, target)
        while i < source.size:
            if target.aligned:
                start = text_source_start(source, i)
                end = text_source_end(source, i)
            put(target, byte_to_char[source.data[i]], start, end)
            i += 1
        return 1


cdef inline bint is_space(const uint8_t* data, int* length) noexcept nogil:
    return scan_bits[utf8_decode(data, length)] & SCAN_SPACE


@cython.final
cdef class Replace(TextNormalizer):
    r"""Replace every match of a pattern by a string, taken literally.

    The span of the string is that of the last character of the match.

    Args:
        pattern: A string to look for, or a Regex.
        content: The string.

    Raises:
        ValueError: The Regex is wrong, or holds something that is not supported.

    >>> Replace(" ", "▁").normalize_str("a b")
    'a▁b'
    """

    def __cinit__(self, pattern, str content not None):
        self.run = -1
        if isinstance(pattern, Regex):
            self.blanks = pattern.pattern == r"\s+"
            self.run, self.run_least = (-1, 0) if self.blanks else run_of(pattern.pattern)
            if not self.blanks and self.run < 0:
                self.compiled = compile_pattern(pattern.pattern)
        elif isinstance(pattern, str):
            self.wanted = pattern.encode()
            self.wanted_data = <const uint8_t*><const char*>self.wanted
            self.wanted_size = len(self.wanted)
        else:
            raise TypeError(f"pattern must be a str or a Regex, got {type(pattern).__name__}")
        self.pattern = pattern
        self.content = content
        self.owner = content.encode()
        self.data = <const uint8_t*><const char*>self.owner
        self.size = len(self.owner)

    cdef tuple arguments(self):
        return self.pattern, self.content

    def limit_cuts(self, cuts):
        """Keep the cuts behind characters that no match holds.

        Behind these a match only begins at the cut, so what is there may be the content's first
        character.
        """
        regex = isinstance(self.pattern, Regex)
        try:
            held = characters(normal_form(self.pattern.pattern)) if regex else union(
                [(ord(letter), ord(letter)) for letter in self.pattern])
        except NotKnownError:
            held = []
        if not held:    # perhaps a match of nothing, which depends on what is around it
            return cuts.keep_ended()
        if regex and can_be_empty(normal_form(self.pattern.pattern)):
            return cuts.keep_ended()
        chars = {letter for form in (*cuts.behind, *cuts.before) for letter in form
                 if contains(held, ord(letter))}
        if regex and intersection(list(others()), held):
            cuts.bar_others()
        elif not regex:
            chars.update(self.pattern)
        always = set() if regex and not self.blanks else {self.pattern} if not regex else chars
        cuts.bar_before(chars)
        if not self.content:
            return cuts.bar_behind(chars)
        cuts.become_behind(
            lambda letter: {self.content[0]} if letter in always else
            {letter, self.content[0]} if letter in chars else {letter})

    cdef int find(self, const Text* source, Py_ssize_t* first, Py_ssize_t* last) noexcept nogil:
        """Find the next match at or after byte `first`; return 0 when there is none."""
        cdef const uint8_t* wanted
        cdef const uint8_t* match
        cdef Py_ssize_t i = first[0], size
        cdef int length = 1
        if self.blanks:
            while i < source.size and not is_space(source.data + i, &length):
                i += length
            first[0] = i
            while i < source.size and is_space(source.data + i, &length):
                i += length
            last[0] = i
            return first[0] < i
        if self.run >= 0:
            while i < source.size:
                match = <const uint8_t*>memchr(source.data + i, self.run, source.size - i)
                if match == NULL:
                    return 0
                first[0] = i = match - source.data
                while i < source.size and source.data[i] == self.run:
                    i += 1
                last[0] = i
                if i - first[0] >= self.run_least:
                    return 1
            return 0
        wanted = self.wanted_data
        size = self.wanted_size
        if size == 0:  # matches before each character and at the end
            last[0] = i
            return 1
        while i + size <= source.size:
            match = <const uint8_t*>memchr(source.data + i, wanted[0], source.size - size + 1 - i)
            if match == NULL:
                return 0
            i = match - source.data
            if memcmp(match, wanted, size) == 0:
                first[0] = i
                last[0] = i + size
                return 1
            i += 1
        return 0

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        cdef Py_ssize_t done = 0, first = 0, last = 0
        cdef bint changed = False
        cdef int length
        if source.size == 0:    # where not even an empty match counts
            return 0
        begin(source, target)
        if self.compiled is not None:
            return apply_regex(self, source, target)
        while self.find(source, &first, &last):
            if not changed:
                reserve(target, source.size)
            changed = True
            text_copy(source, done, first, target)
            append_content(self, source, last, target)
            done = last
            if first == last:  # an empty match: the next one is after the next character
                if last == source.size:
                    break
                utf8_decode(source.data + last, &length)
                last += length
            first = last
        if changed:
            text_copy(source, done, source.size, target)
        return changed


cdef tuple run_of(str pattern):
    """Return (character, least) of a pattern that matches all of a run of an ASCII character, if it
    has so many; else (-1, 0)."""
    try:
        tree = normal_form(pattern)
    except ValueError:    # which compiling explains
        return -1, 0
    match = getattr(tree, "node", None)
    if isinstance(tree, Repeat) and isinstance(match, Chars) and len(match.chars) == 1:
        first, last = match.chars[0]
        if (first == last < 128 and tree.least and tree.most is None
                and tree.kind in ("greedy", "possessive")):
            return first, tree.least
    return -1, 0


cdef int apply_regex(Replace self, const Text* source, Text* target) except -1 nogil:
    """Replace the matches of a compiled pattern."""
    cdef Spans matches
    cdef Py_ssize_t i, done = 0
    matches.data = NULL
    matches.size = matches.capacity = 0
    try:
        self.compiled.find_all(source.data, 0, <int32_t>source.size, &matches)
        for i in range(matches.size):
            text_copy(source, done, matches.data[i].start, target)
            append_content(self, source, matches.data[i].end, target)
            done = matches.data[i].end
        if matches.size:
            text_copy(source, done, source.size, target)
        return matches.size > 0
    finally:
        spans_free(&matches)


cdef int append_content(Replace self, const Text* source, Py_ssize_t last,
                        Text* target) except -1 nogil:
    """Append the content for a match that ends at byte `last`."""
    cdef int32_t start = <int32_t>source.source_offset, end = <int32_t>source.source_offset
    if target.aligned and last:
        start = text_source_start(source, last - 1)
        end = text_source_end(source, last - 1)
    text_append(target, self.data, self.size, start, end)
    return 0
