"""GPT-2's pre-tokenizer: its words, in the characters of the byte alphabet."""

from libc.stdint cimport int32_t, uint8_t
from libc.string cimport memset

from subword._core.pipeline cimport (
    PreTokenizer, Spans, Text, spans_free, spans_push, text_append, text_copy, text_free,
    text_source_end, text_source_start,
)
from subword.pre_tokenizers._scan cimport SCAN_GPT2, scan_all

from subword._regex.joints import limit_to_matches
from subword._regex.patterns import normal_form
from subword._regex.split_patterns import PATTERNS
from subword.vocab.byte_alphabet import CHARS


cdef class ByteLevel(PreTokenizer):
    """Splits into GPT-2's words and writes bytes as characters of the byte alphabet.

    Args:
        add_prefix_space: Put a space before every span that does not begin with one.
        trim_offsets: Kept for the file format; the post-processor trims.
        use_regex: Split by GPT-2's pattern; otherwise only write bytes as characters.
    """

    def __init__(self, add_prefix_space=True, trim_offsets=True, use_regex=True):
        self.add_prefix_space = add_prefix_space
        self.trim_offsets = trim_offsets
        self.use_regex = use_regex
        self.maps_bytes = True

    def limit_cuts(self, cuts):
        """Keep the cuts that no match of the pattern reaches over.

        A space would be put before a part that has none; after another pre-tokenizer there are more
        beginnings than that of the text.
        """
        if self.add_prefix_space and not cuts.first_step:
            cuts.keep_to_behind({" "})
        cuts.first_differs |= self.add_prefix_space and cuts.first_step
        if self.use_regex:
            limit_to_matches(cuts, normal_form(PATTERNS["gpt2"]), "isolated", False)
        if self.maps_bytes:
            cuts.keep_ended()

    def after_cut(self):
        """Return the same without a space before the text."""
        return _byte_level(False, self.trim_offsets, self.use_regex, self.maps_bytes)

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Text prefixed
        cdef Spans words
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
        memset(&prefixed, 0, sizeof(Text))
        memset(&words, 0, sizeof(Spans))
        prefixed.aligned = source.aligned
        try:
            for i in range(before.size):
                start = <int32_t>prefixed.size
                if self.add_prefix_space and source.data[before.data[i].start] != 0x20:
                    text_append(&prefixed, b" ", 1, text_source_start(source, before.data[i].start),
                                text_source_end(source, before.data[i].start))
                text_copy(source, before.data[i].start, before.data[i].end, &prefixed)
                end = <int32_t>prefixed.size
                if self.use_regex:
                    scan_all(SCAN_GPT2, prefixed.data, start, end, &words)
                else:
                    spans_push(&words, start, end)
            for i in range(words.size):
                start = <int32_t>target.size
                if self.maps_bytes:
                    for k in range(words.data[i].start, words.data[i].end):
                        append_mapped(prefixed.data[k], &prefixed, k, target)
                else:
                    text_copy(&prefixed, words.data[i].start, words.data[i].end, target)
                spans_push(after, start, target.size)
        finally:
            text_free(&prefixed)
            spans_free(&words)
        return 1

    def __reduce__(self):
        return _byte_level, (self.add_prefix_space, self.trim_offsets, self.use_regex,
                             self.maps_bytes)


def _byte_level(add_prefix_space, trim_offsets, use_regex, maps_bytes):
    """Return a ByteLevel from the state of a pickle."""
    cdef ByteLevel copy = ByteLevel(add_prefix_space, trim_offsets, use_regex)
    copy.maps_bytes = maps_bytes
    if not maps_bytes and use_regex and not add_prefix_space:
        copy.pattern = SCAN_GPT2
    return copy


cdef uint8_t[256][2] mapped_bytes   # the byte alphabet in UTF-8, zero-filled
for _byte, _character in enumerate(CHARS):
    _encoded = _character.encode() + b"\0"
    mapped_bytes[_byte][0] = _encoded[0]
    mapped_bytes[_byte][1] = _encoded[1]


cdef int append_mapped(uint8_t byte, const Text* source, Py_ssize_t i,
                       Text* target) except -1 nogil:
    """Append the character of a byte, which is byte i of the source."""
    return text_append(target, mapped_bytes[byte], 2 if mapped_bytes[byte][1] else 1,
                       text_source_start(source, i) if source.aligned else 0,
                       text_source_end(source, i) if source.aligned else 0)


def leave_bytes(ByteLevel pre_tokenizer):
    """Return the same pre-tokenizer, but one that leaves bytes as they are."""
    return _byte_level(pre_tokenizer.add_prefix_space, pre_tokenizer.trim_offsets,
                       pre_tokenizer.use_regex, False)
