"""The contracts between the rooms: flat C buffers that stages hand each other, and the base class
of each stage.

A stage sees only these structs. Stages are immutable after construction and keep no scratch:
whatever a call needs comes in as an argument, so any number of threads may use one object with the
GIL released.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t


cdef enum:
    NO_ID = 0xFFFFFFFF      # no token: the ids of tokens are smaller

cpdef enum:
    MAX_TEXT_BYTES = 0x7FFFFFFF     # of one text: offsets are int32


cdef struct Text:
    # A part of a document between two stages: `size` bytes of valid UTF-8. Byte i stands for the
    # bytes [source_start[i], source_end[i]) of the document, always whole characters; all bytes of
    # one character have the same span. `source_start` is NULL as long as nothing has changed: then
    # byte i stands for the character around byte `source_offset + i` of the document. `aligned`
    # says that offsets will be asked for; if it is 0 the two arrays are not filled.
    uint8_t* data
    int32_t* source_start
    int32_t* source_end
    Py_ssize_t size
    Py_ssize_t capacity
    Py_ssize_t source_offset
    bint aligned


cdef struct Span:
    # The bytes [start, end) of a Text: one pre-token, a "word".
    int32_t start
    int32_t end


cdef struct Spans:
    Span* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef struct Token:
    # One token of a word: its id, and the bytes [start, end) of the word that it covers.
    uint32_t id
    int32_t start
    int32_t end


cdef struct Tokens:
    # The tokens so far; and the random numbers of the text that they are of, for a model that
    # draws: the state of the stream (`_core/random.pxd`).
    Token* data
    Py_ssize_t size
    Py_ssize_t capacity
    uint64_t random


cdef int out_of_memory() except -1 nogil    # raises MemoryError
# Let Ctrl-C end a long call: raises KeyboardInterrupt on the main thread.
cdef int check_signals() except -1 nogil


# Growing buffers. A struct with `data`, `size` and `capacity` (counted in items) grows like this:
#     if buffer.size == buffer.capacity:
#         buffer.data = <Item*>grow(buffer.data, &buffer.capacity, buffer.size + 1, sizeof(Item))
# Buffers that share one capacity take `grown` once and `reallocate` for each.
cdef inline Py_ssize_t grown(Py_ssize_t capacity, Py_ssize_t needed) noexcept nogil:
    """A capacity of at least `needed` items, half as much again as the old one: amortised O(1)."""
    return max(needed, capacity + capacity // 2, 64)


cdef void* reallocate(void* data, size_t size) except NULL nogil    # realloc, or MemoryError
# Make the buffer hold `needed` items or more; return where it is now.
cdef void* grow(void* data, Py_ssize_t* capacity, Py_ssize_t needed,
                size_t item_size) except NULL nogil

cdef int text_reserve(Text* text, Py_ssize_t capacity) except -1 nogil
cdef int text_append(Text* text, const uint8_t* data, Py_ssize_t size, int32_t start,
                     int32_t end) except -1 nogil
# Append source[first:last) with its spans. It must begin and end between characters.
cdef int text_copy(const Text* source, Py_ssize_t first, Py_ssize_t last,
                   Text* target) except -1 nogil
cdef void text_clear(Text* text) noexcept nogil   # size 0; the memory is kept
cdef void text_free(Text* text) noexcept nogil
# The document's byte where the character around byte i starts, and where it ends.
cdef int32_t text_source_start(const Text* text, Py_ssize_t i) noexcept nogil
cdef int32_t text_source_end(const Text* text, Py_ssize_t i) noexcept nogil
cdef int spans_push(Spans* spans, Py_ssize_t start, Py_ssize_t end) except -1 nogil
cdef void spans_free(Spans* spans) noexcept nogil
cdef int tokens_push(Tokens* tokens, uint32_t id, Py_ssize_t start, Py_ssize_t end) except -1 nogil
cdef void tokens_free(Tokens* tokens) noexcept nogil


cdef class Normalizer:
    # Write the normalized form of `source` to `target` and return 1; or return 0 if nothing changes
    # (`target` is untouched then). The caller clears `target`. With `source.aligned`, every byte of
    # `target` gets its span of the document.
    cdef int apply(self, const Text* source, Text* target) except -1 nogil


cdef class PreTokenizer:
    # The pattern of scan.h that does all of this pre-tokenizer's splitting, or -1.
    cdef int pattern
    # Split each span of `before` into the spans of `after`. A pre-tokenizer that also changes the
    # text (ByteLevel, Metaspace) writes the new text to `target`, whose positions `after` holds
    # then, and returns 1; otherwise it returns 0.
    cdef int split(self, const Text* source, Text* target, const Spans* before,
                   Spans* after) except -1 nogil


cdef class Model:
    # Append the tokens of one word.
    cdef int tokenize(self, const uint8_t* word, Py_ssize_t size, Tokens* tokens) except -1 nogil
