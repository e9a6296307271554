"""Tokens with offsets: from bytes of a word to bytes of its document, and to the values that the
word cache keeps.

With `caches_chunks` the words are chunks of several words: worker.chunk_word_ids[k] is the word of
token k within its chunk and, after the last token, the number of words.
"""

from libc.stdint cimport int32_t, uint32_t

from subword._core.pipeline cimport Text, Token, grow
from subword.encode._word_cache cimport FOUR_TOKENS, TWO_TOKENS, VALUES_PER_TOKEN
from subword.encode.worker cimport Output, Worker, output_push, output_reserve

cdef extern from "text/offsets.h" nogil:
    void unpack_offsets(int32_t* offsets, int32_t start, uint32_t packed)

cdef enum:
    SLACK = 16    # values after the last that may be read


cdef inline int32_t offset_start(const Text* text, int32_t at) noexcept nogil:
    """The byte of the document where the text's byte `at` starts.

    Bytes become characters only at the very end, see `bytes_to_characters`.
    """
    if text.source_start == NULL:
        return <int32_t>(text.source_offset + at)
    return text.source_start[min(at, text.size - 1)]


cdef inline int32_t offset_end(const Text* text, int32_t at) noexcept nogil:
    """The byte of the document where the text's bytes before `at` end."""
    if text.source_start == NULL:
        return <int32_t>(text.source_offset + at)
    return text.source_end[min(at, text.size) - 1]


cdef int emit_tokens(Worker worker, const Text* text, int32_t start, bint caches_chunks,
                     Output* out) except -1 nogil:
    """Append worker.tokens, the tokens of the word at byte `start`."""
    cdef Py_ssize_t k
    cdef const Token* token
    for k in range(worker.tokens.size):
        token = worker.tokens.data + k
        output_push(out, token.id, offset_start(text, start + token.start),
                    offset_end(text, start + token.end),
                    worker.word + (worker.chunk_word_ids[k] if caches_chunks else 0))
    worker.word += worker.chunk_word_ids[worker.tokens.size] if caches_chunks else 1
    return 0


cdef int emit_values(Worker worker, const Text* text, int32_t start, const uint32_t* values,
                     uint32_t count, bint caches_chunks, Output* out) except -1 nogil:
    """Append the tokens of the word at byte `start` from values, VALUES_PER_TOKEN each."""
    cdef uint32_t k, n = count // VALUES_PER_TOKEN
    cdef int32_t* offsets
    cdef int32_t last = 0
    output_reserve(out, n)
    for k in range(n):
        offsets = out.offsets + 2 * (out.size + k)
        out.ids[out.size + k] = values[3 * k]
        offsets[0] = offset_start(text, start + <int32_t>(values[3 * k + 1] >> 16))
        offsets[1] = offset_end(text, start + <int32_t>(values[3 * k + 1] & 0xFFFF))
        last = <int32_t>values[3 * k + 2]
        if out.words != NULL:
            out.words[out.size + k] = worker.word + last
    out.size += n
    if caches_chunks:
        worker.word += last + 1 if n else 0
    else:
        worker.word += 1
    return 0


cdef int emit_packed(Worker worker, const Text* text, int32_t start, const uint32_t* values,
                     uint32_t count, Output* out) except -1 nogil:
    """Append the tokens that `pack_tokens` packed into TWO_TOKENS or FOUR_TOKENS values."""
    cdef int32_t[4] offsets
    cdef int32_t at = start, end
    cdef int k
    if count == FOUR_TOKENS:
        for k in range(4 if values[3] else 3):
            end = start + <int32_t>(values[k] >> 24)
            output_push(out, values[k] & 0xFFFFFF, offset_start(text, at), offset_end(text, end),
                        worker.word)
            at = end
    else:
        unpack_offsets(offsets, start, values[2])
        for k in range(2 if values[2] >> 24 else 1):
            output_push(out, values[k], offset_start(text, offsets[2 * k]),
                        offset_end(text, offsets[2 * k + 1]), worker.word)
    worker.word += 1
    return 0


cdef uint32_t pack_tokens(Worker worker, const Token* token, Py_ssize_t tokens,
                          bint caches_chunks) noexcept nogil:
    """Pack up to four tokens of a short word into worker.values.

    One or two tokens become their ids and a value of the four bytes start, end, start, end. Three
    or four tokens without gaps become their ids with the byte where each ends.

    Returns:
        How many values, 0 if they cannot be packed.
    """
    cdef Py_ssize_t k
    cdef uint32_t* values = worker.values
    cdef int32_t end = 0
    if not 1 <= tokens <= 4 or (caches_chunks and worker.chunk_word_ids[tokens] != 1):
        return 0
    if tokens > 2:
        values[3] = 0
        for k in range(tokens):
            if token[k].start != end or token[k].end <= end or token[k].id >> 24:
                return 0
            end = token[k].end
            values[k] = token[k].id | <uint32_t>end << 24
        return FOUR_TOKENS
    values[0] = token[0].id
    values[1] = token[tokens - 1].id
    values[2] = <uint32_t>token[0].start | <uint32_t>token[0].end << 8
    if tokens == 2:
        values[2] |= <uint32_t>token[1].start << 16 | <uint32_t>token[1].end << 24
    return TWO_TOKENS if tokens == 1 or token[1].end > 0 else 0


cdef uint32_t tokens_to_values(Worker worker, const Token* tokens, Py_ssize_t count,
                               bint with_offsets, bint is_short,
                               bint caches_chunks) except? 0xFFFFFFFF nogil:
    """Turn the tokens of a word into worker.values, the values that the cache keeps.

    Without offsets these are the ids. With offsets they are what `pack_tokens` makes of a short
    word of few tokens, otherwise VALUES_PER_TOKEN for each token. Where that gives as many values
    as TWO_TOKENS, two zeros are added to tell them apart.

    Returns:
        How many values.
    """
    cdef Py_ssize_t k, n = count * (VALUES_PER_TOKEN if with_offsets else 1)
    cdef const Token* token
    cdef uint32_t packed
    if worker.values_capacity < n + SLACK:
        worker.values = <uint32_t*>grow(worker.values, &worker.values_capacity, n + SLACK,
                                        sizeof(uint32_t))
    if with_offsets and is_short:
        packed = pack_tokens(worker, tokens, count, caches_chunks)
        if packed:
            return packed
    for k in range(count):
        token = tokens + k
        if with_offsets:
            worker.values[3 * k] = token.id
            worker.values[3 * k + 1] = <uint32_t>token.start << 16 | <uint32_t>token.end
            worker.values[3 * k + 2] = <uint32_t>(worker.chunk_word_ids[k] if caches_chunks else 0)
        else:
            worker.values[k] = token.id
    if with_offsets and is_short and n == TWO_TOKENS:
        worker.values[n] = worker.values[n + 1] = 0
        n += 2
    return <uint32_t>n
