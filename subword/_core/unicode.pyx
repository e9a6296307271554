"""The frozen Unicode tables, expanded once at import, and their Python interface.

The reference, Hugging Face `tokenizers` 0.23.3, mixes four versions of Unicode: 8.0 in BERT's
categories, 9.0 in the normal forms, 16.0 in its two regex engines and 17.0 in lower case. Every
answer here is the reference's own, found by tools/make_unicode_tables.py; the running Python's
`unicodedata` is never asked.
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

cdef extern from "text/unicode_tables.h" nogil:
    const char** unicode_categories
    const char** unicode_scripts
    const char** unicode_sets
    const uint32_t* unicode_category_runs
    const uint32_t* unicode_script_runs
    const uint32_t* unicode_joined_runs
    const uint32_t* unicode_class_runs
    const uint32_t* unicode_set_runs
    const uint32_t* unicode_lower_map
    const uint32_t* unicode_canonical_map
    const uint32_t* unicode_compatible_map
    const uint32_t* unicode_pair_map
    const uint32_t* unicode_alike_map
    const uint32_t* unicode_expanded_map

cdef enum:
    CODES = 0x110000
    # Hangul syllables are arithmetic: 19 leading, 21 vowel and 28 trailing jamo, the first of
    # the latter being none.
    SYLLABLE = 0xAC00
    LEADING = 0x1100
    VOWEL = 0x1161
    TRAILING = 0x11A7
    SYLLABLES = 11172


cdef struct Composite:
    uint64_t parts      # first << 32 | second
    uint32_t whole


cdef struct CodeMap:
    # Code points -> where their image in the generated map begins, 0 for none. `offsets` has only
    # those pages of 256 code points that have images.
    uint16_t pages[CODES >> 8]
    uint32_t* offsets
    const uint32_t* images


cdef CodeMap lower_map, canonical_map, compatible_map
cdef Composite* composites
cdef Py_ssize_t composite_count


cdef void* allocate(size_t count, size_t size) except NULL:
    cdef void* p = calloc(count, size)  # zeroed pages that are never written cost no memory
    if p == NULL:
        raise MemoryError("out of memory for the Unicode tables")
    return p


cdef int fill_map(CodeMap* target, const uint32_t* source) except -1:
    """Index a generated map by code point."""
    cdef uint32_t code = 0
    cdef Py_ssize_t i = 0, pages = 1
    while source[i]:
        code += source[i]
        if target.pages[code >> 8] == 0:
            target.pages[code >> 8] = <uint16_t>pages
            pages += 1
        i += 2 + source[i + 1]
    target.images = source
    target.offsets = <uint32_t*>allocate(pages << 8, sizeof(uint32_t))
    i = code = 0
    while source[i]:
        code += source[i]
        target.offsets[<uint32_t>target.pages[code >> 8] << 8 | (code & 0xFF)] = <uint32_t>i + 1
        i += 2 + source[i + 1]
    return 0


cdef int look_up(const CodeMap* table, uint32_t code, uint32_t* out) noexcept nogil:
    """Write the image of a code point; return its length, 0 when it has none."""
    cdef uint32_t offset = table.offsets[<uint32_t>table.pages[code >> 8] << 8 | (code & 0xFF)]
    cdef int i, size
    if offset == 0:
        return 0
    size = <int>table.images[offset]
    for i in range(size):
        out[i] = table.images[offset + 1 + i]
    return size


cdef int lower_code(uint32_t code, uint32_t* out) noexcept nogil:
    out[0] = code
    return look_up(&lower_map, code, out) or 1


cdef int decompose(uint32_t code, bint compatible, uint32_t* out) noexcept nogil:
    cdef uint32_t rest
    cdef int size
    if code - SYLLABLE < SYLLABLES:
        rest = code - SYLLABLE
        out[0] = LEADING + rest // 588
        out[1] = VOWEL + rest % 588 // 28
        out[2] = TRAILING + rest % 28
        return 2 if rest % 28 == 0 else 3
    out[0] = code
    size = look_up(&compatible_map, code, out) if compatible else 0
    return size or look_up(&canonical_map, code, out) or 1


cdef uint32_t compose(uint32_t first, uint32_t second) noexcept nogil:
    cdef Py_ssize_t low = 0, high = composite_count, middle
    cdef uint64_t parts
    if first - LEADING < 19:
        if second - VOWEL >= 21:
            return 0
        return SYLLABLE + (first - LEADING) * 588 + (second - VOWEL) * 28
    if first - SYLLABLE < SYLLABLES:
        if (first - SYLLABLE) % 28 or second - TRAILING - 1 >= 27:
            return 0
        return first + second - TRAILING
    parts = <uint64_t>first << 32 | second
    while low < high:
        middle = (low + high) // 2
        if composites[middle].parts < parts:
            low = middle + 1
        else:
            high = middle
    return composites[low].whole if low < composite_count and composites[low].parts == parts else 0


cdef uint8_t* expand(const uint32_t* runs) except NULL:
    """Return a new flat table with the values of the runs."""
    cdef uint8_t* target = <uint8_t*>allocate(CODES, 1)
    mark_runs(target, runs, NULL)
    return target


cdef void mark_runs(uint8_t* target, const uint32_t* runs, const uint8_t* bits_of) noexcept nogil:
    """Set the bits that the values of the runs stand for; without a table the values themselves."""
    cdef uint32_t code = 0
    while code < CODES:
        mark(target, code, runs[0] >> 8, bits_of[runs[0] & 0xFF] if bits_of else runs[0] & 0xFF)
        code += runs[0] >> 8
        runs += 1


cdef void mark(uint8_t* target, uint32_t first, uint32_t size, uint8_t bits) noexcept nogil:
    cdef uint32_t code
    if bits:
        for code in range(first, first + size):
            target[code] |= bits


MAJOR = {"L": SCAN_LETTER, "N": SCAN_NUMBER, "M": SCAN_MARK, "P": SCAN_SYMBOL, "S": SCAN_SYMBOL}


cdef uint8_t scan_bits_of(str category):
    """Return the ScanBits that follow from a general category."""
    cdef uint8_t bits = MAJOR.get(category[0], 0)
    if category in ("Lu", "Lt", "Lm", "Lo", "Mn", "Mc", "Me"):
        bits |= SCAN_UPPER
    if category in ("Ll", "Lm", "Lo", "Mn", "Mc", "Me"):
        bits |= SCAN_LOWER
    return bits


cdef list names_of(const char** names):
    cdef Py_ssize_t i = 0
    found = []
    while names[i] != NULL:
        found.append(names[i].decode())
        i += 1
    return found


CATEGORIES = tuple(names_of(unicode_categories))
SCRIPTS = tuple(names_of(unicode_scripts))  # the first is "none"
SETS = tuple(names_of(unicode_sets))
# Every bit by name: for the sets that fill the tables, and for ranges().
BITS = {
    "scan_letter": (0, SCAN_LETTER), "scan_number": (0, SCAN_NUMBER), "scan_space": (0, SCAN_SPACE),
    "scan_mark": (0, SCAN_MARK), "scan_upper": (0, SCAN_UPPER), "scan_lower": (0, SCAN_LOWER),
    "scan_symbol": (0, SCAN_SYMBOL), "scan_word": (0, SCAN_WORD),
    "bert_drop": (1, BERT_DROP), "bert_blank": (1, BERT_BLANK), "bert_space": (1, BERT_SPACE),
    "bert_mark": (1, BERT_MARK), "bert_punct": (1, BERT_PUNCT), "bert_chinese": (1, BERT_CHINESE),
    "bert_numeric": (1, BERT_NUMERIC), "bert_combining": (1, BERT_COMBINING),
    "form_canonical": (2, FORM_CANONICAL), "form_compatible": (2, FORM_COMPATIBLE),
    "form_second": (2, FORM_SECOND), "form_mark": (2, FORM_MARK),
    "form_single": (2, FORM_SINGLE), "form_cased": (2, FORM_CASED),
    "nmt_drop": (2, FORM_NMT_DROP), "nmt_blank": (2, FORM_NMT_BLANK),
}


cdef uint8_t* bit_table(int index) noexcept nogil:
    return scan_bits if index == 0 else bert_bits if index == 1 else form_bits


cdef int fill_bits() except -1:
    """Fill the flat tables from categories, combining classes and sets, writing no zeros."""
    cdef const uint32_t* run = unicode_set_runs
    cdef uint8_t bits[256]
    cdef int table, bit, i
    for i, name in enumerate(CATEGORIES):
        bits[i] = scan_bits_of(name)
    mark_runs(scan_bits, unicode_category_runs, bits)
    memset(bits + 1, FORM_MARK, 255)
    bits[0] = 0
    mark_runs(form_bits, unicode_class_runs, bits)
    for name in SETS:
        table, bit = BITS.get(name, (0, 0))
        run = fill_set(bit_table(table), run, <uint8_t>bit)
    return 0


cdef const uint32_t* fill_set(uint8_t* target, const uint32_t* run, uint8_t bit) noexcept nogil:
    """Set a bit for every code point of a generated set, and return the runs of the next one."""
    cdef uint32_t code = 0
    cdef bint inside = False
    while code < CODES:
        mark(target, code, run[0], bit if inside else 0)
        code += run[0]
        inside = not inside
        run += 1
    return run


cdef void mark_map(const uint32_t* source, uint8_t bits) noexcept nogil:
    """Set bits for every code point that a generated map changes."""
    cdef uint32_t code = 0
    cdef Py_ssize_t i = 0
    while source[i]:
        code += source[i]
        form_bits[code] |= bits
        i += 2 + source[i + 1]


cdef int fill_forms() except -1:
    """Index the maps, sort the composites, and derive the bits of the normal forms."""
    global composites, composite_count
    cdef uint32_t code = 0
    cdef Py_ssize_t i = 0
    fill_map(&lower_map, unicode_lower_map)
    fill_map(&canonical_map, unicode_canonical_map)
    fill_map(&compatible_map, unicode_compatible_map)
    mark_map(unicode_lower_map, FORM_CASED)
    mark_map(unicode_compatible_map, FORM_COMPATIBLE)
    mark_map(unicode_canonical_map, FORM_CANONICAL | FORM_SINGLE)
    found = []
    while unicode_pair_map[i]:
        code += unicode_pair_map[i]
        found.append((<uint64_t>unicode_pair_map[i + 2] << 32 | unicode_pair_map[i + 3], code))
        form_bits[unicode_pair_map[i + 3]] |= FORM_SECOND
        form_bits[code] &= ~FORM_SINGLE
        i += 4
    mark(form_bits, VOWEL, 21, FORM_SECOND)
    mark(form_bits, TRAILING + 1, 27, FORM_SECOND)
    mark(form_bits, SYLLABLE, SYLLABLES, FORM_CANONICAL)
    composite_count = len(found)
    composites = <Composite*>allocate(composite_count, sizeof(Composite))
    for i, (parts, whole) in enumerate(sorted(found)):
        composites[i].parts = parts
        composites[i].whole = whole
    return 0


scan_bits = <uint8_t*>allocate(CODES, 1)
bert_bits = <uint8_t*>allocate(CODES, 1)
form_bits = <uint8_t*>allocate(CODES, 1)
combining_classes = expand(unicode_class_runs)
joined_scripts = expand(unicode_joined_runs)
fill_bits()
fill_forms()


cdef list collect(const uint8_t* source, const uint8_t* wanted):
    """Return the ranges of the code points whose value in a flat table is wanted."""
    cdef Py_ssize_t code, first = -1
    found = []
    for code in range(CODES + 1):
        if code < CODES and wanted[source[code]]:
            if first < 0:
                first = code
        elif first >= 0:
            found.append((first, code - 1))
            first = -1
    return found


def ranges(str name not None):
    r"""Return the code points of a named class as the reference sees them.

    Args:
        name: A general category of one or two letters ("L", "Lu"; also "LC"), a script ("Han"),
            a bracket class of the regex engine ("alpha", "punct", "word" for its \w, ...), or one
            of the tables' own classes ("scan_letter", "bert_drop", "form_mark", "nmt_blank", ...).

    Returns:
        Sorted (first, last) code points, both inclusive.

    Raises:
        ValueError: No class has this name.

    >>> ranges("xdigit")
    [(48, 57), (65, 70), (97, 102)]
    """
    cdef uint8_t* table = NULL
    cdef uint8_t wanted[256]
    cdef const uint32_t* run = unicode_set_runs
    for i in range(256):
        wanted[i] = i != 0
    if name in BITS:
        for i in range(256):
            wanted[i] = (i & BITS[name][1]) != 0
        return collect(bit_table(BITS[name][0]), wanted)
    if name in SETS:
        table = <uint8_t*>allocate(CODES, 1)
        for _ in range(SETS.index(name)):
            run = fill_set(table, run, 0)
        fill_set(table, run, 1)
    elif name in SCRIPTS:
        table = expand(unicode_script_runs)
        for i in range(256):
            wanted[i] = i == SCRIPTS.index(name)
    else:
        if name not in [part for category in CATEGORIES for part in (category, category[0])]:
            raise ValueError(f"no class of characters is called {name!r}")
        table = expand(unicode_category_runs)
        for i, category in enumerate(CATEGORIES):
            wanted[i] = name in (category, category[0])
    found = collect(table, wanted)
    free(table)
    return found


def script_of(str char not None):
    """Return the number of a character's script for the UnicodeScripts pre-tokenizer.

    It splits before a character whose number is neither 0 nor the last one that was not 0; the text
    before the first such character is removed. Hiragana, Katakana and Han have one number.
    """
    return joined_scripts[<Py_UCS4>char]


cdef str image_of(const uint32_t* image, int size):
    return "".join([chr(image[i]) for i in range(size)])


def lower(str text not None):
    """Return the lower case, character by character, without a rule for the final sigma.

    >>> lower("ΟΔΟΣ İ")
    'οδοσ i̇'
    """
    cdef uint32_t image[3]
    cdef Py_UCS4 char
    return "".join([image_of(image, lower_code(char, image)) for char in text])


def decomposition(str char not None, bint compatible=False):
    """Return the full canonical, or compatibility, decomposition of one character."""
    cdef uint32_t image[18]
    return image_of(image, decompose(<Py_UCS4>char, compatible, image))


def combining_class(str char not None):
    """Return the canonical combining class of one character."""
    return combining_classes[<Py_UCS4>char]


def composition(str first not None, str second not None):
    """Return the character that NFC composes of two, or an empty string."""
    cdef uint32_t whole = compose(<Py_UCS4>first, <Py_UCS4>second)
    return chr(whole) if whole else ""


cdef dict mapped(const uint32_t* source):
    cdef uint32_t code = 0
    cdef Py_ssize_t i = 0
    found = {}
    while source[i]:
        code += source[i]
        found[chr(code)] = image_of(source + i + 2, source[i + 1])
        i += 2 + source[i + 1]
    return found


def case_alike():
    """Return the other characters that match a character when the regex engine ignores case."""
    return mapped(unicode_alike_map)


def case_expanded():
    """Return the characters that match a string of several when case is ignored: ß and ss, ..."""
    return mapped(unicode_expanded_map)
