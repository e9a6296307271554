"""The contracts between the stages (see _pipeline.pxd) and the loop that runs them."""

from cpython.exc cimport PyErr_CheckSignals
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy, memset


cdef extern from "text/utf8.h" nogil:
    int utf8_length(uint8_t lead)


cdef int out_of_memory() except -1 nogil:
    with gil:
        raise MemoryError("out of memory in the tokenizer pipeline")


cdef int check_signals() except -1 nogil:
    with gil:
        PyErr_CheckSignals()
    return 0


cdef int text_reserve(Text* text, Py_ssize_t capacity) except -1 nogil:
    """Make room for `capacity` bytes (and their spans, when the text is aligned)."""
    cdef Py_ssize_t wanted
    cdef void* p
    if text.capacity >= capacity and (not text.aligned or text.starts != NULL):
        return 0
    wanted = max(capacity, text.capacity + text.capacity // 2, 64)
    p = realloc(text.data, wanted)
    if p == NULL:
        return out_of_memory()
    text.data = <uint8_t*>p
    # Spans from an earlier use grow along even if nobody asks for them now: `capacity` speaks for
    # them too.
    if text.aligned or text.starts != NULL:
        p = realloc(text.starts, wanted * sizeof(int32_t))
        if p == NULL:
            return out_of_memory()
        text.starts = <int32_t*>p
        p = realloc(text.ends, wanted * sizeof(int32_t))
        if p == NULL:
            return out_of_memory()
        text.ends = <int32_t*>p
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
            text.starts[i] = start
            text.ends[i] = end
    text.size += size
    return 0


cdef void text_clear(Text* text) noexcept nogil:
    text.size = 0


cdef void text_free(Text* text) noexcept nogil:
    free(text.data)
    free(text.starts)
    free(text.ends)
    text.data = NULL
    text.starts = text.ends = NULL
    text.size = text.capacity = 0


cdef int32_t text_start(const Text* text, Py_ssize_t i) noexcept nogil:
    if text.starts != NULL:
        return text.starts[i]
    while (text.data[i] & 0xC0) == 0x80:
        i -= 1
    return <int32_t>(text.base + i)


cdef int32_t text_end(const Text* text, Py_ssize_t i) noexcept nogil:
    if text.starts != NULL:
        return text.ends[i]
    while (text.data[i] & 0xC0) == 0x80:
        i -= 1
    return <int32_t>(text.base + i + utf8_length(text.data[i]))


cdef int spans_push(Spans* spans, Py_ssize_t start, Py_ssize_t end) except -1 nogil:
    cdef Py_ssize_t wanted
    cdef void* p
    if spans.size == spans.capacity:
        wanted = max(64, spans.capacity * 2)
        p = realloc(spans.data, wanted * sizeof(Span))
        if p == NULL:
            return out_of_memory()
        spans.data = <Span*>p
        spans.capacity = wanted
    spans.data[spans.size].start = <int32_t>start
    spans.data[spans.size].end = <int32_t>end
    spans.size += 1
    return 0


cdef void spans_free(Spans* spans) noexcept nogil:
    free(spans.data)
    spans.data = NULL
    spans.size = spans.capacity = 0


cdef int tokens_push(Tokens* tokens, uint32_t id, Py_ssize_t start, Py_ssize_t end) except -1 nogil:
    cdef Py_ssize_t wanted
    cdef void* p
    cdef Token* token
    if tokens.size == tokens.capacity:
        wanted = max(64, tokens.capacity * 2)
        p = realloc(tokens.data, wanted * sizeof(Token))
        if p == NULL:
            return out_of_memory()
        tokens.data = <Token*>p
        tokens.capacity = wanted
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


cdef class Normalizer:
    """Base of the normalizers: text in, text and its alignment out."""

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        with gil:
            raise TypeError(f"{type(self).__name__} is not a usable normalizer")


cdef class PreTokenizer:
    """Base of the pre-tokenizers: text in, spans of words out."""

    def __cinit__(self, *args, **kwargs):
        self.pattern = -1

    def pre_tokenize_str(self, text):
        """Return the words of `text` as (word, (start, end)), positions in characters of `text`.

        The order and the form are those of `tokenizers`: the words as rewritten, the places in the
        text as given.
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
                first = len(data[:text_start(words, start)].decode())
                last = len(data[:text_end(words, end - 1)].decode())
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

    def tokenize_word(self, str word not None):
        """Return the tokens of one word as (id, start, end), positions in bytes of the word."""
        cdef Tokens tokens
        cdef bytes data = word.encode()
        tokens.data = NULL
        tokens.size = tokens.capacity = 0
        try:
            self.tokenize(data, len(data), &tokens)
            return [(tokens.data[i].id, tokens.data[i].start, tokens.data[i].end)
                    for i in range(tokens.size)]
        finally:
            tokens_free(&tokens)

    cdef int tokenize(self, const uint8_t* word, Py_ssize_t size, Tokens* tokens) except -1 nogil:
        with gil:
            raise TypeError(f"{type(self).__name__} is not a usable model")
