"""Pre-tokenizers that only cut: spans of text in, smaller spans out.

Each cuts every span it is given, alone, so a pattern's look-ahead never sees beyond the piece it
works on. Published split patterns have scanners (include/scan/scan.h); any other runs through
`regex` with the frozen Unicode classes (patterns.py). Names and behaviour follow Hugging Face `tokenizers`.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t
from libc.string cimport memcmp

from subword._core.pipeline cimport PreTokenizer, Span, Spans, Text, spans_free, spans_push
from subword._core.simd cimport simd_on
from subword._core.unicode cimport (
    BERT_NUMERIC, BERT_PUNCT, BERT_SPACE, bert_bits, joined_scripts, scan_bits,
)

from subword._regex.patterns import Regex, compile_pattern, find_spans
from subword._regex.split_patterns import BEHAVIORS, SCANNERS, checked_behavior

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)
    int utf8_length(uint8_t lead)

cdef extern from "scan/scan.h" nogil:
    ctypedef struct byte_safe_splits
    enum:
        SCAN_WHITESPACE, SCAN_WHITESPACE_SPLIT, SCAN_BERT
    int scan(int pattern, const uint8_t* p, Py_ssize_t n, Py_ssize_t* pos, const uint8_t* bits,
             const byte_safe_splits* splits, int32_t* out, int room, int simd)

cdef int scan_all(int pattern, const uint8_t* data, int32_t start, int32_t end,
                  Spans* after) except -1 nogil:
    """Cut data[start:end) by a known pattern."""
    cdef int32_t[512] found
    cdef Py_ssize_t at = 0
    cdef int count, i
    while at < end - start:
        count = scan(pattern, data + start, end - start, &at,
                     bert_bits if pattern == SCAN_BERT else scan_bits, NULL, found, 256, simd_on)
        for i in range(count):
            spans_push(after, start + found[2 * i], start + found[2 * i + 1])
    return 0


cdef int add_pieces(const Spans* pieces, Behavior kind, bint invert, Spans* after) except -1 nogil:
    """Turn pieces that alternate freely between match and no match into words.

    A piece (start, end) is a match if its end is negative, where it stands as -end - 1.
    """
    cdef Py_ssize_t i, first = after.size
    cdef int32_t start, end
    cdef bint match, joins, previous = False
    cdef Span swap
    for i in range(pieces.size):
        if kind == MERGED_WITH_NEXT:    # the same rule as MERGED_WITH_PREVIOUS, read from the right
            start = pieces.data[pieces.size - 1 - i].start
            end = pieces.data[pieces.size - 1 - i].end
        else:
            start, end = pieces.data[i].start, pieces.data[i].end
        match = end < 0
        if match:
            end = -end - 1
        match = match != invert
        if kind == REMOVED:
            if not match and end > start:
                spans_push(after, start, end)
        elif kind == ISOLATED:
            if end > start:
                spans_push(after, start, end)
        else:
            joins = match == previous if kind == CONTIGUOUS else match and not previous
            if after.size > first and joins:
                if kind == MERGED_WITH_NEXT:
                    after.data[after.size - 1].start = start
                else:
                    after.data[after.size - 1].end = end
            elif end > start or kind != CONTIGUOUS:
                spans_push(after, start, end)
            previous = match
    if kind == MERGED_WITH_NEXT:
        for i in range((after.size - first) // 2):
            swap = after.data[first + i]
            after.data[first + i] = after.data[after.size - 1 - i]
            after.data[after.size - 1 - i] = swap
    return 0


cdef class CharacterSplit(PreTokenizer):
    """Splits at single characters: the base of Punctuation, Digits, CharDelimiterSplit."""

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Spans pieces
        cdef Py_ssize_t i
        cdef int32_t at, start, end
        cdef uint32_t code
        cdef int length
        pieces.data = NULL
        pieces.size = pieces.capacity = 0
        try:
            for i in range(before.size):
                at = start = before.data[i].start
                end = before.data[i].end
                pieces.size = 0
                while at < end:
                    code = utf8_decode(source.data + at, &length)
                    if code == self.code or bert_bits[code] & self.mask:
                        if at > start:
                            spans_push(&pieces, start, at)
                        start = at + length
                        spans_push(&pieces, at, -start - 1)
                    at += length
                if at > start:
                    spans_push(&pieces, start, at)
                add_pieces(&pieces, self.kind, False, after)
        finally:
            spans_free(&pieces)
        return 0


cdef class Punctuation(CharacterSplit):
    """Cuts at punctuation.

    Args:
        behavior: What becomes of the marks: "isolated", "removed", "merged_with_previous",
            "merged_with_next" or "contiguous".
    """

    cdef readonly str behavior

    def __init__(self, behavior="isolated"):
        self.behavior = checked_behavior(behavior)
        self.kind = BEHAVIORS.index(self.behavior)
        self.mask = BERT_PUNCT
        self.code = 0xFFFFFFFF

    def __reduce__(self):
        return Punctuation, (self.behavior,)


cdef class Digits(CharacterSplit):
    """Cuts numbers from the rest; with `individual_digits`, each digit from its neighbours."""

    cdef readonly bint individual_digits

    def __init__(self, individual_digits=False):
        self.individual_digits = individual_digits
        self.kind = ISOLATED if individual_digits else CONTIGUOUS
        self.mask = BERT_NUMERIC
        self.code = 0xFFFFFFFF

    def __reduce__(self):
        return Digits, (self.individual_digits,)


cdef class CharDelimiterSplit(CharacterSplit):
    """Cuts at one character, which is dropped."""

    cdef readonly str delimiter

    def __init__(self, delimiter):
        if len(delimiter) != 1:
            raise ValueError(f"delimiter must be one character, got {delimiter!r}")
        self.delimiter = delimiter
        self.kind = REMOVED
        self.mask = 0
        self.code = ord(delimiter)

    def __reduce__(self):
        return CharDelimiterSplit, (self.delimiter,)


cdef class BertPreTokenizer(PreTokenizer):
    """Drops white space, then sets every punctuation mark apart."""

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Py_ssize_t i
        cdef int32_t at, start, end
        cdef uint8_t bits
        cdef int length
        for i in range(before.size):
            at = start = before.data[i].start
            end = before.data[i].end
            while at < end:
                bits = bert_bits[utf8_decode(source.data + at, &length)]
                if bits & (BERT_SPACE | BERT_PUNCT):
                    if at > start:
                        spans_push(after, start, at)
                    if not bits & BERT_SPACE:
                        spans_push(after, at, at + length)
                    start = at + length
                at += length
            if at > start:
                spans_push(after, start, at)
        return 0

    def __reduce__(self):
        return BertPreTokenizer, ()


cdef class ScannedPreTokenizer(PreTokenizer):
    """A pre-tokenizer that is one scanner and nothing else."""

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Py_ssize_t i
        for i in range(before.size):
            scan_all(self.pattern, source.data, before.data[i].start, before.data[i].end, after)
        return 0


cdef class Whitespace(ScannedPreTokenizer):
    r"""Words and runs of other signs between white space: ``\w+|[^\w\s]+``."""

    def __cinit__(self):
        self.pattern = SCAN_WHITESPACE

    def __reduce__(self):
        return Whitespace, ()


cdef class WhitespaceSplit(ScannedPreTokenizer):
    """Whatever stands between white space."""

    def __cinit__(self):
        self.pattern = SCAN_WHITESPACE_SPLIT

    def __reduce__(self):
        return WhitespaceSplit, ()


cdef class Split(PreTokenizer):
    """Cuts at the matches of a pattern.

    Args:
        pattern: A literal string, or a `Regex`.
        behavior: What becomes of the matches (or, with `invert`, of what lies between them):
            "removed", "isolated", "merged_with_previous", "merged_with_next" or "contiguous".
        invert: Exchange matches and the text between them.
    """

    def __init__(self, pattern, behavior, invert=False):
        self.behavior = checked_behavior(behavior)
        self.kind = BEHAVIORS.index(self.behavior)
        self.invert = invert
        if isinstance(pattern, Regex):
            self.regex = pattern.pattern
            self.pattern = SCANNERS.get((self.regex, self.behavior, self.invert), -1)
            if self.pattern < 0:
                self.compiled = compile_pattern(self.regex)
        elif isinstance(pattern, str):
            self.literal = pattern
            self.needle = pattern.encode()
            self.needle_data = self.needle
            self.needle_size = <int32_t>len(self.needle)
        else:
            raise TypeError(f"pattern must be a str or a Regex, got {type(pattern).__name__}")

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Spans pieces
        cdef Py_ssize_t i
        if self.pattern >= 0:
            for i in range(before.size):
                scan_all(self.pattern, source.data, before.data[i].start, before.data[i].end, after)
            return 0
        pieces.data = NULL
        pieces.size = pieces.capacity = 0
        try:
            for i in range(before.size):
                pieces.size = 0
                if self.needle_data != NULL:
                    self.find_literal(source.data, before.data[i].start, before.data[i].end,
                                      &pieces)
                else:
                    with gil:
                        self.find_regex(source.data, before.data[i].start, before.data[i].end,
                                        &pieces)
                add_pieces(&pieces, self.kind, self.invert, after)
        finally:
            spans_free(&pieces)
        return 0

    cdef int find_literal(self, const uint8_t* data, int32_t start, int32_t end,
                          Spans* pieces) except -1 nogil:
        cdef const uint8_t* needle = self.needle_data
        cdef int32_t size = self.needle_size, at = start
        while size and at + size <= end:
            if memcmp(data + at, needle, size) == 0:
                if at > start:
                    spans_push(pieces, start, at)
                spans_push(pieces, at, -(at + size) - 1)
                at += size
                start = at
            else:
                at += 1
        if end > start:
            spans_push(pieces, start, end)
        return 0

    cdef int find_regex(self, const uint8_t* data, int32_t start, int32_t end,
                        Spans* pieces) except -1:
        cdef str text = data[start:end].decode()
        cdef int32_t at = start, first, last
        cdef Py_ssize_t done = 0
        for a, b in find_spans(self.compiled, text):
            first = at + <int32_t>len(text[done:a].encode())
            last = first + <int32_t>len(text[a:b].encode())
            done = b
            if first > at:
                spans_push(pieces, at, first)
            spans_push(pieces, first, -last - 1)
            at = last
        if end > at:
            spans_push(pieces, at, end)
        return 0

    def __reduce__(self):
        return Split, (self.literal if self.regex is None else Regex(self.regex), self.behavior,
                       self.invert)


cdef class UnicodeScripts(PreTokenizer):
    """Cuts where the script changes: kana belong to Chinese characters, a space to what is before
    it.

    What stands before the first character with a script is dropped, as in the reference.
    """

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Py_ssize_t i
        cdef int32_t at, start
        cdef uint8_t script, last
        cdef int length
        for i in range(before.size):
            at = before.data[i].start
            start = -1
            last = 0
            while at < before.data[i].end:
                script = joined_scripts[utf8_decode(source.data + at, &length)]
                if script and script != last:
                    if start >= 0:
                        spans_push(after, start, at)
                    start = at
                    last = script
                at += length
            if start >= 0:
                spans_push(after, start, at)
        return 0

    def __reduce__(self):
        return UnicodeScripts, ()


cdef class FixedLength(PreTokenizer):
    """Cuts every `length` characters."""

    def __init__(self, length=5):
        if length < 1:
            raise ValueError(f"length must be at least 1, got {length}")
        self.length = length

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Py_ssize_t i, count
        cdef int32_t at, start
        for i in range(before.size):
            at = start = before.data[i].start
            count = 0
            while at < before.data[i].end:
                at += utf8_length(source.data[at])
                count += 1
                if count == self.length or at >= before.data[i].end:
                    spans_push(after, start, at)
                    start = at
                    count = 0
        return 0

    def __reduce__(self):
        return FixedLength, (self.length,)
