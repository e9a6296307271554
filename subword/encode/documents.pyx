"""Where the text of each document of a batch lies: in a str object, or in a buffer of UTF-8.
"""

from bisect import bisect_right

from libc.stdint cimport uint8_t, uint16_t, uint32_t
from libc.stdlib cimport free, malloc

from subword._core.pipeline cimport MAX_TEXT_BYTES, grow, reallocate
from subword._core.simd cimport simd_on
from subword.encode.worker cimport Worker

cdef extern from "Python.h":
    bint PyUnicode_Check(object o)
    bint PyUnicode_IS_ASCII(object o)
    int PyUnicode_KIND(object o)
    void* PyUnicode_DATA(object o)
    Py_ssize_t PyUnicode_GET_LENGTH(object o)
    void* PyList_GET_ITEM(list o, Py_ssize_t i)

cdef extern from "text/find_bytes.h" nogil:
    const uint8_t* find_bytes(const uint8_t* data, size_t size, const uint8_t* needle,
                              size_t needle_size, bint* absent)

cdef extern from "cpu/hints.h" nogil:
    void subword_prefetch(const void* p)

cdef extern from "text/transcode.h" nogil:
    enum:
        TRANSCODE_SLACK
    Py_ssize_t transcode_latin1(const uint8_t* s, Py_ssize_t n, uint8_t* out)
    Py_ssize_t transcode_ucs2(const uint16_t* s, Py_ssize_t n, uint8_t* out, int simd)
    Py_ssize_t transcode_ucs4(const uint32_t* s, Py_ssize_t n, uint8_t* out)

cdef enum:
    PREFETCH_AHEAD = 8              # documents between the prefetch of a str object and its use


cdef inline Py_ssize_t most_bytes(const Document* document) noexcept nogil:
    """How many bytes of UTF-8 a document has at most."""
    return document.size * (document.bytes_per_char + 1)


cdef bint find_storage(object text, Document* document) noexcept:
    """Fill in where a str is stored; return 0 if it is no str."""
    if not PyUnicode_Check(text):
        return False
    document.data = PyUnicode_DATA(text)
    document.size = PyUnicode_GET_LENGTH(text)
    document.bytes_per_char = 0 if PyUnicode_IS_ASCII(text) else PyUnicode_KIND(text)
    document.absent_byte = -1
    document.follows_separator = False
    return True


cdef int document_of(object text, Py_ssize_t index, Document* document) except -1:
    """Fill in where a str is stored, which must not be too long; `index` is for the error."""
    if not find_storage(text, document):
        raise TypeError(f"text {index} must be a str, got {type(text).__name__}")
    if most_bytes(document) > MAX_TEXT_BYTES:
        raise ValueError(f"text {index} is too long: a document holds at most "
                         f"{MAX_TEXT_BYTES} bytes of UTF-8")
    return 0


cdef Py_ssize_t utf8_of(const Document* document, Worker worker, const uint8_t** data,
                        Py_ssize_t* size) except -2 nogil:
    """Set `data` and `size` to a document's UTF-8: where it lies, or in the worker's scratch.

    Returns:
        The index of a character that is a lone surrogate, or -1.
    """
    cdef Py_ssize_t needed = most_bytes(document) + TRANSCODE_SLACK, written
    data[0] = <const uint8_t*>document.data
    size[0] = document.size
    if document.bytes_per_char == 0:
        return -1
    if worker.utf8_capacity < needed:
        worker.utf8 = <uint8_t*>reallocate(worker.utf8, needed)
        worker.utf8_capacity = needed
    data[0] = worker.utf8
    if document.bytes_per_char == 1:
        written = transcode_latin1(<const uint8_t*>document.data, document.size, worker.utf8)
    elif document.bytes_per_char == 2:
        written = transcode_ucs2(<const uint16_t*>document.data, document.size, worker.utf8,
                                 simd_on)
    else:
        written = transcode_ucs4(<const uint32_t*>document.data, document.size, worker.utf8)
    size[0] = written
    return -1 if written >= 0 else -1 - written


cdef object surrogate_error(object text, Py_ssize_t index, Py_ssize_t position):
    return ValueError(
        f"text {index} holds a lone surrogate (U+{ord(text[position]):04X}) at character "
        f"{position}: it cannot be encoded as UTF-8")


cdef bint is_utf8(bytes data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class NotUTF8(ValueError):
    """A buffer that is not UTF-8.

    Args:
        buffer: Which of the buffers.
        byte: Where in it the first byte is that is not part of valid UTF-8.
    """

    def __init__(self, buffer, byte):
        super().__init__(f"buffer {buffer} is not UTF-8 at byte {byte}")
        self.buffer = buffer
        self.byte = byte


cdef class Documents:
    """Where the texts of a batch lie: the storage of str objects, or spans of buffers."""

    def __dealloc__(self):
        free(self.data)

    @staticmethod
    cdef Documents of_list(list texts):
        cdef Documents self = Documents.__new__(Documents)
        cdef Py_ssize_t i
        cdef Document* document
        self.owners = texts
        self.size = len(texts)
        self.data = <Document*>malloc(max(self.size, 1) * sizeof(Document))
        if self.data == NULL:
            raise MemoryError("no memory for the list of documents")
        for i in range(self.size):
            if i + PREFETCH_AHEAD < self.size:    # str objects are scattered in memory
                subword_prefetch(PyList_GET_ITEM(texts, i + PREFETCH_AHEAD))
            document = &self.data[i]
            document_of(texts[i], i, document)
            self.total += most_bytes(document)
        if self.total > MAX_BYTES_WITH_GIL:
            self.owners = list(texts)    # other threads may change the list meanwhile
        return self

    @staticmethod
    cdef Documents of_buffers(list buffers, bytes separator):
        """Split buffers at a separator, as bytes.split does, but a separator at the end of a
        buffer begins no document."""
        cdef Documents self = Documents.__new__(Documents)
        cdef const uint8_t[::1] view
        cdef const uint8_t* data
        cdef const uint8_t* found
        cdef bytes wanted = separator or b""
        cdef const uint8_t* needle = wanted
        cdef Py_ssize_t size, at, needle_size = len(wanted)
        cdef bint absent, follows_separator, valid = is_utf8(wanted)
        self.unchecked = True
        self.owners = []
        self.first_documents = []
        for buffer in buffers:
            view = buffer
            self.owners.append(memoryview(buffer))
            self.first_documents.append(self.size)
            size = view.shape[0]
            data = &view[0] if size else NULL
            at = 0
            follows_separator = False
            while needle_size and at < size:
                found = find_bytes(data + at, size - at, needle, needle_size, &absent)
                if found == NULL:
                    break
                self.push(data + at, found - data - at, needle[0] if absent else -1,
                          follows_separator)
                at = found - data + needle_size
                follows_separator = valid
            if at < size or not needle_size:
                self.push(data + at, size - at, -1, follows_separator)
        return self

    cdef int push(self, const uint8_t* data, Py_ssize_t size, int absent_byte,
                  bint follows_separator) except -1:
        """Append a document of a buffer."""
        cdef Document* document
        if self.size == self.capacity:
            self.data = <Document*>grow(self.data, &self.capacity, self.size + 1,
                                        sizeof(Document))
        if size > MAX_TEXT_BYTES:
            raise ValueError(
                f"document {self.size} is too long: it has {size} bytes, "
                f"the most are {MAX_TEXT_BYTES}")
        document = &self.data[self.size]
        document.data = data
        document.size = size
        document.bytes_per_char = 0
        document.absent_byte = absent_byte
        document.follows_separator = follows_separator
        self.size += 1
        self.total += size
        return 0

    def error(self, Py_ssize_t document, Py_ssize_t position):
        """Return the exception for a document that is invalid at a position."""
        if not self.unchecked:
            return surrogate_error(self.owners[document], document, position)
        buffer = bisect_right(self.first_documents, document) - 1
        base = self.data[<Py_ssize_t>self.first_documents[buffer]].data
        start = <const uint8_t*>self.data[document].data - <const uint8_t*>base
        return NotUTF8(buffer, position + start)
