"""The normalizers that remove characters or turn them into spaces: StripAccents, BertMarks, Nmt."""

cimport cython
from libc.stdint cimport uint8_t

from subword._core.pipeline cimport Text, text_copy, text_source_end, text_source_start
from subword._core.unicode cimport (
    BERT_COMBINING, BERT_MARK, FORM_NMT_BLANK, FORM_NMT_DROP, bert_bits, form_bits,
)
from subword.normalizers.base cimport TextNormalizer, begin, put, utf8_decode


cdef class Filter(TextNormalizer):
    """Base of the normalizers that only drop characters or turn them into spaces."""

    def limit_cuts(self, cuts):
        """Keep the cuts between characters that stay."""
        changed = [chr(code) for code in range(128) if self.bits[code] & (self.drop | self.blank)]
        cuts.bar_before(changed)
        cuts.bar_behind(changed)
        if self.bits == bert_bits:
            cuts.hide(bert_bits=self.drop | self.blank)
            cuts.strip_marks()
        else:
            cuts.hide(form_bits=self.drop | self.blank)

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        cdef Py_ssize_t i = 0, done = 0
        cdef uint8_t bits
        cdef int length
        cdef bint changed = False
        begin(source, target)
        while i < source.size:
            bits = self.bits[utf8_decode(source.data + i, &length)]
            if bits & (self.drop | self.blank):
                changed = True
                text_copy(source, done, i, target)
                if bits & self.blank:
                    put(target, 32, text_source_start(source, i), text_source_end(source, i))
                done = i + length
            i += length
        if changed:
            text_copy(source, done, source.size, target)
        return changed


@cython.final
cdef class StripAccents(Filter):
    """Remove all combining marks. After NFD this removes the accents of letters.

    >>> StripAccents().normalize_str("e\\u0301")
    'e'
    """

    def __cinit__(self):
        self.bits = bert_bits
        self.drop = BERT_COMBINING


@cython.final
cdef class BertMarks(Filter):
    """Remove the accents that BertNormalizer removes: the nonspacing marks (Mn) of Unicode 8.0."""

    def __cinit__(self):
        self.bits = bert_bits
        self.drop = BERT_MARK


@cython.final
cdef class Nmt(Filter):
    """Remove control characters and turn unusual white space into spaces, like SentencePiece."""

    def __cinit__(self):
        self.bits = form_bits
        self.drop = FORM_NMT_DROP
        self.blank = FORM_NMT_BLANK
