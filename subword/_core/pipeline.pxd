"""The contracts between the rooms: flat C buffers that stages hand each other, and the base class
of each stage.

A stage sees only these structs. Stages are immutable after construction and keep no scratch:
whatever a call needs comes in as an argument, so any number of threads may use one object with the
GIL released.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t


cdef struct Text:
    # A stretch of text on its way through the stages: `size` bytes of valid UTF-8 and, per byte,
    # the bytes [starts[i], ends[i]) of the document that it stands for (a whole character: all
    # bytes of one character carry its span). `starts` is NULL while nothing has changed: byte i
    # stands for the character around byte `base + i` of the document. `aligned` says that somebody
    # will ask for offsets; when it is 0 nobody fills `starts` and `ends`.
    uint8_t* data
    int32_t* starts
    int32_t* ends
    Py_ssize_t size
    Py_ssize_t capacity
    Py_ssize_t base
    bint aligned


cdef struct Span:
    # The bytes [start, end) of a Text: one pre-token, a "word". A text holds less than 2**31 bytes.
    int32_t start
    int32_t end


cdef struct Spans:
    Span* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef struct Token:
    # One piece of a word: its id, and the bytes [start, end) of the word that it covers.
    uint32_t id
    int32_t start
    int32_t end


cdef struct Tokens:
    Token* data
    Py_ssize_t size
    Py_ssize_t capacity


# Growing buffers. The functions that can fail return -1 with MemoryError set.
cdef int text_reserve(Text* text, Py_ssize_t capacity) except -1 nogil
cdef int text_append(Text* text, const uint8_t* data, Py_ssize_t size, int32_t start,
                     int32_t end) except -1 nogil
cdef int out_of_memory() except -1 nogil
# Let Ctrl-C end a long call: raises KeyboardInterrupt on the main thread.
cdef int check_signals() except -1 nogil
cdef void text_clear(Text* text) noexcept nogil   # size 0 and identity; memory is kept
cdef void text_free(Text* text) noexcept nogil
# document byte where byte i's character starts
cdef int32_t text_start(const Text* text, Py_ssize_t i) noexcept nogil
cdef int32_t text_end(const Text* text, Py_ssize_t i) noexcept nogil     # ... and where it ends
cdef int spans_push(Spans* spans, Py_ssize_t start, Py_ssize_t end) except -1 nogil
cdef void spans_free(Spans* spans) noexcept nogil
cdef int tokens_push(Tokens* tokens, uint32_t id, Py_ssize_t start, Py_ssize_t end) except -1 nogil
cdef void tokens_free(Tokens* tokens) noexcept nogil


cdef class Normalizer:
    # Write the normalized form of `source` to `target`, return 1; or return 0 when nothing changes
    # (target untouched). `target` is cleared by the caller. With `source.aligned`, every byte of
    # `target` gets its span of the document.
    cdef int apply(self, const Text* source, Text* target) except -1 nogil


cdef class PreTokenizer:
    # The pattern of scan.h that does all of this pre-tokenizer's cutting, or -1.
    cdef int pattern
    # Cut each span of `before` into the spans of `after`. A pre-tokenizer that also changes the
    # text (ByteLevel's prefix, Metaspace) writes the new text to `target` with `after` counting
    # there and returns 1; otherwise 0.
    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil


cdef class Model:
    # Append the tokens of one word.
    cdef int tokenize(self, const uint8_t* word, Py_ssize_t size, Tokens* tokens) except -1 nogil
