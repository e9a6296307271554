"""SentencePiece's pre-tokenizer: a visible mark in place of each space."""

from libc.stdint cimport uint8_t
from libc.string cimport memcmp

from subword._core.pipeline cimport (
    PreTokenizer, Span, Spans, Text, spans_push, text_append, text_copy, text_source_end,
    text_source_start,
)

from subword._core.shared_fields import PREPEND_SCHEMES


cdef class Metaspace(PreTokenizer):
    """Writes spaces as a visible mark, puts one before the text, and splits before each mark, as
    SentencePiece does.

    Args:
        replacement: The mark, one character.
        prepend_scheme: Put a mark before a span that has none: "always", "first" (only at the very
            start of the text) or "never".
        split: Split before each mark.
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

    def limit_cuts(self, cuts):
        """Keep every cut, except that a mark would be put before a part that has none.

        After another pre-tokenizer there are more beginnings than that of the text.
        """
        prepends = self.prepend_scheme != "never"
        if prepends and not cuts.first_step:
            cuts.keep_to_behind({" ", self.replacement})
        cuts.first_differs |= self.first or (prepends and cuts.first_step)
        cuts.change(lambda letter: self.replacement if letter == " " else letter)
        cuts.bar_before(self.replacement)
        if self.split_words:
            cuts.end_behind({self.replacement})

    def after_cut(self):
        """Return the same without a mark before the text."""
        return Metaspace(self.replacement, "never", self.split_words)

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Py_ssize_t i
        for i in range(before.size):
            self.mark_word(source, before.data[i], target, after)
        return 1

    cdef int mark_word(self, const Text* source, Span span, Text* target,
                       Spans* after) except -1 nogil:
        """Write a span of the source with its marks, and append the words in it."""
        cdef Py_ssize_t pos, copied, size = self.mark_size, begin = target.size, word
        cdef const uint8_t* mark = self.mark_data
        if self.always or self.first:
            if not (source.data[span.start] == 0x20
                    or (span.end - span.start >= size
                        and memcmp(source.data + span.start, mark, size) == 0)):
                if self.always or text_source_start(source, span.start) == 0:
                    text_append(target, mark, size, text_source_start(source, span.start),
                                text_source_end(source, span.start))
        copied = span.start
        for pos in range(span.start, span.end):
            if source.data[pos] == 0x20:
                text_copy(source, copied, pos, target)
                text_append(target, mark, size, text_source_start(source, pos),
                            text_source_end(source, pos))
                copied = pos + 1
        text_copy(source, copied, span.end, target)
        if not self.split_words or target.size == begin:
            return spans_push(after, begin, target.size)
        word = begin
        pos = begin + 1    # a mark that begins the text begins a word that has begun already
        while pos + size <= target.size:
            if target.data[pos] == mark[0] and memcmp(target.data + pos, mark, size) == 0:
                spans_push(after, word, pos)
                word = pos
                pos += size
            else:
                pos += 1
        return spans_push(after, word, target.size)

    def __reduce__(self):
        return Metaspace, (self.replacement, self.prepend_scheme, self.split_words)
