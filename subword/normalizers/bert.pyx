"""BERT's normalizer, and lower case alone, as in Hugging Face's `tokenizers` 0.23.3."""

cimport cython
from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport (
    Text, text_clear, text_copy, text_source_end, text_source_start,
)
from subword._core.unicode cimport (
    BERT_BLANK, BERT_CHINESE, BERT_DROP, BERT_MARK, BERT_PUNCT, BERT_SPACE, FORM_CANONICAL,
    FORM_CASED, FORM_MARK, FORM_SECOND, FORM_SINGLE, bert_bits, decompose, form_bits, lower_code,
)
from subword.normalizers.base cimport TextNormalizer, begin, put, reserve, utf8_decode

from subword._core.unicode import lower as lower_case
from subword.normalizers.filters import BertMarks
from subword.normalizers.sequence import Sequence
from subword.normalizers.unicode import NFD


@cython.final
cdef class BertNormalizer(TextNormalizer):
    """Clean, put spaces around Chinese characters, strip accents and lower-case, as BERT does.

    Accents are removed before the lower case is taken, as in `tokenizers` and unlike Google's 2018
    code.

    Args:
        clean_text: Remove control characters, and turn every white-space character into a space.
        handle_chinese_chars: Put spaces around Chinese characters.
        strip_accents: Decompose characters (NFD) and remove the accents; None means the value of
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

    def limit_cuts(self, cuts):
        """Keep the cuts between characters that stay: each is changed by itself."""
        if self.clean_text:
            cuts.hide(bert_bits=BERT_DROP | BERT_BLANK)
            dropped = [chr(code) for code in range(128) if bert_bits[code] & BERT_DROP]
            cuts.bar_before(dropped)
            cuts.bar_behind(dropped)
        if self.handle_chinese_chars:
            cuts.hide(bert_bits=BERT_CHINESE)
        if self.strips:
            cuts.hide(BERT_MARK, FORM_MARK | FORM_SECOND | FORM_SINGLE)
            cuts.strip_marks()
        cuts.change(lambda letter: chr(self.ascii[ord(letter)]) if letter.isascii() else letter)
        if self.lowercase:
            cuts.hide(form_bits=FORM_SINGLE)    # the Kelvin sign becomes a k
            cuts.change(lower_case)

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
        text_copy(source, 0, i, target)
        while i < source.size:
            if source.data[i] < 0x80:
                reserve(target, source.size - i)
                n = target.size
                while i < source.size and source.data[i] < 0x80:
                    target.data[n] = self.ascii[source.data[i]]
                    if target.aligned:
                        target.source_start[n] = text_source_start(source, i)
                        target.source_end[n] = text_source_end(source, i)
                    n += self.keeps[source.data[i]]
                    i += 1
                target.size = n
                continue
            code = utf8_decode(source.data + i, &length)
            bits = bert_bits[code]
            if target.aligned:
                start = text_source_start(source, i)
                end = text_source_end(source, i)
            i += length
            if self.clean_text and bits & (BERT_DROP | BERT_BLANK):
                if bits & BERT_BLANK:
                    put(target, 32, start, end)
                continue
            if self.handle_chinese_chars and bits & BERT_CHINESE:
                put(target, 32, start, end)
            if not self.put_letter(target, code, start, end):
                # A mark that is kept and has a combining class: canonical ordering may move it.
                text_clear(target)
                return self.stepwise.apply(source, target)
            if self.handle_chinese_chars and bits & BERT_CHINESE:
                put(target, 32, start, end)
        return 1

    cdef int put_letter(
        self, Text* target, uint32_t code, int32_t start, int32_t end
    ) except -1 nogil:
        """Append a character, stripped, in lower case; return 0 if the order of marks matters."""
        cdef uint32_t codes[18]
        cdef uint32_t lower[3]
        cdef int i, k, count = 1
        codes[0] = code
        if self.strips and form_bits[code] & FORM_CANONICAL:
            count = decompose(code, False, codes)
        for i in range(count):
            if self.strips and bert_bits[codes[i]] & BERT_MARK:
                continue
            if self.strips and form_bits[codes[i]] & FORM_MARK:
                return 0
            if not self.lowercase:
                put(target, codes[i], start, end)
                continue
            for k in range(lower_code(codes[i], lower)):
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

    def limit_cuts(self, cuts):
        """Keep every cut: each character is changed by itself."""
        self.inner.limit_cuts(cuts)

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        return self.inner.apply(source, target)
