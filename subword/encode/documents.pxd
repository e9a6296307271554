"""Where the text of each document of a batch lies."""

from libc.stdint cimport uint8_t

from subword.encode.worker cimport Worker


cdef enum:
    # Bytes of text up to which releasing the GIL costs more than it saves.
    MAX_BYTES_WITH_GIL = 1 << 13


cdef struct Document:
    # The storage of a text: UTF-8 (a str of ASCII is that too), or the characters of another str.
    const void* data
    Py_ssize_t size             # in bytes of UTF-8, or in characters
    int bytes_per_char          # 0 for UTF-8, else 1, 2 or 4
    int absent_byte             # a byte that is known not to be in it, or -1
    bint follows_separator      # comes in its buffer directly after a separator that is UTF-8


cdef class Documents:
    cdef Document* data
    cdef readonly Py_ssize_t size
    cdef readonly Py_ssize_t total       # bytes, about
    cdef Py_ssize_t capacity
    cdef list owners                     # the str objects, or a memoryview of each buffer
    cdef list first_documents            # the first document of each buffer; None for str objects
    cdef bint unchecked                  # whether these are bytes that may not be UTF-8

    @staticmethod
    cdef Documents of_list(list texts)

    @staticmethod
    cdef Documents of_buffers(list buffers, bytes separator)
    cdef int push(self, const uint8_t* data, Py_ssize_t size, int absent_byte,
                  bint follows_separator) except -1


cdef bint find_storage(object text, Document* document) noexcept
cdef int document_of(object text, Py_ssize_t index, Document* document) except -1
cdef Py_ssize_t utf8_of(const Document* document, Worker worker, const uint8_t** data,
                        Py_ssize_t* size) except -2 nogil
cdef object surrogate_error(object text, Py_ssize_t index, Py_ssize_t position)
