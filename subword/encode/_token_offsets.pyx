"""Tokens with their places: from bytes of a word to bytes of its document, and to what the cache
keeps of them.

With `chunks`, worker.chunk_words[k] is the word of the chunk's token k and, behind the last, how
many words there are.
"""

from libc.stdint cimport int32_t, uint32_t
from libc.stdlib cimport realloc

from subword._core.pipeline cimport Text, Token, out_of_memory
from subword.encode._word_cache cimport PACKED, PACKED_MANY, PLACES
from subword.encode.worker cimport Output, Worker, output_push, output_reserve

cdef extern from "text/offsets.h" nogil:
    void unpack_places(int32_t* offsets, int32_t start, uint32_t packed)

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
                     uint32_t count, bint chunks, Output* out) except -1 nogil:
    """Append the tokens of the word at `start`, PLACES values each."""
    cdef uint32_t k, n = count // PLACES
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


cdef int emit_packed(Worker worker, const Text* text, int32_t start, const uint32_t* values,
                     uint32_t count, Output* out) except -1 nogil:
    """Append the tokens that are packed into PACKED or PACKED_MANY values."""
    cdef int32_t[4] places
    cdef int32_t at = start, end
    cdef int k
    if count == PACKED_MANY:
        for k in range(4 if values[3] else 3):
            end = start + <int32_t>(values[k] >> 24)
            output_push(out, values[k] & 0xFFFFFF, place_start(text, at), place_end(text, end),
                        worker.word)
            at = end
    else:
        unpack_places(places, start, values[2])
        for k in range(2 if values[2] >> 24 else 1):
            output_push(out, values[k], place_start(text, places[2 * k]),
                        place_end(text, places[2 * k + 1]), worker.word)
    worker.word += 1
    return 0


cdef uint32_t pack(Worker worker, bint chunks) noexcept nogil:
    """Pack up to four tokens of a short word into worker.values: two ids and the bytes start, end,
    start, end; or ids with the bytes where they end, each token from the end of the one before.

    Returns:
        How many values, 0 if they cannot be packed.
    """
    cdef Py_ssize_t tokens = worker.tokens.size, k
    cdef const Token* token = worker.tokens.data
    cdef uint32_t* values = worker.values
    cdef int32_t end = 0
    if not 1 <= tokens <= 4 or (chunks and worker.chunk_words[tokens] != 1):
        return 0
    if tokens > 2:
        values[3] = 0
        for k in range(tokens):
            if token[k].start != end or token[k].end <= end or token[k].id >> 24:
                return 0
            end = token[k].end
            values[k] = token[k].id | <uint32_t>end << 24
        return PACKED_MANY
    values[0] = token[0].id
    values[1] = token[tokens - 1].id
    values[2] = <uint32_t>token[0].start | <uint32_t>token[0].end << 8
    if tokens == 2:
        values[2] |= <uint32_t>token[1].start << 16 | <uint32_t>token[1].end << 24
    return PACKED if tokens == 1 or token[1].end > 0 else 0


cdef uint32_t tokens_to_values(Worker worker, bint full, bint is_short,
                               bint chunks) except? 0xFFFFFFFF nogil:
    """Turn worker.tokens into what the cache keeps of them, worker.values.

    That is the ids or, with places, those of `pack` for a short word if it has few tokens, and else
    PLACES for each token; one such token of a short word has two more, to tell it from those.

    Returns:
        How many values.
    """
    cdef Py_ssize_t k, n = worker.tokens.size * (PLACES if full else 1)
    cdef const Token* token
    cdef uint32_t packed
    cdef void* p
    if worker.values_capacity < n + SLACK:
        p = realloc(worker.values, 2 * (n + SLACK) * sizeof(uint32_t))
        if p == NULL:
            out_of_memory()
            return 0xFFFFFFFF
        worker.values = <uint32_t*>p
        worker.values_capacity = 2 * (n + SLACK)
    if full and is_short:
        packed = pack(worker, chunks)
        if packed:
            return packed
    for k in range(worker.tokens.size):
        token = worker.tokens.data + k
        if full:
            worker.values[3 * k] = token.id
            worker.values[3 * k + 1] = <uint32_t>token.start << 16 | <uint32_t>token.end
            worker.values[3 * k + 2] = <uint32_t>(worker.chunk_words[k] if chunks else 0)
        else:
            worker.values[k] = token.id
    if full and is_short and n == PACKED:
        worker.values[n] = worker.values[n + 1] = 0
        n += 2
    return <uint32_t>n
