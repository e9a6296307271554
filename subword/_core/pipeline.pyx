"""The C buffers that stages hand each other, and the base class of each stage (see the .pxd)."""

from cpython.exc cimport PyErr_CheckSignals
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy, memset

from subword._core.random cimport random_stream

from subword._core.random import checked_seed

cdef extern from "text/utf8.h" nogil:
    int utf8_length(uint8_t lead)


MAX_ID = <uint32_t>NO_ID - 1


cdef int out_of_memory() except -1 nogil:
    with gil:
        raise MemoryError("out of memory")


cdef int check_signals() except -1 nogil:
    with gil:
        PyErr_CheckSignals()
    return 0


cdef void* reallocate(void* data, size_t size) except NULL nogil:
    cdef void* moved = realloc(data, size)
    if moved == NULL:
        out_of_memory()
    return moved


cdef void* grow(void* data, Py_ssize_t* capacity, Py_ssize_t needed,
                size_t item_size) except NULL nogil:
    cdef Py_ssize_t wanted = capacity[0]
    if wanted >= needed:
        return data
    wanted = grown(wanted, needed)
    data = reallocate(data, wanted * item_size)
    capacity[0] = wanted
    return data


cdef int text_reserve(Text* text, Py_ssize_t capacity) except -1 nogil:
    """Reserve memory for `capacity` bytes (and for their spans, if the text is aligned)."""
    cdef Py_ssize_t wanted
    if text.capacity >= capacity and (not text.aligned or text.source_start != NULL):
        return 0
    wanted = grown(text.capacity, capacity)
    text.data = <uint8_t*>reallocate(text.data, wanted)
    # Arrays of spans from an earlier use must grow too, even if this use has no offsets: they have
    # the same `capacity`.
    if text.aligned or text.source_start != NULL:
        text.source_start = <int32_t*>reallocate(text.source_start, wanted * sizeof(int32_t))
        text.source_end = <int32_t*>reallocate(text.source_end, wanted * sizeof(int32_t))
    text.capacity = wanted
    return 0


cdef int text_append(Text* text, const uint8_t* data, Py_ssize_t size, int32_t start,
                     int32_t end) except -1 nogil:
    """Append bytes that all stand for the document's bytes [start, end)."""
    cdef Py_ssize_t i
    if size == 0:
        return 0
    text_reserve(text, text.size + size)
    memcpy(text.data + text.size, data, size)
    if text.aligned:
        for i in range(text.size, text.size + size):
            text.source_start[i] = start
            text.source_end[i] = end
    text.size += size
    return 0


cdef int text_copy(const Text* source, Py_ssize_t first, Py_ssize_t last,
                   Text* target) except -1 nogil:
    cdef Py_ssize_t size = last - first, i = first
    cdef int32_t* starts
    cdef int32_t* ends
    cdef int k, length
    if size <= 0:
        return 0
    text_reserve(target, target.size + size)
    memcpy(target.data + target.size, source.data + first, size)
    if target.aligned:
        starts = target.source_start + target.size
        ends = target.source_end + target.size
        if source.source_start != NULL:
            memcpy(starts, source.source_start + first, size * sizeof(int32_t))
            memcpy(ends, source.source_end + first, size * sizeof(int32_t))
        else:
            while i < last:
                length = utf8_length(source.data[i])
                for k in range(length):
                    starts[i - first + k] = <int32_t>(source.source_offset + i)
                    ends[i - first + k] = <int32_t>(source.source_offset + i + length)
                i += length
    target.size += size
    return 0


cdef void text_clear(Text* text) noexcept nogil:
    text.size = 0


cdef void text_free(Text* text) noexcept nogil:
    free(text.data)
    free(text.source_start)
    free(text.source_end)
    text.data = NULL
    text.source_start = text.source_end = NULL
    text.size = text.capacity = 0


cdef int32_t text_source_start(const Text* text, Py_ssize_t i) noexcept nogil:
    if text.source_start != NULL:
        return text.source_start[i]
    while (text.data[i] & 0xC0) == 0x80:
        i -= 1
    return <int32_t>(text.source_offset + i)


cdef int32_t text_source_end(const Text* text, Py_ssize_t i) noexcept nogil:
    if text.source_start != NULL:
        return text.source_end[i]
    while (text.data[i] & 0xC0) == 0x80:
        i -= 1
    return <int32_t>(text.source_offset + i + utf8_length(text.data[i]))


cdef int spans_push(Spans* spans, Py_ssize_t start, Py_ssize_t end) except -1 nogil:
    if spans.size == spans.capacity:
        spans.data = <Span*>grow(spans.data, &spans.capacity, spans.size + 1, sizeof(Span))
    spans.data[spans.size].start = <int32_t>start
    spans.data[spans.size].end = <int32_t>end
    spans.size += 1
    return 0


cdef void spans_free(Spans* spans) noexcept nogil:
    free(spans.data)
    spans.data = NULL
    spans.size = spans.capacity = 0


cdef int tokens_push(Tokens* tokens, uint32_t id, Py_ssize_t start, Py_ssize_t end) except -1 nogil:
    cdef Token* token
    if tokens.size == tokens.capacity:
        tokens.data = <Token*>grow(tokens.data, &tokens.capacity, tokens.size + 1, sizeof(Token))
    token = tokens.data + tokens.size
    token.id = id
    token.start = <int32_t>start
    token.end = <int32_t>end
    tokens.size += 1
    return 0


cdef void tokens_free(Tokens* tokens) noexcept nogil:
    free(tokens.data)
    tokens.data = NULL
    tokens.size = tokens.capacity = 0


def flatten(stage):
    """Return the steps of a normalizer or pre-tokenizer, those of nested sequences in their place.

    Args:
        stage: A stage, or None for the stage that does nothing.

    Returns:
        A list, empty for None.
    """
    return [] if stage is None else stage.flat()


cdef class Normalizer:
    """Base of the normalizers: text in, text and its alignment out."""

    def flat(self):
        """Return the normalizers that this one applies in order: itself, unless a Sequence."""
        return [self]

    def limit_cuts(self, cuts):
        """Keep the cuts (`_core.cuts.Cuts`) between which this step works as on the whole text.

        A step that says nothing keeps none.
        """
        cuts.keep_ended()

    def after_cut(self):
        """Return what does this step's work where a text begins at a cut, None for nothing."""
        return self

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        with gil:
            raise TypeError(f"{type(self).__name__} is not a usable normalizer")


cdef class PreTokenizer:
    """Base of the pre-tokenizers: text in, spans of words out."""

    def __cinit__(self, *args, **kwargs):
        self.pattern = -1

    def flat(self):
        """Return the pre-tokenizers that this one applies in order: itself, unless a Sequence."""
        return [self]

    def limit_cuts(self, cuts):
        """Keep the cuts (`_core.cuts.Cuts`) between which this step works as on the whole text.

        A step that says nothing keeps those where a word ends already.
        """
        cuts.keep_ended()

    def after_cut(self):
        """Return what does the work of a first step where a text begins at a cut."""
        return self

    def pre_tokenize_str(self, text):
        """Return the words of `text` as (word, (start, end)), offsets in characters of `text`.

        As in `tokenizers`, the words are those of the rewritten text and the offsets those of the
        given one.
        """
        cdef Text source, target
        cdef Text* words = &source
        cdef Spans before, after
        cdef Py_ssize_t i
        data = text.encode()
        memset(&source, 0, sizeof(Text))
        memset(&target, 0, sizeof(Text))
        memset(&before, 0, sizeof(Spans))
        memset(&after, 0, sizeof(Spans))
        source.data = data
        source.size = len(data)
        source.aligned = target.aligned = True
        if not data:
            return []
        try:
            spans_push(&before, 0, source.size)
            if self.split(&source, &target, &before, &after):
                words = &target
            result = []
            for i in range(after.size):
                start, end = after.data[i].start, after.data[i].end
                first = len(data[:text_source_start(words, start)].decode())
                last = len(data[:text_source_end(words, end - 1)].decode())
                result.append((words.data[start:end].decode(), (first, last)))
            return result
        finally:
            text_free(&target)
            spans_free(&before)
            spans_free(&after)

    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil:
        with gil:
            raise TypeError(f"{type(self).__name__} is not a usable pre-tokenizer")


cdef class Model:
    """Base of the models: one word in, its tokens out."""

    def tokenize_word(self, str word not None, seed=None):
        """Return the tokens of one word as (id, start, end), positions in bytes of the word.

        Args:
            word: The word.
            seed: Of a model that draws at random: the same seed, the same tokens.
        """
        cdef Tokens tokens
        cdef bytes data = word.encode()
        tokens.data = NULL
        tokens.size = tokens.capacity = 0
        tokens.random = random_stream(checked_seed(seed), 0)
        try:
            self.tokenize(data, len(data), &tokens)
            return [(tokens.data[i].id, tokens.data[i].start, tokens.data[i].end)
                    for i in range(tokens.size)]
        finally:
            tokens_free(&tokens)

    cdef int tokenize(self, const uint8_t* word, Py_ssize_t size, Tokens* tokens) except -1 nogil:
        with gil:
            raise TypeError(f"{type(self).__name__} is not a usable model")
