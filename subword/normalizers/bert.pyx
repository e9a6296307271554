"""The normalizers: text and its alignment in, text and its alignment out.

Each follows the normalizer of the same name in Hugging Face's `tokenizers` 0.23.3, spans included.
The four normal forms live in normal_forms, those that cut and replace strings in string_edits; both
are imported here for company.
"""

cimport cython
from libc.stdint cimport int32_t, uint8_t, uint32_t
from libc.string cimport memset

from subword._core.pipeline cimport (
    Normalizer,
    Text,
    text_clear,
    text_end,
    text_free,
    text_start,
)
from subword._core.unicode cimport (
    BERT_BLANK,
    BERT_CHINESE,
    BERT_COMBINING,
    BERT_DROP,
    BERT_MARK,
    BERT_PUNCT,
    BERT_SPACE,
    FORM_CANONICAL,
    FORM_CASED,
    FORM_MARK,
    FORM_NMT_BLANK,
    FORM_NMT_DROP,
    bert_bits,
    decompose,
    form_bits,
    lower_code,
)
from subword.normalizers.unicode cimport TextNormalizer, begin, copy, put, room, utf8_decode

from subword.normalizers.strings import ByteLevel, Prepend, Replace, Strip
from subword.normalizers.unicode import NFC, NFD, NFKC, NFKD

__all__ = [
    "NFC", "NFD", "NFKC", "NFKD", "BertMarks", "BertNormalizer", "ByteLevel", "Lowercase", "Nmt",
    "Prepend", "Replace", "Sequence", "Strip", "StripAccents",
]


@cython.final
cdef class BertNormalizer(TextNormalizer):
    """Clean, split off Chinese characters, strip accents and lower-case, as BERT does.

    Accents go before the lower case is taken, as in `tokenizers` and unlike Google's 2018 code.

    Args:
        clean_text: Remove control characters, and turn every kind of blank into a space.
        handle_chinese_chars: Put spaces around Chinese characters.
        strip_accents: Take characters apart (NFD) and remove the accents; None means if
            `lowercase`.
        lowercase: Take the lower case, character by character.

    >>> BertNormalizer().normalize_str("Héllo\\tWÖRLD 中")
    'hello world  中 '
    """

    def __cinit__(self, bint clean_text=True, bint handle_chinese_chars=True,
                  strip_accents=None, bint lowercase=True):
        cdef int byte
        self.clean_text = clean_text
        self.handle_chinese_chars = handle_chinese_chars
        self.strip_accents = None if strip_accents is None else bool(strip_accents)
        self.lowercase = lowercase
        self.strips = lowercase if strip_accents is None else strip_accents
        for byte in range(128):
            self.ascii[byte] = <uint8_t>byte
            self.keeps[byte] = 1
            if clean_text and bert_bits[byte] & BERT_BLANK:
                self.ascii[byte] = 32
            elif clean_text and bert_bits[byte] & BERT_DROP:
                self.keeps[byte] = 0
            elif lowercase and 65 <= byte <= 90:
                self.ascii[byte] = <uint8_t>(byte + 32)
            self.plain[byte] = self.keeps[byte] and self.ascii[byte] == byte
            if self.keeps[byte] and not bert_bits[byte] & (BERT_BLANK | BERT_SPACE | BERT_PUNCT):
                self.letters[byte] = self.ascii[byte]
        self.changed_bert = BERT_DROP | BERT_BLANK | BERT_MARK if self.strips else (
            BERT_DROP | BERT_BLANK)
        if self.strips:
            self.changed_form = FORM_CANONICAL | FORM_MARK
        if lowercase:
            self.changed_form |= FORM_CASED
        if self.strips:
            clean = BertNormalizer(clean_text, handle_chinese_chars, False, False)
            steps = [clean, NFD(), BertMarks()]
            self.stepwise = Sequence([*steps, Lowercase()] if lowercase else steps)

    cdef tuple arguments(self):
        return self.clean_text, self.handle_chinese_chars, self.strip_accents, self.lowercase

    def __repr__(self):
        names = ("clean_text", "handle_chinese_chars", "strip_accents", "lowercase")
        pairs = zip(names, self.arguments(), strict=True)
        return f"BertNormalizer({', '.join([f'{name}={value}' for name, value in pairs])})"

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        cdef Py_ssize_t i = 0, n
        cdef int32_t start = 0, end = 0
        cdef uint32_t code
        cdef uint8_t bits
        cdef int length
        while i < source.size and self.plain[source.data[i]]:
            i += 1
        if i == source.size:
            return 0
        begin(source, target)
        copy(source, 0, i, target)
        while i < source.size:
            if source.data[i] < 0x80:
                room(target, source.size - i)
                n = target.size
                while i < source.size and source.data[i] < 0x80:
                    target.data[n] = self.ascii[source.data[i]]
                    if target.aligned:
                        target.starts[n] = text_start(source, i)
                        target.ends[n] = text_end(source, i)
                    n += self.keeps[source.data[i]]
                    i += 1
                target.size = n
                continue
            code = utf8_decode(source.data + i, &length)
            bits = bert_bits[code]
            if target.aligned:
                start = text_start(source, i)
                end = text_end(source, i)
            i += length
            if self.clean_text and bits & (BERT_DROP | BERT_BLANK):
                if bits & BERT_BLANK:
                    put(target, 32, start, end)
                continue
            if self.handle_chinese_chars and bits & BERT_CHINESE:
                put(target, 32, start, end)
            if not self.put_letter(target, code, start, end):
                # A mark that stays and has a combining class: it may change places.
                text_clear(target)
                return self.stepwise.apply(source, target)
            if self.handle_chinese_chars and bits & BERT_CHINESE:
                put(target, 32, start, end)
        return 1

    cdef int put_letter(
        self, Text* target, uint32_t code, int32_t start, int32_t end
    ) except -1 nogil:
        """Append a character, stripped, in lower case; return 0 if the order of marks matters."""
        cdef uint32_t parts[18]
        cdef uint32_t lower[3]
        cdef int i, k, count = 1
        parts[0] = code
        if self.strips and form_bits[code] & FORM_CANONICAL:
            count = decompose(code, False, parts)
        for i in range(count):
            if self.strips and bert_bits[parts[i]] & BERT_MARK:
                continue
            if self.strips and form_bits[parts[i]] & FORM_MARK:
                return 0
            if not self.lowercase:
                put(target, parts[i], start, end)
                continue
            for k in range(lower_code(parts[i], lower)):
                put(target, lower[k], start, end)
        return 1


@cython.final
cdef class Lowercase(TextNormalizer):
    """Take the lower case, character by character: no rule for the final sigma.

    >>> Lowercase().normalize_str("ΟΔΟΣ")
    'οδοσ'
    """

    def __cinit__(self):
        self.inner = BertNormalizer(False, False, False, True)

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        return self.inner.apply(source, target)


cdef class Filter(TextNormalizer):
    """Base of the normalizers that only drop characters or turn them into spaces."""

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
                copy(source, done, i, target)
                if bits & self.blank:
                    put(target, 32, text_start(source, i), text_end(source, i))
                done = i + length
            i += length
        if changed:
            copy(source, done, source.size, target)
        return changed


@cython.final
cdef class StripAccents(Filter):
    """Remove all combining marks. Put NFD before it to take accents off letters.

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
    """Remove control characters and turn odd blanks into spaces, as SentencePiece's nmt does."""

    def __cinit__(self):
        self.bits = form_bits
        self.drop = FORM_NMT_DROP
        self.blank = FORM_NMT_BLANK


@cython.final
cdef class Sequence(TextNormalizer):
    """Apply normalizers one after the other.

    Args:
        normalizers: Any number of them, none included.

    Raises:
        TypeError: One of them is not a normalizer.

    >>> Sequence([NFD(), StripAccents()]).normalize_str("é")
    'e'
    """

    def __cinit__(self, normalizers=()):
        self.normalizers = tuple(normalizers)
        for step in self.normalizers:
            if not isinstance(step, Normalizer):
                raise TypeError(f"a Sequence is made of normalizers, got {type(step).__name__}")
        if self.normalizers:
            self.first = self.normalizers[0]
            if len(self.normalizers) > 1:
                self.rest = Sequence(self.normalizers[1:])

    cdef tuple arguments(self):
        return (self.normalizers,)

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        cdef Text spare, last
        cdef int where
        if self.first is None:
            return 0
        memset(&spare, 0, sizeof(Text))
        target.aligned = spare.aligned = source.aligned
        try:
            where = self.run(source, target, &spare)
            if where == 2:
                last = spare
                spare = target[0]
                target[0] = last
            return where != 0
        finally:
            text_free(&spare)

    cdef int run(self, const Text* source, Text* one, Text* other) except -1 nogil:
        """Apply the steps in turn; return which buffer holds the result, 0 for the source."""
        cdef int where
        text_clear(one)
        if not self.first.apply(source, one):
            return 0 if self.rest is None else self.rest.run(source, one, other)
        if self.rest is None:
            return 1
        where = self.rest.run(one, other, one)
        return 2 if where == 1 else 1
