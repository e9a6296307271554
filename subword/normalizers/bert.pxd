from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport Normalizer, Text
from subword.normalizers.base cimport TextNormalizer


cdef class BertNormalizer(TextNormalizer):
    cdef readonly bint clean_text
    cdef readonly bint handle_chinese_chars
    cdef readonly object strip_accents
    cdef readonly bint lowercase
    cdef bint strips            # strip_accents, or lowercase if that is None
    cdef uint8_t ascii[256]     # what a byte of ASCII becomes
    cdef uint8_t keeps[256]     # whether it is kept
    cdef uint8_t plain[256]     # whether it is kept unchanged
    # The byte of a word that a byte of ASCII becomes, 0 if it is no part of a word.
    cdef uint8_t letters[128]
    # bert_bits and form_bits of the other characters that may change.
    cdef uint8_t changed_bert
    cdef uint8_t changed_form
    cdef Normalizer stepwise    # the same as a Sequence, for the rare text that needs it
    cdef int put_letter(
        self, Text* target, uint32_t code, int32_t start, int32_t end
    ) except -1 nogil


cdef class Lowercase(TextNormalizer):
    cdef BertNormalizer inner
