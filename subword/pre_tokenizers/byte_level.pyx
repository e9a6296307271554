"""Pre-tokenizers: text -> spans of words.

Those that only cut live in cutting.pyx and are imported here for company; those that also change
the text (ByteLevel's prefix and alphabet, Metaspace's mark) and Sequence are below.
"""

from libc.stdint cimport int32_t, uint8_t
from libc.string cimport memcmp

from subword._core.pipeline cimport (
    PreTokenizer, Span, Spans, Text, spans_free, spans_push, text_append, text_end, text_free,
    text_start,
)
from subword.pre_tokenizers.splits cimport scan_all

from subword._regex.split_patterns import DEEPSEEK, PATTERNS
from subword.pre_tokenizers.splits import (
    BertPreTokenizer, CharDelimiterSplit, Digits, FixedLength, Punctuation, Split, UnicodeScripts,
    Whitespace, WhitespaceSplit,
)
from subword.vocab.byte_alphabet import CHARS

cdef extern from "scan/scan.h" nogil:
    enum:
        SCAN_GPT2, SCAN_DEEPSEEK

__all__ = [
    "PATTERNS", "BertPreTokenizer", "ByteLevel", "CharDelimiterSplit", "Digits", "FixedLength",
    "Metaspace", "Punctuation", "Sequence", "Split", "UnicodeScripts", "Whitespace",
    "WhitespaceSplit", "is_scanned", "with_raw_bytes",
]

PREPEND_SCHEMES = ("first", "always", "never")


cdef class ByteLevel(PreTokenizer):
    """GPT-2's words, over bytes.

    Args:
        add_prefix_space: Put a space before every piece that does not begin with one.
        trim_offsets: Kept for the file format; post-processing trims.
        use_regex: Cut by GPT-2's pattern; otherwise only turn characters into bytes.
    """

    def __init__(self, add_prefix_space=True, trim_offsets=True, use_regex=True):
        self.add_prefix_space = add_prefix_space
        self.trim_offsets = trim_offsets
        self.use_regex = use_regex
        self.maps_bytes = True

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Text prefixed
        cdef Spans pieces
        cdef Py_ssize_t i, k
        cdef int32_t start, end
        cdef bint prefixes = False
        if self.add_prefix_space:
            for i in range(before.size):
                prefixes = prefixes or source.data[before.data[i].start] != 0x20
        if not prefixes and not self.maps_bytes:
            for i in range(before.size):
                if self.use_regex:
                    scan_all(SCAN_GPT2, source.data, before.data[i].start, before.data[i].end,
                             after)
                else:
                    spans_push(after, before.data[i].start, before.data[i].end)
            return 0
        prefixed.data = NULL
        prefixed.starts = prefixed.ends = NULL
        prefixed.size = prefixed.capacity = prefixed.base = 0
        prefixed.aligned = source.aligned
        pieces.data = NULL
        pieces.size = pieces.capacity = 0
        try:
            for i in range(before.size):
                start = <int32_t>prefixed.size
                if self.add_prefix_space and source.data[before.data[i].start] != 0x20:
                    text_append(&prefixed, b" ", 1, text_start(source, before.data[i].start),
                                text_end(source, before.data[i].start))
                copy_text(source, before.data[i].start, before.data[i].end, &prefixed)
                end = <int32_t>prefixed.size
                if self.use_regex:
                    scan_all(SCAN_GPT2, prefixed.data, start, end, &pieces)
                else:
                    spans_push(&pieces, start, end)
            for i in range(pieces.size):
                start = <int32_t>target.size
                if self.maps_bytes:
                    for k in range(pieces.data[i].start, pieces.data[i].end):
                        append_mapped(prefixed.data[k], &prefixed, k, target)
                else:
                    copy_text(&prefixed, pieces.data[i].start, pieces.data[i].end, target)
                spans_push(after, start, target.size)
        finally:
            text_free(&prefixed)
            spans_free(&pieces)
        return 1

    def __reduce__(self):
        return _byte_level, (self.add_prefix_space, self.trim_offsets, self.use_regex,
                             self.maps_bytes)


def _byte_level(add_prefix_space, trim_offsets, use_regex, maps_bytes):
    cdef ByteLevel copy = ByteLevel(add_prefix_space, trim_offsets, use_regex)
    copy.maps_bytes = maps_bytes
    if not maps_bytes and use_regex and not add_prefix_space:
        copy.pattern = SCAN_GPT2
    return copy


cdef uint8_t[256][2] mapped_bytes    # UTF-8 of the byte alphabet; one byte: the second is 0
for _byte, _character in enumerate(CHARS):
    _encoded = _character.encode() + b"\0"
    mapped_bytes[_byte][0] = _encoded[0]
    mapped_bytes[_byte][1] = _encoded[1]


cdef int append_mapped(uint8_t byte, const Text* source, Py_ssize_t at,
                       Text* target) except -1 nogil:
    return text_append(target, mapped_bytes[byte], 2 if mapped_bytes[byte][1] else 1,
                       text_start(source, at) if source.aligned else 0,
                       text_end(source, at) if source.aligned else 0)


cdef int copy_text(const Text* source, Py_ssize_t start, Py_ssize_t end,
                   Text* target) except -1 nogil:
    """Append source[start:end) with its spans."""
    cdef Py_ssize_t i
    if not source.aligned:
        return text_append(target, source.data + start, end - start, 0, 0)
    for i in range(start, end):
        text_append(target, source.data + i, 1, text_start(source, i), text_end(source, i))
    return 0


cdef class Metaspace(PreTokenizer):
    """Turns spaces into a visible mark, puts one in front, and cuts before each mark
    (SentencePiece's convention).

    Args:
        replacement: The mark, one character.
        prepend_scheme: Put a mark before a piece that has none: "always", "first" (only at the very
            start of the text) or "never".
        split: Cut before each mark.
    """

    def __init__(self, replacement="▁", prepend_scheme="always", split=True):
        if len(replacement) != 1:
            raise ValueError(f"replacement must be one character, got {replacement!r}")
        if prepend_scheme not in PREPEND_SCHEMES:
            raise ValueError(
                f"prepend_scheme must be one of {', '.join(PREPEND_SCHEMES)}, got "
                f"{prepend_scheme!r}")
        self.replacement = replacement
        self.prepend_scheme = prepend_scheme
        self.split_words = split
        self.mark = replacement.encode()
        self.mark_data = self.mark
        self.mark_size = <int>len(self.mark)
        self.always = prepend_scheme == "always"
        self.first = prepend_scheme == "first"

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Py_ssize_t i, at, size = self.mark_size, begin, word
        cdef const uint8_t* mark = self.mark_data
        cdef Span span
        for i in range(before.size):
            span = before.data[i]
            begin = target.size
            if self.always or self.first:
                if not (source.data[span.start] == 0x20
                        or (span.end - span.start >= size
                            and memcmp(source.data + span.start, mark, size) == 0)):
                    if self.always or text_start(source, span.start) == 0:
                        text_append(target, mark, size, text_start(source, span.start),
                                    text_end(source, span.start))
            for at in range(span.start, span.end):
                if source.data[at] == 0x20:
                    text_append(target, mark, size, text_start(source, at), text_end(source, at))
                else:
                    copy_text(source, at, at + 1, target)
            if not self.split_words:
                spans_push(after, begin, target.size)
                continue
            word = at = begin
            while at < target.size:
                if at + size <= target.size and memcmp(target.data + at, mark, size) == 0:
                    if at > word:
                        spans_push(after, word, at)
                    word = at
                    at += size
                else:
                    at += 1
            if at > word:
                spans_push(after, word, at)
        return 1

    def __reduce__(self):
        return Metaspace, (self.replacement, self.prepend_scheme, self.split_words)


cdef class Sequence(PreTokenizer):
    """Several pre-tokenizers, each cutting the pieces of the one before."""

    def __init__(self, pre_tokenizers):
        cdef PreTokenizer only
        self.steps = tuple(pre_tokenizers)
        for step in self.steps:
            if not isinstance(step, PreTokenizer):
                raise TypeError(f"a Sequence holds pre-tokenizers, got {type(step).__name__}")
        self.steps_count = len(self.steps)
        if self.steps:
            only = self.head = self.steps[0]
            if self.steps_count > 1:
                self.tail = Sequence(self.steps[1:])
                self.has_tail = True
            if all(is_transparent(step) for step in self.steps[1:]):
                self.pattern = only.pattern
            elif deepseek_splits(self.steps[:3]) and all(is_transparent(step)
                                                         for step in self.steps[3:]):
                self.pattern = SCAN_DEEPSEEK

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Py_ssize_t i
        cdef Text middle
        cdef Spans pieces
        cdef const Text* text = source
        cdef bint rewritten, again
        if not self.steps_count:
            for i in range(before.size):
                spans_push(after, before.data[i].start, before.data[i].end)
            return 0
        if not self.has_tail:
            return self.head.split(source, target, before, after)
        middle.data = NULL
        middle.starts = middle.ends = NULL
        middle.size = middle.capacity = middle.base = 0
        middle.aligned = source.aligned
        pieces.data = NULL
        pieces.size = pieces.capacity = 0
        try:
            rewritten = self.head.split(source, &middle, before, &pieces)
            if rewritten:
                text = &middle
            again = self.tail.split(text, target, &pieces, after)
            if rewritten and not again:
                copy_text(&middle, 0, middle.size, target)
        finally:
            text_free(&middle)
            spans_free(&pieces)
        return rewritten or again

    def __reduce__(self):
        return Sequence, (self.steps,)


cdef bint is_transparent(step):
    """Whether a step neither cuts nor changes anything: ByteLevel over raw bytes, without pattern
    and prefix."""
    if not isinstance(step, ByteLevel):
        return False
    return not ((<ByteLevel>step).maps_bytes or (<ByteLevel>step).use_regex
                or (<ByteLevel>step).add_prefix_space)


cdef bint deepseek_splits(steps):
    return len(steps) == 3 and all(
        isinstance(step, Split) and step.regex == wanted and step.behavior == "isolated"
        and not step.invert
        for step, wanted in zip(steps, DEEPSEEK, strict=True)
    )


def is_scanned(PreTokenizer pre_tokenizer):
    """Return whether one of the scanners of published patterns does all of the cutting."""
    return pre_tokenizer is not None and pre_tokenizer.pattern >= 0


cpdef PreTokenizer with_raw_bytes(PreTokenizer pre_tokenizer):
    """Return the pre-tokenizer with its last ByteLevel leaving the bytes as they are, or None if it
    has none there.

    A byte-level model reads bytes, so spelling them as the characters of the byte alphabet first
    can be left out.
    """
    if isinstance(pre_tokenizer, ByteLevel):
        return _byte_level(pre_tokenizer.add_prefix_space, pre_tokenizer.trim_offsets,
                           pre_tokenizer.use_regex, False)
    if isinstance(pre_tokenizer, Sequence) and pre_tokenizer.steps:
        last = with_raw_bytes(pre_tokenizer.steps[len(pre_tokenizer.steps) - 1])
        if last is not None:
            return Sequence((*pre_tokenizer.steps[:len(pre_tokenizer.steps) - 1], last))
    return None
