"""The characters of a corpus, and the symbol that each of their forms becomes.

A character has up to four forms: with or without the prefix that marks "not the beginning of a
word" (`##`), and with or without the suffix that marks "the end of a word" (`</w>`).
"""

cimport cython

from libc.stdint cimport INT64_MAX, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free

from subword._core.pipeline cimport out_of_memory
from subword.corpus.word_counts cimport WordCounts
from subword.corpus.word_table cimport Slot, slot_word

from subword.vocab.byte_alphabet import CHARS

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)

cdef enum:
    CODES = 0x110000   # number of code points
    # The number of a form is the sum of
    INSIDE = 1         # with the prefix
    LAST = 2           # with the suffix
    FORMS = 4          # number of forms


@cython.final
cdef class Alphabet:
    """Count characters, decide which are kept, and turn words into symbols.

    Args:
        bytewise: Cut words into bytes, each written as its character of the byte alphabet.
        with_prefix: Characters that do not begin a word have a form of their own.
        with_suffix: Characters that end a word have a form of their own.
    """

    def __init__(self, bytewise, with_prefix, with_suffix):
        self.bytewise = bytewise
        self.with_prefix = with_prefix
        self.with_suffix = with_suffix
        for byte, character in enumerate(CHARS):
            self.byte_codes[byte] = ord(character)
        # Most pages of these arrays are never touched and cost nothing.
        self.seen = <uint64_t*>calloc(CODES, sizeof(uint64_t))
        self.forms = <uint8_t*>calloc(CODES, 1)
        self.symbols = <uint32_t*>calloc(CODES * FORMS, sizeof(uint32_t))
        if self.seen == NULL or self.forms == NULL or self.symbols == NULL:
            out_of_memory()

    def __dealloc__(self):
        free(self.seen)
        free(self.forms)
        free(self.symbols)

    cdef uint32_t next_code(self, const uint8_t* p, int* length) noexcept nogil:
        if self.bytewise:
            length[0] = 1
            return self.byte_codes[p[0]]
        return utf8_decode(p, length)

    cdef int form(self, bint first, bint last) noexcept nogil:
        cdef int inside = INSIDE if self.with_prefix and not first else 0
        return inside | (LAST if self.with_suffix and last else 0)

    cdef size_t count_chars(self, WordCounts counts, Slot* slot) noexcept nogil:
        """Count the characters of a word and note their forms; return how many there are."""
        cdef uint8_t[16] scratch
        cdef Py_ssize_t size, i = 0
        cdef const uint8_t* word = slot_word(&counts.table, slot, scratch, &size)
        cdef size_t characters = 0
        cdef uint32_t code
        cdef int length
        while i < size:
            code = self.next_code(word + i, &length)
            self.seen[code] += slot.value
            self.forms[code] |= 1 << self.form(i == 0, i + length == size)
            i += length
            characters += 1
        return characters

    cdef size_t count_words(self, WordCounts counts) except? 0:
        """Count the characters of all words; return the symbols of one copy of each word.

        Raises:
            ValueError: All words together have 2**63 symbols or more.
        """
        cdef size_t i, size, total = 0
        cdef int64_t all_symbols = 0
        cdef Slot* slot
        with nogil:
            for i in range(counts.table.capacity):
                slot = counts.table.slots + i
                if slot.hi and slot.value:
                    size = self.count_chars(counts, slot)
                    if size and slot.value > <uint64_t>((INT64_MAX - all_symbols) // <int64_t>size):
                        with gil:
                            raise ValueError(
                                "the counts are too large: all words together must have fewer "
                                "than 2**63 symbols")
                    all_symbols += size * slot.value
                    total += size
        return total

    cdef size_t write_symbols(self, WordCounts counts, Slot* slot, uint32_t* out) noexcept nogil:
        """Write the symbols of a word, leaving out characters that are not kept; return how many.
        """
        cdef uint8_t[16] scratch
        cdef Py_ssize_t size, i = 0
        cdef const uint8_t* word = slot_word(&counts.table, slot, scratch, &size)
        cdef size_t written = 0
        cdef uint32_t code, symbol
        cdef int length
        while i < size:
            code = self.next_code(word + i, &length)
            symbol = self.symbols[FORMS * code + self.form(i == 0, i + length == size)]
            if symbol:
                out[written] = symbol - 1
                written += 1
            i += length
        return written

    def select(self, limit, initial):
        """Return the code points of the alphabet in order: the seen ones and `initial`, the `limit`
        most frequent.

        Those of `initial` count as the most frequent; of equals those with the smallest code point
        are kept.
        """
        cdef uint32_t code
        codes = [code for code in range(<uint32_t>CODES) if self.seen[code]]
        codes = sorted({*codes, *initial})
        if limit is not None and len(codes) > limit:
            codes.sort(key=lambda code: (code not in initial, -self.occurrences(code), code))
            codes = sorted(codes[:limit])
        return codes

    def occurrences(self, uint32_t code):
        """Return how often a character was seen, as far as it decides what is kept."""
        return self.seen[code]

    def assign_forms(self, ids, add, prefix, suffix):
        """Give every form that occurs its symbol, new forms by their character's code point, then
        as strings.

        Args:
            ids: The vocabulary so far; a character is kept when it is in there.
            add: Called with a new token, returns its id.
            prefix: What the forms with a prefix begin with.
            suffix: What the forms with a suffix end with.
        """
        cdef uint32_t code
        cdef int form
        for code in range(<uint32_t>CODES):
            if self.forms[code] and chr(code) in ids:
                named = sorted(
                    (
                        (prefix if form & INSIDE else "") + chr(code)
                        + (suffix if form & LAST else ""),
                        form,
                    )
                    for form in range(FORMS) if self.forms[code] >> form & 1)
                for token, form in named:
                    self.symbols[FORMS * code + form] = add(token) + 1
