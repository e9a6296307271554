"""BPE without a pre-tokenizer, as SentencePiece trains it: spaces become a mark, a mark may stand
in front of the text, and the whole text is one word.

The text is cut as it came, at the places where the model never merges (see models/_joints.pyx),
and only a chunk that was not seen before is normalized and given to the model: what the encode
loop does for BERT's words. A chunk with a mark in front is led by a byte that no text holds, so
that it has a cache entry of its own.

As for BERT, worker.chunk_words[k] is the word of token k counted from worker.word, which is the
word that the *next* mark or text begins: a chunk inside a word has -1.
"""

from libc.stdint cimport int32_t, uint8_t
from libc.string cimport memcmp, memcpy

from subword._core.pipeline cimport Text, text_clear, text_reserve
from subword.encode.worker cimport Worker
from subword.models.bpe cimport BPE
from subword.models.safe_splits cimport joints_of

from subword import normalizers, pre_tokenizers

cdef extern from "text/utf8.h" nogil:
    int utf8_length(uint8_t lead)


cdef class Sentences:
    """How one tokenizer marks spaces, and where its texts may be cut; made by `sentences_of`."""

    cdef bint marked(self, const uint8_t* data, Py_ssize_t size) noexcept nogil:
        """Whether data[0:size), not empty, begins with a space or a mark."""
        return data[0] == 0x20 or (
            size >= self.mark_size and memcmp(data, self.mark, self.mark_size) == 0)

    cdef bint begin(self, Worker worker, const Text* text, Py_ssize_t* at, Text* lead,
                    int32_t* span) except -1 nogil:
        """Begin a text: count its word and, where a mark is put in front, make its first chunk, led
        by MARKED, `span` of `lead`, go behind it and return 1."""
        cdef bint starts = self.marked(text.data, text.size)
        cdef Text* scratch = &worker.normalized
        if not (self.front == FRONT_EACH or (not starts and (
                self.front == FRONT_UNMARKED or (self.front == FRONT_FIRST and text.base == 0)))):
            worker.word += not (self.splits and starts)
            return 0
        worker.word += not self.splits
        self.joints.cut(text.data, text.size, at, span, 1)
        text_reserve(scratch, at[0] + 1)
        scratch.data[0] = MARKED
        memcpy(scratch.data + 1, text.data, at[0])
        lead[0] = scratch[0]
        lead.starts = NULL
        lead.base = text.base - 1
        lead.size = span[1] = <int32_t>at[0] + 1
        return 1

    cdef int tokenize(self, Worker worker, const uint8_t* chunk, int32_t size) except -1 nogil:
        """Leave the tokens of a chunk in worker.tokens, their words in worker.chunk_words."""
        cdef Text* text = &worker.chunk
        cdef Py_ssize_t k
        cdef bint starts = chunk[0] == MARKED or self.marked(chunk, size)
        text_clear(text)
        text.aligned = True
        self.fill(worker, chunk, size)
        self.model.tokenize(text.data, text.size, &worker.tokens)
        worker.reserve_words()
        for k in range(worker.tokens.size):
            worker.tokens.data[k].start = text.starts[worker.tokens.data[k].start]
            worker.tokens.data[k].end = text.ends[worker.tokens.data[k].end - 1]
            worker.chunk_words[k] = (self.splits and starts) - 1
        worker.chunk_words[worker.tokens.size] = self.splits and starts
        return 0

    cdef int fill(self, Worker worker, const uint8_t* chunk, int32_t size) except -1 nogil:
        """Write a chunk to worker.chunk with its marks, each byte beside its place in the chunk."""
        cdef Text* text = &worker.chunk
        cdef int32_t i, k, start, end
        cdef Py_ssize_t n = 0
        text_reserve(text, <Py_ssize_t>size * self.mark_size)
        for i in range(size):
            if chunk[i] != 0x20 and chunk[i] != MARKED:
                text.data[n] = chunk[i]
                text.starts[n] = i
                text.ends[n] = i + 1
                n += 1
                continue
            start = i
            end = i + 1
            if chunk[i] == MARKED:    # stands for the first character
                start = end
                end += utf8_length(chunk[1])
            for k in range(self.mark_size):
                text.data[n] = self.mark[k]
                text.starts[n] = start
                text.ends[n] = end
                n += 1
        text.size = n
        return 0


cdef Sentences sentences_of(object normalizer, object pre_tokenizer, object model,
                            bint normalized):
    """Recognise the stages around a BPE model that only mark spaces; None if they do more.

    Args:
        normalizer, pre_tokenizer: May be None.
        model: Any model.
        normalized: The texts come from the normalizer, so it has put its mark in front of them.
    """
    cdef Sentences sentences
    cdef list steps = normalization(normalizer)
    mark, front, splits = " ", FRONT_NONE, False
    if not isinstance(model, BPE):
        return None
    if isinstance(pre_tokenizer, pre_tokenizers.Metaspace) and not steps:
        mark, splits = pre_tokenizer.replacement, pre_tokenizer.split_words
        front = {"always": FRONT_UNMARKED, "first": FRONT_FIRST,
                 "never": FRONT_NONE}[pre_tokenizer.prepend_scheme]
    else:
        replaces = [step for step in steps if is_marking(step)]
        if len(replaces) > 1 or len(steps) - len(replaces) > 1:
            return None
        mark = replaces[0].content if replaces else " "
        for step in steps:
            if step not in replaces:
                if not isinstance(step, normalizers.Prepend) or step.prepend != mark:
                    return None
                front = FRONT_NONE if normalized else FRONT_EACH
        if pre_tokenizer is not None and (mark == " " or not cuts_at_spaces(pre_tokenizer)):
            return None
    sentences = Sentences.__new__(Sentences)
    sentences.model = model
    sentences.joints = joints_of(model, ord(mark), splits)
    sentences.front = front
    sentences.splits = splits
    sentences.owner = mark.encode()
    sentences.mark = sentences.owner
    sentences.mark_size = <int>len(sentences.owner)
    return sentences if sentences.joints is not None else None


def normalization(normalizer):
    """Return the steps of a normalizer, those of sequences in their place."""
    if isinstance(normalizer, normalizers.Sequence):
        return [step for part in normalizer.normalizers for step in normalization(part)]
    return [] if normalizer is None else [normalizer]


def is_marking(step):
    """Whether a normalizer replaces every space by one other character."""
    return (isinstance(step, normalizers.Replace) and step.pattern == " "
            and len(step.content) == 1 and step.content != " ")


def cuts_at_spaces(pre_tokenizer):
    """Whether a pre-tokenizer does nothing where no space is left (Gemma's does that)."""
    return (isinstance(pre_tokenizer, pre_tokenizers.Split) and pre_tokenizer.literal == " "
            and not pre_tokenizer.invert)
