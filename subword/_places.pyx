"""Tokens with their places: from bytes of a word to bytes of its document, and to what the cache
keeps of them.

With `chunks`, worker.chunk_words[k] is the word of the chunk's token k and, behind the last, how
many words there are.
"""

from libc.stdint cimport int32_t, uint32_t
from libc.stdlib cimport realloc

from subword._pipeline cimport Text, Token, out_of_memory
from subword._worker cimport Output, Worker, output_push, output_reserve

cdef enum:
    SLACK = 16    # values that may be read behind the last


cdef inline int32_t place_start(const Text* text, int32_t at) noexcept nogil:
    """Document byte of the text's byte `at`; characters are found at the very end."""
    if text.starts == NULL:
        return <int32_t>(text.base + at)
    return text.starts[min(at, text.size - 1)]


cdef inline int32_t place_end(const Text* text, int32_t at) noexcept nogil:
    if text.starts == NULL:
        return <int32_t>(text.base + at)
    return text.ends[min(at, text.size) - 1]


cdef int emit_tokens(Worker worker, const Text* text, int32_t start, bint chunks,
                     Output* out) except -1 nogil:
    """Append worker.tokens, those of the word at `start`."""
    cdef Py_ssize_t k
    cdef const Token* token
    for k in range(worker.tokens.size):
        token = worker.tokens.data + k
        output_push(out, token.id, place_start(text, start + token.start),
                    place_end(text, start + token.end),
                    worker.word + (worker.chunk_words[k] if chunks else 0))
    worker.word += worker.chunk_words[worker.tokens.size] if chunks else 1
    return 0


cdef int emit_values(Worker worker, const Text* text, int32_t start, const uint32_t* values,
                     uint32_t n, bint chunks, Output* out) except -1 nogil:
    """Append n cached tokens of the word at `start`."""
    cdef uint32_t k
    cdef int32_t* offsets
    cdef int32_t last = 0
    output_reserve(out, n)
    for k in range(n):
        offsets = out.offsets + 2 * (out.size + k)
        out.ids[out.size + k] = values[3 * k]
        offsets[0] = place_start(text, start + <int32_t>(values[3 * k + 1] >> 16))
        offsets[1] = place_end(text, start + <int32_t>(values[3 * k + 1] & 0xFFFF))
        last = <int32_t>values[3 * k + 2]
        if out.words != NULL:
            out.words[out.size + k] = worker.word + last
    out.size += n
    if chunks:
        worker.word += last + 1 if n else 0
    else:
        worker.word += 1
    return 0


cdef uint32_t tokens_to_values(Worker worker, bint full, bint chunks) except? 0xFFFFFFFF nogil:
    """Turn worker.tokens into what the cache keeps of them, worker.values: ids, or PLACES for each.
    Returns how many values."""
    cdef Py_ssize_t k, n = worker.tokens.size * (PLACES if full else 1)
    cdef const Token* token
    cdef void* p
    if worker.values_capacity < n + SLACK:
        p = realloc(worker.values, 2 * (n + SLACK) * sizeof(uint32_t))
        if p == NULL:
            out_of_memory()
            return 0xFFFFFFFF
        worker.values = <uint32_t*>p
        worker.values_capacity = 2 * (n + SLACK)
    for k in range(worker.tokens.size):
        token = worker.tokens.data + k
        if full:
            worker.values[3 * k] = token.id
            worker.values[3 * k + 1] = <uint32_t>token.start << 16 | <uint32_t>token.end
            worker.values[3 * k + 2] = <uint32_t>(worker.chunk_words[k] if chunks else 0)
        else:
            worker.values[k] = token.id
    return <uint32_t>n
