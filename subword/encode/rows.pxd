from subword.encode.documents cimport Document, Documents
from subword.encode.encoder cimport Encoder
from subword.encode.worker cimport Output, Rows, Worker

cdef enum:
    FEW = 1 << 16    # bytes of text that are encoded into a worker's scratch and copied from there

cdef Py_ssize_t encode_rows(Encoder encoder, Worker worker, const Document* documents, bint raw,
                            Output* out, Py_ssize_t* place) except -2 nogil
cdef int encode_few(Encoder encoder, Worker worker, Documents documents,
                    const Rows* rows) except -1
