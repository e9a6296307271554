"""Strings of symbols as the tree of their prefixes, in preorder.

Words share their beginnings, and so does what is computed about these: 100 MB of English have 8
million characters in different words, and 3 million different prefixes. Preorder makes the tree an
array: a walk is a loop, and a part of the array is a piece of work for a thread.
"""

cimport cython
from libc.stdint cimport UINT32_MAX, int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from subword._core.pipeline cimport out_of_memory, reallocate
from subword.trainers._symbol_sort cimport SortEntry, sort_strings


cdef struct Strings:
    const uint32_t* symbols
    const SymbolString* strings
    size_t width
    int bits


cdef uint64_t key_of_string(const void* context, uint32_t item, size_t offset) noexcept nogil:
    """Return the symbols of a string from an offset on as a key."""
    cdef const Strings* all = <const Strings*>context
    cdef const SymbolString* string = all.strings + item
    cdef const uint32_t* symbols = all.symbols + string.start
    cdef uint64_t key = 0
    cdef size_t i
    for i in range(offset, offset + all.width):
        key = (key << all.bits if all.width > 1 else 0) | (symbols[i] if i < string.size else 0)
    return key


@cython.final
cdef class PrefixTree:
    """The prefixes of strings.

    Args:
        highest: The highest symbol.
    """

    def __init__(self, uint32_t highest):
        self.symbol_bits = max(1, int(highest).bit_length())

    def __dealloc__(self):
        free(self.parents)
        free(self.symbols)
        free(self.last)
        free(self.values)

    cdef int free_symbols(self) noexcept nogil:
        """Free what only tells strings apart."""
        free(self.symbols)
        self.symbols = NULL
        return 0

    cdef int reserve(self, size_t nodes) except -1 nogil:
        self.parents = <uint32_t*>reallocate(self.parents, nodes * sizeof(uint32_t))
        self.symbols = <uint32_t*>reallocate(self.symbols, nodes * sizeof(uint32_t))
        self.values = <int64_t*>reallocate(self.values, nodes * sizeof(int64_t))
        return 0

    cdef int build(self, const uint32_t* symbols, const SymbolString* strings,
                   size_t size) except -1 nogil:
        cdef Strings context
        cdef SortEntry* entries
        cdef const SymbolString* string
        cdef uint32_t* path = NULL
        cdef const uint32_t* text
        cdef const uint32_t* before = NULL
        cdef uint32_t before_size = 0, common
        cdef size_t i, nodes = 1
        cdef int width = 64 // self.symbol_bits
        if size >= UINT32_MAX:
            with gil:
                raise ValueError(f"at most {UINT32_MAX - 1} different words can be trained on, "
                                 f"got {size}")
        context.symbols, context.strings = symbols, strings
        context.width, context.bits = width, 64 // width
        entries = <SortEntry*>malloc(max(size, <size_t>1) * sizeof(SortEntry))
        if entries == NULL:
            return out_of_memory()
        try:
            for i in range(size):
                entries[i].item = <uint32_t>i
                self.deepest = max(self.deepest, strings[i].size)
            sort_strings(entries, size, key_of_string, &context, width, self.deepest)
            path = <uint32_t*>malloc((self.deepest + 1) * sizeof(uint32_t))
            if path == NULL:
                return out_of_memory()
            for i in range(size):    # how many nodes there are
                string = strings + entries[i].item
                text = symbols + string.start
                nodes += string.size - common_size(before, before_size, text, string.size)
                before, before_size = text, string.size
            if nodes >= UINT32_MAX:
                with gil:
                    raise ValueError(f"the words have {nodes} different beginnings, at most "
                                     f"{UINT32_MAX - 1} can be trained on")
            self.reserve(nodes)
            self.parents[ROOT] = self.symbols[ROOT] = 0
            self.values[ROOT] = 0
            self.size = 1
            before_size = path[0] = 0
            for i in range(size):
                string = strings + entries[i].item
                text = symbols + string.start
                common = common_size(before, before_size, text, string.size)
                while common < string.size:
                    self.parents[self.size] = path[common]
                    self.symbols[self.size] = text[common]
                    self.values[self.size] = 0
                    common += 1
                    path[common] = self.size
                    self.size += 1
                self.values[path[string.size]] += string.value
                before, before_size = text, string.size
            self.last = <uint32_t*>reallocate(self.last, nodes * sizeof(uint32_t))
            memset(self.last, 0xFF, nodes * sizeof(uint32_t))
        finally:
            free(entries)
            free(path)
        return 0


cdef inline uint32_t common_size(const uint32_t* a, uint32_t a_size, const uint32_t* b,
                                 uint32_t b_size) noexcept nogil:
    """Return how many symbols two strings have in common at their beginning."""
    cdef uint32_t i = 0
    while i < a_size and i < b_size and a[i] == b[i]:
        i += 1
    return i
