"""Documents to rows of ids, on the calling thread."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from subword._core.simd cimport simd_on
from subword.encode.convert cimport bytes_to_characters
from subword.encode.documents cimport MAX_BYTES_WITH_GIL, Document, Documents, utf8_of
from subword.encode.encoder cimport Encoder
from subword.encode.worker cimport Output, RowPlan, Worker

from subword.encode.split_points import LETTER_RANGES

cdef extern from "cpu/hints.h" nogil:
    void subword_prefetch(const void* p)

cdef extern from "text/utf8_check.h" nogil:
    Py_ssize_t utf8_error(const uint8_t* p, Py_ssize_t n, int simd)

cdef enum:
    PREFETCH_AHEAD = 4          # documents between the prefetch of a text's bytes and their use
    UTF8_CHECK_BYTES = 1 << 13  # bytes of documents that are checked for UTF-8 together
    # A part of a text of which only some ids are wanted has so many characters for each id, and
    # so many besides.
    CHARS_PER_ID = 5
    EXTRA_CHARS = 256

cdef uint64_t[1 << 10] letters  # a bit for each code point below 2**16 that LETTER_RANGES holds


cdef set_letters():
    cdef uint32_t code
    for first, last in LETTER_RANGES:
        for code in range(ord(first), ord(last) + 1):
            letters[code >> 6] |= <uint64_t>1 << (code & 63)


set_letters()


cdef Py_ssize_t encode_documents(Encoder encoder, Worker worker, const Document* documents,
                                 bint unchecked, Output* out,
                                 Py_ssize_t* position) except -2 nogil:
    """Append the ids of as many documents as worker.row_plan has rows left.

    Args:
        unchecked: The documents are bytes that may not be UTF-8.
        position: Where in an invalid document the error is.

    Returns:
        The index of a document that is invalid, or -1.
    """
    cdef Py_ssize_t i, k, before, size, count = worker.row_plan.left, valid = 0
    cdef const Document* document
    cdef const uint8_t* data
    if count == 0:
        return -1
    encoder.begin_run(worker, out)
    for i in range(count):
        document = &documents[i]
        if i + PREFETCH_AHEAD < count:
            subword_prefetch(documents[i + PREFETCH_AHEAD].data)
            subword_prefetch(<const uint8_t*>documents[i + PREFETCH_AHEAD].data + 64)
        if (encoder.splits_long_texts and not unchecked and not out.with_offsets
                and document.size > CHARS_PER_ID * worker.row_plan.max_ids + EXTRA_CHARS):
            k = encode_prefix(encoder, worker, document, out)
            if k >= 0:
                position[0] = k
                return i
            continue
        k = utf8_of(document, worker, &data, &size)
        if unchecked and i >= valid:
            valid = valid_until(documents, i, count)
            if valid == i:
                k = utf8_error(data, size, simd_on)
        if k >= 0:
            position[0] = k
            return i
        before = out.size
        encoder.encode_document(worker, data, size, document.absent_byte, out)
        if out.with_offsets and (document.bytes_per_char or unchecked):
            bytes_to_characters(data, size, out.offsets + 2 * before, out.size - before)
        encoder.end_document(worker, out)
    encoder.flush(worker, out)
    return -1


cdef Py_ssize_t valid_until(const Document* documents, Py_ssize_t first,
                            Py_ssize_t count) noexcept nogil:
    """Check several documents of a buffer, and the separators between them, for UTF-8 at once.

    Returns:
        The first document, after `first`, that was not checked; `first` if there was an error.
    """
    cdef const uint8_t* begin = <const uint8_t*>documents[first].data
    cdef Py_ssize_t i = first + 1, size = documents[first].size
    while i < count and documents[i].follows_separator and size < UTF8_CHECK_BYTES:
        size = <const uint8_t*>documents[i].data - begin + documents[i].size
        i += 1
    return i if utf8_error(begin, size, simd_on) < 0 else first


cdef Py_ssize_t encode_prefix(Encoder encoder, Worker worker, const Document* document,
                              Output* out) except -2 nogil:
    """Append the ids that a long text may keep, part by part, without reading the rest.

    Returns:
        The index of a character that is a lone surrogate, or -1.
    """
    cdef Document part = document[0]
    cdef Py_ssize_t start = 0, stop, size, error
    cdef const uint8_t* data
    worker.word = 0
    worker.row_words = 0
    while start < document.size and not encoder.has_enough(worker, out):
        stop = next_split(document, start + CHARS_PER_ID * worker.row_plan.max_ids + EXTRA_CHARS)
        part.data = <const uint8_t*>document.data + start * max(document.bytes_per_char, 1)
        part.size = stop - start
        error = utf8_of(&part, worker, &data, &size)
        if error >= 0:
            return start + error
        encoder.encode_part(worker, data, size, -1, out)
        start = stop
    encoder.end_document(worker, out)
    return -1


cdef Py_ssize_t next_split(const Document* document, Py_ssize_t start) noexcept nogil:
    """Return the first character from `start` on before which a text may be split, or its end.

    This is `split_pattern` of split_points.py.
    """
    cdef uint32_t before, here, after
    cdef Py_ssize_t i
    if start + 1 >= document.size:
        return document.size
    before = unit(document, start - 1)
    here = unit(document, start)
    for i in range(start, document.size - 1):
        after = unit(document, i + 1)
        if (here == 0x20 or here == 0x0A) and is_letter(before) and is_letter(after):
            return i
        before = here
        here = after
    return document.size


cdef inline uint32_t unit(const Document* document, Py_ssize_t i) noexcept nogil:
    """The character i; in UTF-8, which is ASCII here, the byte i."""
    if document.bytes_per_char == 2:
        return (<const uint16_t*>document.data)[i]
    if document.bytes_per_char == 4:
        return (<const uint32_t*>document.data)[i]
    return (<const uint8_t*>document.data)[i]


cdef inline bint is_letter(uint32_t code) noexcept nogil:
    return code < 0x10000 and letters[code >> 6] >> (code & 63) & 1


cdef int encode_to_scratch(Encoder encoder, Worker worker, Documents documents,
                           const RowPlan* plan, uint64_t seed, uint64_t first) except -1:
    """Put the ids of all documents into worker.scratch, and the count of each into plan.counts.

    This is for small batches: a job, its lock and its memory would cost as much as their ids.

    Raises:
        ValueError: A document is invalid.
    """
    cdef Py_ssize_t position = 0, wrong
    worker.prepare(False, False)
    worker.scratch.size = 0
    worker.row_plan = plan[0]
    worker.seed = seed
    worker.next_text = first
    if documents.total <= MAX_BYTES_WITH_GIL:
        wrong = encode_documents(encoder, worker, documents.data, documents.unchecked,
                                 &worker.scratch, &position)
    else:
        with nogil:
            wrong = encode_documents(encoder, worker, documents.data, documents.unchecked,
                                     &worker.scratch, &position)
    if wrong >= 0:
        raise documents.error(wrong, position)
    return 0
