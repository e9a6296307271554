"""Documents to rows of ids, on the thread that asks."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t

from subword._core.simd cimport simd_on
from subword.encode.convert cimport bytes_to_characters
from subword.encode.documents cimport GIL_WORTH, Document, Documents, utf8_of
from subword.encode.encoder cimport Encoder
from subword.encode.worker cimport Output, Rows, Worker

cdef extern from "cpu/memory.h" nogil:
    void subword_prefetch(const void* p)

cdef extern from "text/utf8_check.h" nogil:
    Py_ssize_t utf8_error(const uint8_t* p, Py_ssize_t n, int simd)

cdef enum:
    AHEAD = 4            # documents between asking for a text's bytes and their use
    STRETCH = 1 << 13    # bytes of documents that are looked at for UTF-8 together
    # Characters of a part of a text of which only so many ids are wanted: for each id, and besides.
    CHARACTERS = 5
    WINDOW = 256


cdef Py_ssize_t encode_rows(Encoder encoder, Worker worker, const Document* documents, bint raw,
                            Output* out, Py_ssize_t* place) except -2 nogil:
    """Append the ids of as many documents as worker.rows has rows to come.

    Args:
        raw: The documents' bytes may not be UTF-8.
        place: Where in a document something is wrong.

    Returns:
        The document that is not valid, or -1.
    """
    cdef Py_ssize_t i, k, before, size, count = worker.rows.left, valid = 0
    cdef const Document* document
    cdef const uint8_t* data
    if count == 0:
        return -1
    encoder.begin(worker, out)
    for i in range(count):
        document = &documents[i]
        if i + AHEAD < count:
            subword_prefetch(documents[i + AHEAD].data)
            subword_prefetch(<const uint8_t*>documents[i + AHEAD].data + 64)
        if (encoder.cuts and not raw and not out.full
                and document.size > CHARACTERS * worker.rows.most + WINDOW):
            k = encode_beginning(encoder, worker, document, out)
            if k >= 0:
                place[0] = k
                return i
            continue
        k = utf8_of(document, worker, &data, &size)
        if raw and i >= valid:
            valid = valid_until(documents, i, count)
            if valid == i:
                k = utf8_error(data, size, simd_on)
        if k >= 0:
            place[0] = k
            return i
        before = out.size
        encoder.encode_document(worker, data, size, document.lacks, out)
        if out.full and (document.kind or raw):
            bytes_to_characters(data, size, out.offsets + 2 * before, out.size - before)
        encoder.end_document(worker, out)
    encoder.flush(worker, out)
    return -1


cdef Py_ssize_t valid_until(const Document* documents, Py_ssize_t first,
                            Py_ssize_t count) noexcept nogil:
    """Find that documents[first], ..., which stand in a buffer, are UTF-8 by one look at them and
    the separators between.

    Returns:
        The first document behind them, or `first` if one of them is not.
    """
    cdef const uint8_t* begin = <const uint8_t*>documents[first].data
    cdef Py_ssize_t i = first + 1, size = documents[first].size
    while i < count and documents[i].follows and size < STRETCH:
        size = <const uint8_t*>documents[i].data - begin + documents[i].size
        i += 1
    return i if utf8_error(begin, size, simd_on) < 0 else first


cdef Py_ssize_t encode_beginning(Encoder encoder, Worker worker, const Document* document,
                                 Output* out) except -2 nogil:
    """Append the ids that a long text may keep, part by part, without a look at what follows.

    A part ends where long_texts.py would cut.

    Returns:
        The character that is a lone surrogate, or -1.
    """
    cdef Document part = document[0]
    cdef Py_ssize_t at = 0, stop, size, place
    cdef const uint8_t* data
    worker.word = 0
    worker.row_words = 0
    while at < document.size and not encoder.enough(worker, out):
        stop = place_to_cut(document, at + CHARACTERS * worker.rows.most + WINDOW)
        part.data = <const uint8_t*>document.data + at * max(document.kind, 1)
        part.size = stop - at
        place = utf8_of(&part, worker, &data, &size)
        if place >= 0:
            return at + place
        encoder.encode_part(worker, data, size, -1, out)
        at = stop
    encoder.end_document(worker, out)
    return -1


cdef Py_ssize_t place_to_cut(const Document* document, Py_ssize_t start) noexcept nogil:
    """Return the first place from `start` on where a text may be cut, or its end."""
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
    if document.kind == 2:
        return (<const uint16_t*>document.data)[i]
    if document.kind == 4:
        return (<const uint32_t*>document.data)[i]
    return (<const uint8_t*>document.data)[i]


cdef inline bint is_letter(uint32_t code) noexcept nogil:
    """Whether a character is one of LETTERS in long_texts.py."""
    if code < 0xC0:
        return 0x61 <= (code | 0x20) <= 0x7A
    if code < 0x2B0:
        return code != 0xD7 and code != 0xF7
    return (0x410 <= code <= 0x44F or 0x3041 <= code <= 0x3096 or 0x30A1 <= code <= 0x30FA
            or 0x4E00 <= code <= 0x9FCB or 0xAC00 <= code <= 0xD7A3)


cdef int encode_few(Encoder encoder, Worker worker, Documents documents,
                    const Rows* rows) except -1:
    """Leave the ids of all documents in worker.scratch, and how many each row has in rows.counts.

    This is for a few documents: a job, its lock and its memory would cost as much as their ids.

    Raises:
        ValueError: A document is not valid.
    """
    cdef Py_ssize_t place = 0, wrong
    worker.prepare(False)
    worker.scratch.size = 0
    worker.rows = rows[0]
    if documents.total <= GIL_WORTH:
        wrong = encode_rows(encoder, worker, documents.data, documents.raw, &worker.scratch,
                            &place)
    else:
        with nogil:
            wrong = encode_rows(encoder, worker, documents.data, documents.raw, &worker.scratch,
                                &place)
    if wrong >= 0:
        raise documents.error(wrong, place)
    return 0
