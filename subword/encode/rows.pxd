"""Documents to rows of ids, on the calling thread."""

from libc.stdint cimport uint64_t

from subword.encode.documents cimport Document, Documents
from subword.encode.encoder cimport Encoder
from subword.encode.worker cimport Output, RowPlan, Worker

cdef enum:
    # Bytes of text up to which a batch is encoded into a worker's scratch and copied from there.
    SMALL_BATCH_BYTES = 1 << 16

cdef Py_ssize_t encode_documents(Encoder encoder, Worker worker, const Document* documents,
                                 bint unchecked, Output* out,
                                 Py_ssize_t* position) except -2 nogil
cdef int encode_to_scratch(Encoder encoder, Worker worker, Documents documents,
                           const RowPlan* plan, uint64_t seed, uint64_t first) except -1
