"""The normal forms NFC, NFD, NFKC and NFKD.

They follow UAX #15 (section 1.3, and section 9 for the quick check) with the data of Unicode 9.0;
`reference.normal_forms.normalize` is the slow twin. The spans are those of Hugging Face's
`tokenizers`, with its quirk:

- Of the characters that one character decomposes into, the first counts as a replacement and the
  others as insertions: NFD of "é" is a replacement, "e", and an insertion, the accent.
- Canonical ordering moves marks, and each mark keeps its kind.
- Afterwards a replacement gets the span of the next unused source character, whichever that is, and
  an insertion the span of the last used one.
"""

cimport cython
from libc.stdint cimport int32_t, uint8_t, uint32_t
from libc.stdlib cimport free
from libc.string cimport memcpy, memset

from subword._core.pipeline cimport Text, grow, text_copy, text_source_end, text_source_start
from subword._core.simd cimport simd_on
from subword._core.unicode cimport (
    FORM_CANONICAL, FORM_COMPATIBLE, FORM_MARK, FORM_SECOND, FORM_SINGLE, combining_classes,
    compose, decompose, form_bits,
)
from subword.normalizers.base cimport TextNormalizer, begin, put, reserve, utf8_decode

from subword._core.cuts import LETTERS


cdef extern from "text/quick_check.h" nogil:
    void find_candidates(const uint8_t* bits, uint8_t flags, candidate_bytes* candidates)
    Py_ssize_t span_quick_check_yes(const uint8_t* p, Py_ssize_t i, Py_ssize_t n,
                                    const uint8_t* bits, uint8_t flags,
                                    const candidate_bytes* candidates, int simd)

cdef extern from "text/utf8.h" nogil:
    int utf8_length(uint8_t lead)


cdef struct DecomposedChar:
    # `change` says how the character was made, in the reference's numbers: 1 is an insertion, 0
    # replaces one source character, and -n replaces one and removes the n characters after it.
    uint32_t code
    int32_t change


cdef struct DecomposedChars:
    DecomposedChar* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef int reserve_chars(DecomposedChars* chars, Py_ssize_t capacity) except -1 nogil:
    if capacity > chars.capacity:
        chars.data = <DecomposedChar*>grow(chars.data, &chars.capacity, capacity,
                                           sizeof(DecomposedChar))
    return 0


cdef int decompose_one(uint32_t code, bint compatible, DecomposedChars* chars) except -1 nogil:
    """Append the decomposition of one source character."""
    cdef uint32_t codes[18]
    cdef int i, count = decompose(code, compatible, codes)
    reserve_chars(chars, chars.size + count)
    for i in range(count):
        chars.data[chars.size].code = codes[i]
        chars.data[chars.size].change = i > 0
        chars.size += 1
    return 0


cdef int canonical_order(DecomposedChars* chars) except -1 nogil:
    """Sort each run of marks by combining class, stably (UAX #15, section 1.3)."""
    cdef Py_ssize_t first = 0, last, i, k
    cdef DecomposedChar moving
    while first < chars.size:
        if combining_classes[chars.data[first].code] == 0:
            first += 1
            continue
        last = first + 1
        while last < chars.size and combining_classes[chars.data[last].code]:
            last += 1
        if last - first > 32:
            order_long_run(chars, first, last)
        else:
            for i in range(first + 1, last):
                moving = chars.data[i]
                k = i
                while (k > first and combining_classes[chars.data[k - 1].code]
                       > combining_classes[moving.code]):
                    chars.data[k] = chars.data[k - 1]
                    k -= 1
                chars.data[k] = moving
        first = last
    return 0


cdef int order_long_run(DecomposedChars* chars, Py_ssize_t first, Py_ssize_t last) except -1 nogil:
    """Sort a long run of marks by counting, so that a text of marks only takes linear time."""
    cdef Py_ssize_t next_index[257]
    cdef Py_ssize_t i, size = last - first
    cdef DecomposedChar* run
    reserve_chars(chars, chars.size + size)  # the sorted copy is made after the end
    run = chars.data + first
    memset(next_index, 0, sizeof(next_index))
    for i in range(size):
        next_index[combining_classes[run[i].code] + 1] += 1
    for i in range(256):
        next_index[i + 1] += next_index[i]
    for i in range(size):
        chars.data[chars.size + next_index[combining_classes[run[i].code]]] = run[i]
        next_index[combining_classes[run[i].code]] += 1
    memcpy(run, chars.data + chars.size, size * sizeof(DecomposedChar))
    return 0


cdef void compose_all(DecomposedChars* chars) noexcept nogil:
    """Compose starters with the characters that follow them, in pos."""
    cdef Py_ssize_t i, done = 0, starter = -1
    cdef uint8_t number, last = 0   # combining classes of this character and of the last one kept
    cdef uint32_t whole
    for i in range(chars.size):
        number = combining_classes[chars.data[i].code]
        whole = 0
        if starter >= 0 and (starter + 1 == done or last < number):
            whole = compose(chars.data[starter].code, chars.data[i].code)
        if whole:
            chars.data[starter].code = whole
            chars.data[starter].change += chars.data[i].change - 1
            continue
        if number == 0:
            starter = done
        last = number
        chars.data[done] = chars.data[i]
        done += 1
    chars.size = done


cdef int write(
    const Text* source, Py_ssize_t first, const DecomposedChars* chars, Text* target
) except -1 nogil:
    """Append the characters made of the source from byte `first` on, each with its span."""
    cdef Py_ssize_t i, pos = first
    cdef int32_t change, start = 0, end = 0
    for i in range(chars.size):
        change = chars.data[i].change
        if target.aligned and change > 0:
            start = text_source_start(source, pos - 1) if pos else <int32_t>source.source_offset
            end = text_source_end(source, pos - 1) if pos else <int32_t>source.source_offset
        elif target.aligned:
            start = text_source_start(source, pos)
            end = text_source_end(source, pos)
        put(target, chars.data[i].code, start, end)
        while change <= 0:
            pos += utf8_length(source.data[pos])
            change += 1
    return 0


cdef class NormalForm(TextNormalizer):
    """Base of the four normal forms."""

    cdef void set_flags(self, uint8_t flags) noexcept:
        """Set which characters the form may change."""
        self.flags = flags
        find_candidates(form_bits, flags, &self.candidates)

    def limit_cuts(self, cuts):
        """Keep the cuts between characters that do not compose, nor change places.

        A character behind a cut that may compose with a mark behind it would become another one.
        """
        cuts.hide(form_bits=FORM_MARK | FORM_SECOND | FORM_SINGLE
                  | (FORM_COMPATIBLE if self.compatible else 0))
        if self.composed:
            cuts.bar_behind(LETTERS + "<=>")

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        cdef DecomposedChars chars
        memset(&chars, 0, sizeof(DecomposedChars))
        try:
            return normalize_from(self, source, target, &chars)
        finally:
            free(chars.data)


cdef int normalize_from(NormalForm form, const Text* source, Text* target,
                        DecomposedChars* chars) except -1 nogil:
    """Copy what the form does not change; decompose, order and compose only around the rest."""
    cdef const uint8_t* data = source.data
    cdef Py_ssize_t i = 0, done = 0, first
    cdef uint32_t code
    cdef uint8_t flags = form.flags
    cdef int length
    cdef bint changed = False
    while True:
        i = span_quick_check_yes(data, i, source.size, form_bits, flags, &form.candidates, simd_on)
        if i == source.size:
            break
        if not changed:
            changed = True
            begin(source, target)
            reserve(target, source.size)
        first = i
        if form.composed and i > 0:    # the character before it may compose with it
            first -= 1
            while data[first] & 0xC0 == 0x80:
                first -= 1
        text_copy(source, done, first, target)
        chars.size = 0
        if first < i:
            decompose_one(utf8_decode(data + first, &length), form.compatible, chars)
        while i < source.size:
            code = utf8_decode(data + i, &length)
            if form.composed and not form_bits[code] & flags:
                break
            if not form.composed and chars.size and not starts_with_mark(code, form.compatible):
                break
            decompose_one(code, form.compatible, chars)
            i += length
        canonical_order(chars)
        if form.composed:
            compose_all(chars)
        write(source, first, chars, target)
        done = i
    if changed:
        text_copy(source, done, source.size, target)
    return changed


cdef bint starts_with_mark(uint32_t code, bint compatible) noexcept nogil:
    cdef uint32_t codes[18]
    if not form_bits[code] & (FORM_CANONICAL | FORM_COMPATIBLE | FORM_MARK):
        return False
    decompose(code, compatible, codes)
    return combining_classes[codes[0]] != 0


@cython.final
cdef class NFC(NormalForm):
    """Canonical decomposition, then canonical composition: é is one character."""

    def __cinit__(self):
        self.set_flags(FORM_SINGLE | FORM_SECOND | FORM_MARK)
        self.composed = True


@cython.final
cdef class NFD(NormalForm):
    """Canonical decomposition: é is e and an accent."""

    def __cinit__(self):
        self.set_flags(FORM_CANONICAL | FORM_MARK)


@cython.final
cdef class NFKC(NormalForm):
    """Compatibility decomposition, then canonical composition: ﬁ is f and i."""

    def __cinit__(self):
        self.set_flags(FORM_SINGLE | FORM_COMPATIBLE | FORM_SECOND | FORM_MARK)
        self.composed = self.compatible = True


@cython.final
cdef class NFKD(NormalForm):
    """Compatibility decomposition."""

    def __cinit__(self):
        self.set_flags(FORM_CANONICAL | FORM_COMPATIBLE | FORM_MARK)
        self.compatible = True
