"""The words of a table in a fixed order."""

from libc.stdint cimport uint8_t
from libc.stdlib cimport free, malloc, qsort
from libc.string cimport memcmp

from subword._core.pipeline cimport out_of_memory
from subword.corpus.word_table cimport Table, slot_word


cdef int by_word(const void* a, const void* b) noexcept nogil:
    cdef const ListedWord* x = <const ListedWord*>a
    cdef const ListedWord* y = <const ListedWord*>b
    cdef int order = memcmp(x.word, y.word, min(x.size, y.size))
    return order if order else (x.size > y.size) - (x.size < y.size)


cdef int by_count(const void* a, const void* b) noexcept nogil:
    cdef const ListedWord* x = <const ListedWord*>a
    cdef const ListedWord* y = <const ListedWord*>b
    if x.count != y.count:
        return 1 if x.count < y.count else -1
    return by_word(a, b)


cdef class WordListing:
    """A sorted view of a table's words; alive only while the table does not change."""

    def __dealloc__(self):
        free(self.entries)
        free(self.scratch)


cdef WordListing listing(const Table* table, bint frequent_first):
    cdef WordListing result = WordListing()
    cdef size_t i, n = 0
    result.entries = <ListedWord*>malloc(max(table.used, <size_t>1) * sizeof(ListedWord))
    result.scratch = <uint8_t*>malloc(max(table.used, <size_t>1) * 16)
    if result.entries == NULL or result.scratch == NULL:
        out_of_memory()
    with nogil:
        for i in range(table.capacity):
            if table.slots[i].hi:
                result.entries[n].word = slot_word(
                    table, table.slots + i, result.scratch + n * 16, &result.entries[n].size)
                result.entries[n].count = table.slots[i].value
                n += 1
        qsort(result.entries, n, sizeof(ListedWord), by_count if frequent_first else by_word)
    result.size = n
    return result
