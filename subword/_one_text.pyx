"""One short text to ids, at the cost of little more than the array that holds them."""

import numpy as np

from cpython.buffer cimport PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from libc.stdint cimport uint8_t, uint32_t
from libc.string cimport memcpy

from subword._documents cimport HIGHEST, Document, document_of, surrogate_error, utf8_of
from subword._encoder cimport Encoder
from subword._worker cimport Output, Worker, output_push

from subword._batches import encode_texts

cdef object np_empty = np.empty, UINT32 = np.dtype(np.uint32)

cdef enum:
    SHORT = 1 << 13    # characters; longer texts go the way of batches, which releases the GIL


cdef class OneText:
    """The part of a tokenizer that encodes one text without a Python call in between.

    Batches pay for a job, a list of documents and the ends of rows; a text of a hundred characters
    is encoded in less time than that takes.
    """

    cdef Encoder _encoder
    cdef tuple _affixes
    cdef object _refusal

    def _prepare(self, Encoder encoder not None, affixes, refusal):
        """Set what calls use.

        Args:
            encoder: The stages.
            affixes: (ids before a text, ids behind it), or None if they are more than that.
            refusal: What to say then.
        """
        self._encoder = encoder
        self._affixes = affixes
        self._refusal = refusal

    def encode_ids(self, str text not None, *, bint add_special_tokens=True):
        """Encode one text into an array of ids: the quickest call for a short text.

        Args:
            text: The text.
            add_special_tokens: Put the post-processor's ids around it.

        Returns:
            uint32 (n,).

        Raises:
            TypeError: The text is not a str.
            ValueError: It holds a lone surrogate, or the post-processor does more than put ids
                around a text.

        >>> import subword
        >>> tok = subword.train(["low lower lowest"] * 9, "bpe", vocab_size=20, progress=False)
        >>> tok.decode(tok.encode_ids("lower"))
        'lower'
        """
        cdef Document document
        cdef Worker worker
        cdef Output* out
        cdef const uint8_t* data
        cdef Py_ssize_t size, place
        cdef Py_buffer buffer
        cdef tuple affixes = self._affixes if add_special_tokens else ((), ())
        if affixes is None:
            raise ValueError(self._refusal)
        document_of(text, 0, &document)
        if document.size > SHORT:
            return encode_texts(self._encoder, [text], False, 1, None, affixes[0], affixes[1])[0]
        worker = self._encoder.borrow()
        try:
            worker.prepare(False)
            out = &worker.scratch
            out.size = 0
            place = utf8_of(&document, worker, &data, &size)
            if place >= 0:
                raise surrogate_error(text, 0, place)
            worker.rows.most = HIGHEST
            worker.rows.prefix_size = 0
            self._encoder.begin(worker, out)
            for id in <tuple>affixes[0]:
                output_push(out, id, 0, 0, 0)
            self._encoder.encode_document(worker, data, size, out)
            self._encoder.flush(worker, out)
            for id in <tuple>affixes[1]:
                output_push(out, id, 0, 0, 0)
            ids = np_empty(out.size, UINT32)
            if out.size:
                PyObject_GetBuffer(ids, &buffer, PyBUF_WRITABLE)
                memcpy(buffer.buf, out.ids, out.size * sizeof(uint32_t))
                PyBuffer_Release(&buffer)
            return ids
        finally:
            self._encoder.pool.append(worker)
