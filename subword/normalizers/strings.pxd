from libc.stdint cimport uint8_t

from subword._core.pipeline cimport Text
from subword._regex.matcher cimport Matcher
from subword.normalizers.base cimport TextNormalizer


cdef class Strip(TextNormalizer):
    cdef readonly bint left
    cdef readonly bint right


cdef class Prepend(TextNormalizer):
    cdef readonly str prepend
    cdef bytes owner            # of data[0:size], the string in UTF-8
    cdef const uint8_t* data
    cdef Py_ssize_t size


cdef class ByteLevel(TextNormalizer):
    pass


cdef class Replace(TextNormalizer):
    cdef readonly object pattern
    cdef readonly str content
    cdef bytes wanted           # owner of wanted_data[0:wanted_size], the literal in UTF-8
    cdef const uint8_t* wanted_data
    cdef Py_ssize_t wanted_size
    cdef bytes owner            # of data[0:size], the content in UTF-8
    cdef const uint8_t* data
    cdef Py_ssize_t size
    cdef readonly Matcher compiled      # the Regex; None for a literal, and for the next two
    cdef bint blanks            # the pattern is \s+, as in CLIP: no regex engine is needed
    cdef int run                # the pattern is `run_least` or more of this ASCII character, or -1
    cdef Py_ssize_t run_least
    cdef int find(self, const Text* source, Py_ssize_t* first, Py_ssize_t* last) noexcept nogil
