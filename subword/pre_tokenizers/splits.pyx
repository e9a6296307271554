"""The pre-tokenizers that split at a pattern, a class of characters, a script or a length.

Each splits every span on its own, so the look-ahead of a pattern never sees beyond the span. The
published split patterns have scanners (include/scan/scan.h); any other pattern is compiled
(_regex/patterns.py). Names and behaviour follow Hugging Face's
`tokenizers`.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t
from libc.string cimport memcmp

from subword._core.pipeline cimport PreTokenizer, Span, Spans, Text, spans_free, spans_push
from subword._core.unicode cimport BERT_NUMERIC, BERT_PUNCT, bert_bits, joined_scripts
from subword._regex.matcher cimport Matcher
from subword.pre_tokenizers._scan cimport scan_all

from subword._regex.joints import limit_to_matches
from subword._regex.patterns import Regex, compile_cutter, compile_pattern, normal_form
from subword._regex.scanners import scanner_of
from subword._regex.split_patterns import BEHAVIORS, checked_behavior
from subword._regex.tree import Chars, concat

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)
    int utf8_length(uint8_t lead)


cdef int apply_behavior(const Spans* segments, Behavior behavior, bint invert,
                        Spans* after) except -1 nogil:
    """Turn segments, each a match or the text between two matches, into words.

    A segment (start, end) with a negative end is a match; -end - 1 is where it ends. Empty ones
    separate their neighbours, and are no words.
    """
    cdef Py_ssize_t i, first = after.size, kept = after.size
    cdef int32_t start, end
    cdef bint is_match, merges, previous = False
    cdef Span swap
    for i in range(segments.size):
        if behavior == MERGED_WITH_NEXT:    # MERGED_WITH_PREVIOUS, read from the right
            start = segments.data[segments.size - 1 - i].start
            end = segments.data[segments.size - 1 - i].end
        else:
            start, end = segments.data[i].start, segments.data[i].end
        is_match = end < 0
        if is_match:
            end = -end - 1
        is_match = is_match != invert
        if behavior == REMOVED:
            if not is_match and end > start:
                spans_push(after, start, end)
        elif behavior == ISOLATED:
            if end > start:
                spans_push(after, start, end)
        else:
            merges = is_match == previous if behavior == CONTIGUOUS else is_match and not previous
            if after.size > first and merges:
                if behavior == MERGED_WITH_NEXT:
                    after.data[after.size - 1].start = start
                else:
                    after.data[after.size - 1].end = end
            elif end > start or behavior != CONTIGUOUS:
                spans_push(after, start, end)
            previous = is_match
    if behavior == MERGED_WITH_PREVIOUS or behavior == MERGED_WITH_NEXT:
        for i in range(first, after.size):
            if after.data[i].end > after.data[i].start:
                after.data[kept] = after.data[i]
                kept += 1
        after.size = kept
    if behavior == MERGED_WITH_NEXT:
        for i in range((after.size - first) // 2):
            swap = after.data[first + i]
            after.data[first + i] = after.data[after.size - 1 - i]
            after.data[after.size - 1 - i] = swap
    return 0


cdef class CharClassSplit(PreTokenizer):
    """Base of Punctuation, Digits and CharDelimiterSplit: splits at a class of characters."""

    def limit_cuts(self, cuts):
        """Keep every cut: it decides by one character at a time."""
        cuts.split_class(self.holds, BEHAVIORS[self.delimiter_behavior])

    def holds(self, letter):
        """Return whether a character is in the class."""
        return ord(letter) == self.code or bert_bits[<uint32_t>ord(letter)] & self.mask != 0

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Spans segments
        cdef Py_ssize_t i
        cdef int32_t pos, start, end
        cdef uint32_t code
        cdef int length
        segments.data = NULL
        segments.size = segments.capacity = 0
        try:
            for i in range(before.size):
                pos = start = before.data[i].start
                end = before.data[i].end
                segments.size = 0
                while pos < end:
                    code = utf8_decode(source.data + pos, &length)
                    if code == self.code or bert_bits[code] & self.mask:
                        if pos > start:
                            spans_push(&segments, start, pos)
                        start = pos + length
                        spans_push(&segments, pos, -start - 1)
                    pos += length
                if pos > start:
                    spans_push(&segments, start, pos)
                apply_behavior(&segments, self.delimiter_behavior, False, after)
        finally:
            spans_free(&segments)
        return 0


cdef class Punctuation(CharClassSplit):
    """Splits at punctuation.

    Args:
        behavior: What becomes of the punctuation: "isolated", "removed", "merged_with_previous",
            "merged_with_next" or "contiguous".
    """

    cdef readonly str behavior

    def __init__(self, behavior="isolated"):
        self.behavior = checked_behavior(behavior)
        self.delimiter_behavior = BEHAVIORS.index(self.behavior)
        self.mask = BERT_PUNCT
        self.code = 0xFFFFFFFF

    def __reduce__(self):
        return Punctuation, (self.behavior,)


cdef class Digits(CharClassSplit):
    """Splits numbers from the rest; with `individual_digits`, each digit from its neighbours."""

    cdef readonly bint individual_digits

    def __init__(self, individual_digits=False):
        self.individual_digits = individual_digits
        self.delimiter_behavior = ISOLATED if individual_digits else CONTIGUOUS
        self.mask = BERT_NUMERIC
        self.code = 0xFFFFFFFF

    def __reduce__(self):
        return Digits, (self.individual_digits,)


cdef class CharDelimiterSplit(CharClassSplit):
    """Splits at one character, which is removed."""

    cdef readonly str delimiter

    def __init__(self, delimiter):
        if len(delimiter) != 1:
            raise ValueError(f"delimiter must be one character, got {delimiter!r}")
        self.delimiter = delimiter
        self.delimiter_behavior = REMOVED
        self.mask = 0
        self.code = ord(delimiter)

    def __reduce__(self):
        return CharDelimiterSplit, (self.delimiter,)


cdef class Split(PreTokenizer):
    """Splits at the matches of a pattern.

    Args:
        pattern: A literal string, or a `Regex`.
        behavior: What becomes of the matches (with `invert`, of the text between them):
            "removed", "isolated", "merged_with_previous", "merged_with_next" or "contiguous".
        invert: Exchange matches and the text between them.
    """

    def __init__(self, pattern, behavior, invert=False):
        self.behavior = checked_behavior(behavior)
        self.delimiter_behavior = BEHAVIORS.index(self.behavior)
        self.invert = invert
        if isinstance(pattern, Regex):
            self.regex = pattern.pattern
            self.pattern = scanner_of(self.regex, self.behavior, self.invert)
            if self.pattern < 0:
                self.cutter = compile_cutter(self.regex, self.behavior, self.invert)
                if self.cutter is None:
                    self.compiled = compile_pattern(self.regex)
        elif isinstance(pattern, str):
            self.literal = pattern
            self.needle = pattern.encode()
            self.needle_data = self.needle
            self.needle_size = <int32_t>len(self.needle)
        else:
            raise TypeError(f"pattern must be a str or a Regex, got {type(pattern).__name__}")

    def limit_cuts(self, cuts):
        """Keep the cuts that no match reaches over."""
        if self.regex is not None:
            tree = normal_form(self.regex)
        else:
            tree = concat(*[Chars(((ord(letter), ord(letter)),)) for letter in self.literal])
        limit_to_matches(cuts, tree, self.behavior, self.invert)

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Spans segments, matches
        cdef Py_ssize_t i
        if self.pattern >= 0:
            for i in range(before.size):
                scan_all(self.pattern, source.data, before.data[i].start, before.data[i].end, after)
            return 0
        if self.cutter is not None:
            for i in range(before.size):
                self.cutter.cut_all(source.data, before.data[i].start, before.data[i].end, after)
            return 0
        segments.data = matches.data = NULL
        segments.size = segments.capacity = matches.size = matches.capacity = 0
        try:
            for i in range(before.size):
                segments.size = 0
                if self.needle_data != NULL:
                    self.find_literal(source.data, before.data[i].start, before.data[i].end,
                                      &segments)
                else:
                    find_regex(self.compiled, source.data, before.data[i].start,
                               before.data[i].end, &matches, &segments)
                apply_behavior(&segments, self.delimiter_behavior, self.invert, after)
        finally:
            spans_free(&segments)
            spans_free(&matches)
        return 0

    cdef int find_literal(self, const uint8_t* data, int32_t start, int32_t end,
                          Spans* segments) except -1 nogil:
        cdef const uint8_t* needle = self.needle_data
        cdef int32_t size = self.needle_size, pos = start
        while pos + size <= end:
            if memcmp(data + pos, needle, size) == 0:
                if pos > start:
                    spans_push(segments, start, pos)
                spans_push(segments, pos, -(pos + size) - 1)
                start = pos + size
                if size:
                    pos = start
                elif pos < end:    # an empty string is found before each character, and at the end
                    pos += utf8_length(data[pos])
                else:
                    break
            else:
                pos += 1
        if end > start:
            spans_push(segments, start, end)
        return 0

    def __reduce__(self):
        return Split, (self.literal if self.regex is None else Regex(self.regex), self.behavior,
                       self.invert)


cdef int find_regex(Matcher compiled, const uint8_t* data, int32_t start, int32_t end,
                    Spans* matches, Spans* segments) except -1 nogil:
    """Append the matches in data[start:end), and the text between them, as segments."""
    cdef Py_ssize_t i
    cdef Span match
    matches.size = 0
    compiled.find_all(data, start, end, matches)
    for i in range(matches.size):
        match = matches.data[i]
        if match.start > start:
            spans_push(segments, start, match.start)
        start = match.end
        spans_push(segments, match.start, -start - 1)
    if end > start:
        spans_push(segments, start, end)
    return 0


cdef class UnicodeScripts(PreTokenizer):
    """Splits where the script changes; kana count as Chinese characters, and a space has the script
    of the character before it.

    The text before the first character with a script is removed, as in the reference.
    """

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Py_ssize_t i
        cdef int32_t pos, start
        cdef uint8_t script, last
        cdef int length
        for i in range(before.size):
            pos = before.data[i].start
            start = -1
            last = 0
            while pos < before.data[i].end:
                script = joined_scripts[utf8_decode(source.data + pos, &length)]
                if script and script != last:
                    if start >= 0:
                        spans_push(after, start, pos)
                    start = pos
                    last = script
                pos += length
            if start >= 0:
                spans_push(after, start, pos)
        return 0

    def __reduce__(self):
        return UnicodeScripts, ()


cdef class FixedLength(PreTokenizer):
    """Splits after every `length` characters."""

    def __init__(self, length=5):
        if length < 1:
            raise ValueError(f"length must be at least 1, got {length}")
        self.length = length

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Py_ssize_t i, count
        cdef int32_t pos, start
        for i in range(before.size):
            pos = start = before.data[i].start
            count = 0
            while pos < before.data[i].end:
                pos += utf8_length(source.data[pos])
                count += 1
                if count == self.length or pos >= before.data[i].end:
                    spans_push(after, start, pos)
                    start = pos
                    count = 0
        return 0

    def __reduce__(self):
        return FixedLength, (self.length,)
