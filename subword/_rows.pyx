"""Documents to rows of ids, on the thread that asks."""

from libc.stdint cimport uint8_t

from subword._documents cimport GIL_WORTH, Document, Documents, utf8_of
from subword._encoder cimport Encoder
from subword._output cimport bytes_to_characters
from subword._worker cimport Output, Rows, Worker
from subword.cutting cimport simd_on

cdef extern from "memory.h" nogil:
    void subword_prefetch(const void* p)

cdef extern from "utf8_check.h" nogil:
    Py_ssize_t utf8_error(const uint8_t* p, Py_ssize_t n, int simd)

cdef enum:
    AHEAD = 4    # documents between asking for a text's bytes and their use


cdef Py_ssize_t encode_rows(Encoder encoder, Worker worker, const Document* documents, bint raw,
                            Output* out, Py_ssize_t* place) except -2 nogil:
    """Append the ids of as many documents as worker.rows has rows to come.

    Args:
        raw: The documents' bytes may not be UTF-8.
        place: Where in a document something is wrong.

    Returns:
        The document that is not valid, or -1.
    """
    cdef Py_ssize_t i, k, before, size, count = worker.rows.left
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
        k = utf8_of(document, worker, &data, &size)
        if k < 0 and raw:
            k = utf8_error(data, size, simd_on)
        if k >= 0:
            place[0] = k
            return i
        before = out.size
        encoder.encode_document(worker, data, size, out)
        if out.full and (document.kind or raw):
            bytes_to_characters(data, size, out.offsets + 2 * before, out.size - before)
        encoder.end_document(worker, out)
    encoder.flush(worker, out)
    return -1


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
