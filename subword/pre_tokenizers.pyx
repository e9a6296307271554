"""Pre-tokenizers: text -> spans of words.

Each cuts every span it is given, alone, so a pattern's look-ahead never sees beyond the piece it works on. The split
patterns of published tokenizers have scanners of their own (include/scan.h); any other runs through the `regex` package
with the frozen Unicode classes (patterns.py). Names, options and behaviour follow Hugging Face `tokenizers`.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t
from libc.stdlib cimport free
from libc.string cimport memcmp, memcpy

from subword._pipeline cimport (
    PreTokenizer, Span, Spans, Text, spans_free, spans_push, text_append, text_clear, text_end, text_free, text_start,
)
from subword._unicode cimport BERT_NUMERIC, BERT_PUNCT, BERT_SPACE, bert_bits, joined_scripts, scan_bits
from subword.byte_alphabet import CHARS
from subword.patterns import Regex, compile_pattern, find_spans

cdef extern from "utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)
    int utf8_length(uint8_t lead)

cdef extern from "scan.h" nogil:
    enum:
        SCAN_GPT2, SCAN_LLAMA3, SCAN_QWEN2, SCAN_QWEN35, SCAN_CL100K, SCAN_O200K, SCAN_TEKKEN, SCAN_DEEPSEEK
        SCAN_WHITESPACE, SCAN_WHITESPACE_SPLIT, SCAN_BERT
    int scan(int pattern, const uint8_t* p, Py_ssize_t n, Py_ssize_t* pos, const uint8_t* bits, int32_t* out, int room,
             Py_ssize_t* memo, int simd)
    int simd_available()

CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
TAIL = r"\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
START = r"[^\r\n\p{L}\p{N}]?"

# The patterns that have a scanner, by the name under which `Tokenizer.from_tiktoken` takes them.
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama3": CONTRACTION + "|" + START + r"\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + TAIL,
    "qwen2": CONTRACTION + "|" + START + r"\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + TAIL,
    "qwen3.5": CONTRACTION + "|" + START + r"[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + TAIL,
    "cl100k_base": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|"
                   r"\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    "o200k_base": START + UPPER + "*" + LOWER + "+" + CONTRACTION + "?|" + START + UPPER + "+" + LOWER + "*"
                  + CONTRACTION + r"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + TAIL,
    "tekken": START + UPPER + "*" + LOWER + "+|" + START + UPPER + "+" + LOWER + "*"
              + r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + TAIL,
}
SCANNERS = {
    PATTERNS["gpt2"]: SCAN_GPT2, PATTERNS["llama3"]: SCAN_LLAMA3, PATTERNS["qwen2"]: SCAN_QWEN2,
    PATTERNS["qwen3.5"]: SCAN_QWEN35, PATTERNS["cl100k_base"]: SCAN_CL100K, PATTERNS["o200k_base"]: SCAN_O200K,
    PATTERNS["tekken"]: SCAN_TEKKEN,
}
# DeepSeek-V3 cuts three times; one scanner does all three.
DEEPSEEK = (
    r"\p{N}{1,3}",
    "[一-龥\u3040-ゟ゠-ヿ]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|"
    + TAIL,
)
BEHAVIORS = {
    "removed": REMOVED, "isolated": ISOLATED, "merged_with_previous": MERGED_WITH_PREVIOUS,
    "merged_with_next": MERGED_WITH_NEXT, "contiguous": CONTIGUOUS,
}
PREPEND_SCHEMES = ("first", "always", "never")

simd_on = simd_available()


def use_simd(on=None):
    """Switch the vector scanners on or off; return whether they are on.

    They give the same words as the scalar ones: this is for tests and measurements. Nothing happens where the
    processor has none.

    Args:
        on: True, False, or None to leave them as they are.
    """
    global simd_on
    if on is not None:
        simd_on = on and simd_available()
    return bool(simd_on)


def checked_behavior(behavior):
    """Return `behavior` in lower snake case if it is one of the five; ValueError otherwise."""
    name = "".join(["_" + c.lower() if c.isupper() else c for c in behavior]).lstrip("_")
    if name not in BEHAVIORS:
        raise ValueError(f"behavior must be one of {', '.join(BEHAVIORS)}, got {behavior!r}")
    return name


cdef int scan_all(int pattern, const uint8_t* data, int32_t start, int32_t end, Spans* after) except -1 nogil:
    """Cut data[start:end) by a known pattern."""
    cdef int32_t[512] found
    cdef Py_ssize_t at = 0, memo = 0
    cdef int count, i
    while at < end - start:
        count = scan(pattern, data + start, end - start, &at, bert_bits if pattern == SCAN_BERT else scan_bits, found,
                     256, &memo, simd_on)
        for i in range(count):
            spans_push(after, start + found[2 * i], start + found[2 * i + 1])
    return 0


cdef int add_pieces(const Spans* pieces, Behavior kind, bint invert, Spans* after) except -1 nogil:
    """Turn pieces that alternate freely between match and no match into words.

    A piece (start, end) is a match if its end is negative, where it stands as -end - 1.
    """
    cdef Py_ssize_t i, first = after.size
    cdef int32_t start, end
    cdef bint match, previous = False
    cdef Span swap
    for i in range(pieces.size):
        if kind == MERGED_WITH_NEXT:    # the same rule as MERGED_WITH_PREVIOUS, read from the right
            start, end = pieces.data[pieces.size - 1 - i].start, pieces.data[pieces.size - 1 - i].end
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
            if after.size > first and (match == previous if kind == CONTIGUOUS else match and not previous):
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
    """Splits where single characters match: the base of Punctuation, Digits and CharDelimiterSplit."""

    cdef int split(self, const Text* source, Text* target, const Spans* before, Spans* after) except -1 nogil:
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
        behavior: What becomes of the marks: "isolated", "removed", "merged_with_previous", "merged_with_next" or
            "contiguous".
    """

    cdef readonly str behavior

    def __init__(self, behavior="isolated"):
        self.behavior = checked_behavior(behavior)
        self.kind = BEHAVIORS[self.behavior]
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

    cdef int split(self, const Text* source, Text* target, const Spans* before, Spans* after) except -1 nogil:
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

    cdef int split(self, const Text* source, Text* target, const Spans* before, Spans* after) except -1 nogil:
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

    cdef int split(self, const Text* source, Text* target, const Spans* before, Spans* after) except -1 nogil:
        cdef Text prefixed
        cdef Spans pieces
        cdef Py_ssize_t i, k
        cdef int32_t start, end
        cdef const Text* text = source
        cdef bint prefixes = False
        if self.add_prefix_space:
            for i in range(before.size):
                prefixes = prefixes or source.data[before.data[i].start] != 0x20
        if not prefixes and not self.maps_bytes:
            for i in range(before.size):
                if self.use_regex:
                    scan_all(SCAN_GPT2, source.data, before.data[i].start, before.data[i].end, after)
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
        return _byte_level, (self.add_prefix_space, self.trim_offsets, self.use_regex, self.maps_bytes)


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


cdef int append_mapped(uint8_t byte, const Text* source, Py_ssize_t at, Text* target) except -1 nogil:
    return text_append(target, mapped_bytes[byte], 2 if mapped_bytes[byte][1] else 1,
                       text_start(source, at) if source.aligned else 0, text_end(source, at) if source.aligned else 0)


cdef int copy_text(const Text* source, Py_ssize_t start, Py_ssize_t end, Text* target) except -1 nogil:
    """Append source[start:end) with its spans."""
    cdef Py_ssize_t i
    if not source.aligned:
        return text_append(target, source.data + start, end - start, 0, 0)
    for i in range(start, end):
        text_append(target, source.data + i, 1, text_start(source, i), text_end(source, i))
    return 0


cdef class Split(PreTokenizer):
    """Cuts at the matches of a pattern.

    Args:
        pattern: A literal string, or a `Regex`.
        behavior: What becomes of the matches (or, with `invert`, of what lies between them): "removed", "isolated",
            "merged_with_previous", "merged_with_next" or "contiguous".
        invert: Exchange matches and the text between them.
    """

    def __init__(self, pattern, behavior, invert=False):
        self.behavior = checked_behavior(behavior)
        self.kind = BEHAVIORS[self.behavior]
        self.invert = invert
        if isinstance(pattern, Regex):
            self.regex = pattern.pattern
            if self.kind == ISOLATED and not invert:
                self.pattern = SCANNERS.get(self.regex, -1)
            if self.pattern < 0:
                self.compiled = compile_pattern(self.regex)
        elif isinstance(pattern, str):
            self.literal = pattern
            self.needle = pattern.encode()
            self.needle_data = self.needle
            self.needle_size = <int32_t>len(self.needle)
        else:
            raise TypeError(f"pattern must be a str or a Regex, got {type(pattern).__name__}")

    cdef int split(self, const Text* source, Text* target, const Spans* before, Spans* after) except -1 nogil:
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
                    self.find_literal(source.data, before.data[i].start, before.data[i].end, &pieces)
                else:
                    with gil:
                        self.find_regex(source.data, before.data[i].start, before.data[i].end, &pieces)
                add_pieces(&pieces, self.kind, self.invert, after)
        finally:
            spans_free(&pieces)
        return 0

    cdef int find_literal(self, const uint8_t* data, int32_t start, int32_t end, Spans* pieces) except -1 nogil:
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

    cdef int find_regex(self, const uint8_t* data, int32_t start, int32_t end, Spans* pieces) except -1:
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
        return Split, (self.literal if self.regex is None else Regex(self.regex), self.behavior, self.invert)


cdef class Metaspace(PreTokenizer):
    """Turns spaces into a visible mark, puts one in front, and cuts before each mark (SentencePiece's convention).

    Args:
        replacement: The mark, one character.
        prepend_scheme: Put a mark before a piece that has none: "always", "first" (only at the very start of the
            text) or "never".
        split: Cut before each mark.
    """

    def __init__(self, replacement="▁", prepend_scheme="always", split=True):
        if len(replacement) != 1:
            raise ValueError(f"replacement must be one character, got {replacement!r}")
        if prepend_scheme not in PREPEND_SCHEMES:
            raise ValueError(f"prepend_scheme must be one of {', '.join(PREPEND_SCHEMES)}, got {prepend_scheme!r}")
        self.replacement = replacement
        self.prepend_scheme = prepend_scheme
        self.split_words = split
        self.mark = replacement.encode()
        self.mark_data = self.mark
        self.mark_size = <int>len(self.mark)
        self.always = prepend_scheme == "always"
        self.first = prepend_scheme == "first"

    cdef int split(self, const Text* source, Text* target, const Spans* before, Spans* after) except -1 nogil:
        cdef Py_ssize_t i, at, size = self.mark_size, begin, word
        cdef const uint8_t* mark = self.mark_data
        cdef Span span
        for i in range(before.size):
            span = before.data[i]
            begin = target.size
            if self.always or self.first:
                if not (source.data[span.start] == 0x20
                        or (span.end - span.start >= size and memcmp(source.data + span.start, mark, size) == 0)):
                    if self.always or text_start(source, span.start) == 0:
                        text_append(target, mark, size, text_start(source, span.start), text_end(source, span.start))
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


cdef class UnicodeScripts(PreTokenizer):
    """Cuts where the script changes: kana belong to Chinese characters, and what has no script to what stands before."""

    cdef int split(self, const Text* source, Text* target, const Spans* before, Spans* after) except -1 nogil:
        cdef Py_ssize_t i
        cdef int32_t at, start
        cdef uint8_t script, last
        cdef int length
        for i in range(before.size):
            at = start = before.data[i].start
            last = 0
            while at < before.data[i].end:
                script = joined_scripts[utf8_decode(source.data + at, &length)]
                if script and last and script != last:
                    spans_push(after, start, at)
                    start = at
                if script:
                    last = script
                at += length
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

    cdef int split(self, const Text* source, Text* target, const Spans* before, Spans* after) except -1 nogil:
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
            elif deepseek_splits(self.steps[:3]) and all(is_transparent(step) for step in self.steps[3:]):
                self.pattern = SCAN_DEEPSEEK

    cdef int split(self, const Text* source, Text* target, const Spans* before, Spans* after) except -1 nogil:
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
    """Whether a step neither cuts nor changes anything: ByteLevel over raw bytes, without pattern and prefix."""
    if not isinstance(step, ByteLevel):
        return False
    return not ((<ByteLevel>step).maps_bytes or (<ByteLevel>step).use_regex or (<ByteLevel>step).add_prefix_space)


cdef bint deepseek_splits(steps):
    return len(steps) == 3 and all(
        isinstance(step, Split) and step.regex == wanted and step.behavior == "isolated" and not step.invert
        for step, wanted in zip(steps, DEEPSEEK, strict=True)
    )


cpdef PreTokenizer with_raw_bytes(PreTokenizer pre_tokenizer):
    """Return the pre-tokenizer with its last ByteLevel leaving the bytes as they are, or None if it has none there.

    A byte-level model reads bytes, so spelling them as the characters of the byte alphabet first can be left out.
    """
    if isinstance(pre_tokenizer, ByteLevel):
        return _byte_level(pre_tokenizer.add_prefix_space, pre_tokenizer.trim_offsets, pre_tokenizer.use_regex, False)
    if isinstance(pre_tokenizer, Sequence) and pre_tokenizer.steps:
        last = with_raw_bytes(pre_tokenizer.steps[len(pre_tokenizer.steps) - 1])
        if last is not None:
            return Sequence((*pre_tokenizer.steps[:len(pre_tokenizer.steps) - 1], last))
    return None
