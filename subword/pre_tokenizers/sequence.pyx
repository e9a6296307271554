"""Pre-tokenizers, one after the other, and what a whole pre-tokenizer amounts to."""

from libc.string cimport memset

from subword._core.pipeline cimport (
    PreTokenizer, Spans, Text, spans_free, spans_push, text_copy, text_free,
)
from subword._regex.cutter cimport Cutter
from subword.pre_tokenizers._marked_words cimport MarkedWords
from subword.pre_tokenizers._scan cimport SCAN_DEEPSEEK
from subword.pre_tokenizers.byte_level cimport ByteLevel
from subword.pre_tokenizers.metaspace cimport Metaspace
from subword.pre_tokenizers.splits cimport Split

from subword._regex.scanners import is_deepseek
from subword.pre_tokenizers.byte_level import leave_bytes
from subword.pre_tokenizers.whitespace import WhitespaceSplit


cdef class Sequence(PreTokenizer):
    """Pre-tokenizers, one after the other; each splits the words of the one before."""

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
            if tuple(map(type, self.steps)) == (WhitespaceSplit, Metaspace):
                self.marked_words = MarkedWords(self.steps[1])
            if all(is_transparent(step) for step in self.steps[1:]):
                self.pattern = only.pattern
            elif deepseek_splits(self.steps[:3]) and all(is_transparent(step)
                                                         for step in self.steps[3:]):
                self.pattern = SCAN_DEEPSEEK

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        cdef Py_ssize_t i
        cdef Text middle
        cdef Spans words
        cdef const Text* text = source
        cdef bint rewritten, again
        if not self.steps_count:
            for i in range(before.size):
                spans_push(after, before.data[i].start, before.data[i].end)
            return 0
        if self.marked_words is not None:
            return self.marked_words.split(source, target, before, after)
        if not self.has_tail:
            return self.head.split(source, target, before, after)
        memset(&middle, 0, sizeof(Text))
        memset(&words, 0, sizeof(Spans))
        middle.aligned = source.aligned
        try:
            rewritten = self.head.split(source, &middle, before, &words)
            if rewritten:
                text = &middle
            again = self.tail.split(text, target, &words, after)
            if rewritten and not again:
                text_copy(&middle, 0, middle.size, target)
        finally:
            text_free(&middle)
            spans_free(&words)
        return rewritten or again

    def flat(self):
        """Return the pre-tokenizers in order, those of nested sequences in their place."""
        return [step for part in self.steps for step in part.flat()]

    def __reduce__(self):
        return Sequence, (self.steps,)


cdef bint is_transparent(step):
    """Whether a step neither splits nor changes the text: a ByteLevel that leaves bytes as they
    are, without pattern and prefix."""
    if not isinstance(step, ByteLevel):
        return False
    return not ((<ByteLevel>step).maps_bytes or (<ByteLevel>step).use_regex
                or (<ByteLevel>step).add_prefix_space)


cdef bint deepseek_splits(steps):
    return all(isinstance(step, Split) and step.behavior == "isolated" and not step.invert
               for step in steps) and is_deepseek([step.regex for step in steps])


def scanner_number(PreTokenizer pre_tokenizer):
    """Return the number of the scanner that does all of the splitting, -1 if none does."""
    return -1 if pre_tokenizer is None else pre_tokenizer.pattern


def is_scanned(PreTokenizer pre_tokenizer):
    """Return whether one of the scanners of published patterns does all of the splitting."""
    return scanner_number(pre_tokenizer) >= 0


def takes_one_pass(PreTokenizer pre_tokenizer):
    """Return whether a scanner or a cutter of a compiled pattern does all of the splitting."""
    return is_scanned(pre_tokenizer) or cutter_of(pre_tokenizer) is not None


cdef Cutter cutter_of(PreTokenizer pre_tokenizer):
    """Return what splits as the pre-tokenizer does in one pass, if one compiled pattern does."""
    if pre_tokenizer is None or pre_tokenizer.pattern >= 0:
        return None
    steps = tuple([step for step in pre_tokenizer.flat() if not is_transparent(step)])
    if len(steps) == 1 and isinstance(steps[0], Split) and steps[0].regex is not None:
        return (<Split>steps[0]).cutter
    if not steps:
        return None
    # What compiles patterns is not imported before it is needed.
    from subword.pre_tokenizers.joined_splits import cutter_of_steps
    return cutter_of_steps(steps)


cpdef PreTokenizer with_raw_bytes(PreTokenizer pre_tokenizer):
    """Return the pre-tokenizer with its last step, a ByteLevel, leaving bytes as they are; None if
    its last step is no ByteLevel.

    A byte-level model reads bytes, so they need not be written as characters of the byte alphabet.
    """
    if isinstance(pre_tokenizer, ByteLevel):
        return leave_bytes(pre_tokenizer)
    if isinstance(pre_tokenizer, Sequence) and pre_tokenizer.steps:
        last = with_raw_bytes(pre_tokenizer.steps[len(pre_tokenizer.steps) - 1])
        if last is not None:
            return Sequence((*pre_tokenizer.steps[:len(pre_tokenizer.steps) - 1], last))
    return None
