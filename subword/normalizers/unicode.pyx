"""The base of the concrete normalizers, and the normal forms NFC, NFD, NFKC and NFKD.

The forms follow UAX #15 (section 1.3, and section 9 for the quick check) with Unicode 9.0 data;
`_forms.normalize` is their slow twin. The spans are those of Hugging Face's `tokenizers`, where
this is a quirk: of the characters that a character is taken apart into the first counts as a
replacement and the others as insertions; marks that change places carry this along, and then a
replacement takes the span of the next unused source character, whichever that is, and an insertion
that of the last used one.
"""

cimport cython
from libc.stdint cimport int32_t, uint8_t, uint32_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy, memset

from subword._core.pipeline cimport (
    Normalizer,
    Text,
    text_end,
    text_free,
    text_start,
)
from subword._core.simd cimport simd_on
from subword._core.unicode cimport (
    FORM_CANONICAL,
    FORM_COMPATIBLE,
    FORM_MARK,
    FORM_SECOND,
    FORM_SINGLE,
    combining_classes,
    compose,
    decompose,
    form_bits,
)


cdef extern from "Python.h":
    str PyUnicode_DecodeUTF8(const char* data, Py_ssize_t size, const char* errors)


cdef extern from "text/quick_check.h" nogil:
    void find_suspects(const uint8_t* bits, uint8_t flags, suspect_bytes* suspects)
    Py_ssize_t settled(const uint8_t* p, Py_ssize_t i, Py_ssize_t n, const uint8_t* bits,
                       uint8_t flags, const suspect_bytes* suspects,
                       int simd)

cdef extern from "text/utf8.h" nogil:
    int utf8_length(uint8_t lead)


cdef class TextNormalizer(Normalizer):
    """Base of the concrete normalizers: what Python sees of them.

    A normalizer never changes after its construction, so any number of threads may share it.
    """

    cdef tuple arguments(self):
        """Return the arguments of the constructor that makes an equal normalizer."""
        return ()

    def normalize_str(self, str text not None):
        """Return the normalized text.

        Args:
            text: Any string without lone surrogates.

        Returns:
            The normalized text.

        Raises:
            UnicodeEncodeError: The text holds a lone surrogate.

        >>> NFC().normalize_str("e\\u0301cole")
        'école'
        """
        return normalized(self, text, False)[0]

    def normalize_with_offsets(self, str text not None):
        """Return the normalized text and what each of its characters stands for.

        Args:
            text: Any string without lone surrogates.

        Returns:
            The normalized text, and for each of its characters the (start, end) of the characters
            of `text` it stands for. Spans of an inserted character may repeat their neighbour's.

        Raises:
            UnicodeEncodeError: The text holds a lone surrogate.

        >>> NFD().normalize_with_offsets("né")
        ('ne\\u0301', [(0, 1), (1, 2), (1, 2)])
        """
        return normalized(self, text, True)

    def __eq__(self, other):
        if type(self) is not type(other):
            return NotImplemented
        return self.arguments() == (<TextNormalizer>other).arguments()

    def __hash__(self):
        return hash((type(self), self.arguments()))

    def __reduce__(self):
        return type(self), self.arguments()

    def __repr__(self):
        return f"{type(self).__name__}({', '.join([repr(value) for value in self.arguments()])})"


cdef tuple normalized(Normalizer normalizer, str text, bint aligned):
    """Return the normalized text and, when `aligned`, the character spans of its characters."""
    cdef bytes data = text.encode()
    cdef Text source, target
    cdef bint changed
    cdef Py_ssize_t i
    memset(&source, 0, sizeof(Text))
    memset(&target, 0, sizeof(Text))
    source.data = <uint8_t*><char*>data
    source.size = len(data)
    source.aligned = target.aligned = aligned
    try:
        with nogil:
            changed = normalizer.apply(&source, &target)
        if not changed:
            return text, [(i, i + 1) for i in range(len(text))] if aligned else []
        result = PyUnicode_DecodeUTF8(<char*>target.data, target.size, NULL)
        if not aligned:
            return result, []
        chars = []  # byte of the source -> how many characters begin before it
        for i in range(source.size + 1):
            chars.append(chars[i - 1] + ((source.data[i - 1] & 0xC0) != 0x80) if i else 0)
        spans = []
        for i in range(target.size):
            if (target.data[i] & 0xC0) != 0x80:
                spans.append((chars[target.starts[i]], chars[target.ends[i]]))
        return result, spans
    finally:
        text_free(&target)


cdef int copy(const Text* source, Py_ssize_t first, Py_ssize_t last, Text* target) except -1 nogil:
    cdef Py_ssize_t size = last - first, i = first
    cdef int32_t* starts
    cdef int32_t* ends
    cdef int k, length
    if size <= 0:
        return 0
    room(target, size)
    memcpy(target.data + target.size, source.data + first, size)
    if target.aligned:
        starts = target.starts + target.size
        ends = target.ends + target.size
        if source.starts != NULL:
            memcpy(starts, source.starts + first, size * sizeof(int32_t))
            memcpy(ends, source.ends + first, size * sizeof(int32_t))
        else:
            while i < last:
                length = utf8_length(source.data[i])
                for k in range(length):
                    starts[i - first + k] = <int32_t>(source.base + i)
                    ends[i - first + k] = <int32_t>(source.base + i + length)
                i += length
    target.size += size
    return 0


cdef struct Part:
    # A character on its way: `change` says how it came about, in the reference's numbers: 1 is
    # inserted, 0 replaces one source character, -n replaces one and swallows the n behind it.
    uint32_t code
    int32_t change


cdef struct Parts:
    Part* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef int parts_reserve(Parts* parts, Py_ssize_t capacity) except -1 nogil:
    cdef void* p
    if capacity > parts.capacity:
        p = realloc(parts.data, (capacity + parts.capacity) * sizeof(Part))
        if p == NULL:
            with gil:
                raise MemoryError("out of memory in a normal form")
        parts.data = <Part*>p
        parts.capacity += capacity
    return 0


cdef int take_apart(uint32_t code, bint compatible, Parts* parts) except -1 nogil:
    """Append the decomposition of one source character."""
    cdef uint32_t codes[18]
    cdef int i, count = decompose(code, compatible, codes)
    parts_reserve(parts, parts.size + count)
    for i in range(count):
        parts.data[parts.size].code = codes[i]
        parts.data[parts.size].change = i > 0
        parts.size += 1
    return 0


cdef int sort_marks(Parts* parts) except -1 nogil:
    """Sort each run of marks by combining class; equals keep their order."""
    cdef Py_ssize_t first = 0, last, i, k
    cdef Part part
    while first < parts.size:
        if combining_classes[parts.data[first].code] == 0:
            first += 1
            continue
        last = first + 1
        while last < parts.size and combining_classes[parts.data[last].code]:
            last += 1
        if last - first > 32:
            sort_long(parts, first, last)
        else:
            for i in range(first + 1, last):
                part = parts.data[i]
                k = i
                while (k > first and combining_classes[parts.data[k - 1].code]
                       > combining_classes[part.code]):
                    parts.data[k] = parts.data[k - 1]
                    k -= 1
                parts.data[k] = part
        first = last
    return 0


cdef int sort_long(Parts* parts, Py_ssize_t first, Py_ssize_t last) except -1 nogil:
    """Sort a long run of marks by counting, so that a text of marks alone takes linear time."""
    cdef Py_ssize_t places[257]
    cdef Py_ssize_t i, size = last - first
    cdef Part* run
    parts_reserve(parts, parts.size + size)  # the sorted copy is made behind the end
    run = parts.data + first
    memset(places, 0, sizeof(places))
    for i in range(size):
        places[combining_classes[run[i].code] + 1] += 1
    for i in range(256):
        places[i + 1] += places[i]
    for i in range(size):
        parts.data[parts.size + places[combining_classes[run[i].code]]] = run[i]
        places[combining_classes[run[i].code]] += 1
    memcpy(run, parts.data + parts.size, size * sizeof(Part))
    return 0


cdef void put_together(Parts* parts) noexcept nogil:
    """Compose starters with what follows them, in place."""
    cdef Py_ssize_t i, done = 0, starter = -1
    cdef uint8_t number, last = 0  # combining classes of this character and of the last one kept
    cdef uint32_t whole
    for i in range(parts.size):
        number = combining_classes[parts.data[i].code]
        whole = 0
        if starter >= 0 and (starter + 1 == done or last < number):
            whole = compose(parts.data[starter].code, parts.data[i].code)
        if whole:
            parts.data[starter].code = whole
            parts.data[starter].change += parts.data[i].change - 1
            continue
        if number == 0:
            starter = done
        last = number
        parts.data[done] = parts.data[i]
        done += 1
    parts.size = done


cdef int write(
    const Text* source, Py_ssize_t first, const Parts* parts, Text* target
) except -1 nogil:
    """Append the parts made of the source from byte `first` on, each with its span."""
    cdef Py_ssize_t i, place = first
    cdef int32_t change, start = 0, end = 0
    for i in range(parts.size):
        change = parts.data[i].change
        if target.aligned and change > 0:
            start = text_start(source, place - 1) if place else <int32_t>source.base
            end = text_end(source, place - 1) if place else <int32_t>source.base
        elif target.aligned:
            start = text_start(source, place)
            end = text_end(source, place)
        put(target, parts.data[i].code, start, end)
        while change <= 0:
            place += utf8_length(source.data[place])
            change += 1
    return 0


cdef class NormalForm(TextNormalizer):
    """Base of the four normal forms."""

    cdef void choose(self, uint8_t flags) noexcept:
        """Set which characters the form may change."""
        self.flags = flags
        find_suspects(form_bits, flags, &self.suspects)

    cdef int apply(self, const Text* source, Text* target) except -1 nogil:
        cdef Parts parts
        memset(&parts, 0, sizeof(Parts))
        try:
            return rewrite(self, source, target, &parts)
        finally:
            free(parts.data)


cdef int rewrite(NormalForm form, const Text* source, Text* target, Parts* parts) except -1 nogil:
    """Copy what the form leaves alone; take apart, sort and put together around the rest only."""
    cdef const uint8_t* data = source.data
    cdef Py_ssize_t i = 0, done = 0, first
    cdef uint32_t code
    cdef uint8_t flags = form.flags
    cdef int length
    cdef bint changed = False
    while True:
        i = settled(data, i, source.size, form_bits, flags, &form.suspects, simd_on)
        if i == source.size:
            break
        if not changed:
            changed = True
            begin(source, target)
            room(target, source.size)
        first = i
        if form.composed and i > 0:    # the character before it may become one with it
            first -= 1
            while data[first] & 0xC0 == 0x80:
                first -= 1
        copy(source, done, first, target)
        parts.size = 0
        if first < i:
            take_apart(utf8_decode(data + first, &length), form.compatible, parts)
        while i < source.size:
            code = utf8_decode(data + i, &length)
            if form.composed and not form_bits[code] & flags:
                break
            if not form.composed and parts.size and not starts_with_mark(code, form.compatible):
                break
            take_apart(code, form.compatible, parts)
            i += length
        sort_marks(parts)
        if form.composed:
            put_together(parts)
        write(source, first, parts, target)
        done = i
    if changed:
        copy(source, done, source.size, target)
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
        self.choose(FORM_SINGLE | FORM_SECOND | FORM_MARK)
        self.composed = True


@cython.final
cdef class NFD(NormalForm):
    """Canonical decomposition: é is e and an accent."""

    def __cinit__(self):
        self.choose(FORM_CANONICAL | FORM_MARK)


@cython.final
cdef class NFKC(NormalForm):
    """Compatibility decomposition, then canonical composition: ﬁ is f and i."""

    def __cinit__(self):
        self.choose(FORM_SINGLE | FORM_COMPATIBLE | FORM_SECOND | FORM_MARK)
        self.composed = self.compatible = True


@cython.final
cdef class NFKD(NormalForm):
    """Compatibility decomposition."""

    def __cinit__(self):
        self.choose(FORM_CANONICAL | FORM_COMPATIBLE | FORM_MARK)
        self.compatible = True
