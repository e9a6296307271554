from libc.stdint cimport uint8_t

from subword.encode.worker cimport Worker


cdef enum:
    HIGHEST = 0x7FFFFFFF    # bytes a document may have
    # bytes of text for which releasing the GIL costs more than it gives
    GIL_WORTH = 1 << 13


cdef struct Document:
    # A text's storage: `kind` 0 is UTF-8 (ASCII in place), 1, 2 and 4 are Python's units of other
    # strings.
    const void* data
    Py_ssize_t size        # in units
    int kind
    int lacks              # a byte that is known not to be in it, or -1
    bint follows           # in a buffer: behind the document before it and a separator in UTF-8


cdef class Documents:
    cdef Document* data
    cdef readonly Py_ssize_t size
    cdef readonly Py_ssize_t total       # bytes, about
    cdef Py_ssize_t capacity
    cdef list owner                      # the str objects, or a memoryview of each buffer
    # of buffers: the first document of each; None for str objects
    cdef list firsts
    cdef bint raw                        # whether these are bytes that may not be UTF-8

    @staticmethod
    cdef Documents of_list(list texts)

    @staticmethod
    cdef Documents of_buffers(list buffers, bytes separator)
    cdef int push(self, const uint8_t* data, Py_ssize_t size, int lacks, bint follows) except -1


cdef bint find_storage(object text, Document* document) noexcept
cdef int document_of(object text, Py_ssize_t index, Document* document) except -1
cdef Py_ssize_t utf8_of(const Document* document, Worker worker, const uint8_t** data,
                        Py_ssize_t* size) except -2 nogil
cdef object surrogate_error(object text, Py_ssize_t index, Py_ssize_t place)
