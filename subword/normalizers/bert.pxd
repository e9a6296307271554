"""The normalizers: text and its alignment in, text and its alignment out."""

from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport Normalizer, Text
from subword.normalizers.unicode cimport TextNormalizer


cdef class BertNormalizer(TextNormalizer):
    cdef readonly bint clean_text
    cdef readonly bint handle_chinese_chars
    cdef readonly object strip_accents
    cdef readonly bint lowercase
    cdef bint strips  # strip_accents, or lowercase where that is None
    cdef uint8_t ascii[256]  # what becomes of a byte of ASCII
    cdef uint8_t keeps[256]  # whether it stays
    cdef uint8_t plain[256]  # whether it stays as it is
    # The byte of a word that a byte of ASCII becomes; 0 if it may be no part of a word of its own.
    cdef uint8_t letters[128]
    # bert_bits and form_bits of the other characters that may not stay as they are
    cdef uint8_t changed_bert
    cdef uint8_t changed_form
    cdef Normalizer stepwise  # the same, one step at a time, for the rare text that needs it
    cdef int put_letter(
        self, Text* target, uint32_t code, int32_t start, int32_t end
    ) except -1 nogil


cdef class Lowercase(TextNormalizer):
    cdef BertNormalizer inner


cdef class Filter(TextNormalizer):
    cdef const uint8_t* bits  # a flat table of _unicode
    cdef uint8_t drop  # characters with this bit go
    cdef uint8_t blank  # characters with this bit become spaces


cdef class StripAccents(Filter):
    pass


cdef class BertMarks(Filter):
    pass


cdef class Nmt(Filter):
    pass


cdef class Sequence(TextNormalizer):
    cdef readonly tuple normalizers
    cdef Normalizer first
    cdef Sequence rest  # the others; None where there are none
    cdef int run(self, const Text* source, Text* one, Text* other) except -1 nogil
