"""Sorting of strings of symbols: several symbols are one key, and runs of equal keys are sorted
once more by the symbols behind.

Large runs are sorted by the bytes of their keys, the last byte first (radix sort), small ones by
comparing.
"""

from libc.stdint cimport uint64_t
from libc.stdlib cimport free, malloc, qsort
from libc.string cimport memcpy, memset

from subword._core.pipeline cimport check_signals, grow, out_of_memory

cdef enum:
    FEW = 24          # entries that are sorted by insertion
    MANY = 1024       # entries from which on bytes are counted


cdef struct Run:
    size_t first
    size_t end


cdef struct Runs:
    Run* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef int compare_entries(const void* a, const void* b) noexcept nogil:
    cdef const SortEntry* x = <const SortEntry*>a
    cdef const SortEntry* y = <const SortEntry*>b
    if x.key != y.key:
        return -1 if x.key < y.key else 1
    return -1 if x.item < y.item else x.item > y.item


cdef void sort_by_bytes(SortEntry* entries, SortEntry* spare, size_t size) noexcept nogil:
    """Sort by key; equal keys keep their order."""
    cdef size_t[8][256] counts
    cdef size_t i, place, sum
    cdef int byte, digit
    cdef uint64_t key
    cdef SortEntry* source = entries
    cdef SortEntry* target = spare
    memset(counts, 0, sizeof(counts))
    for i in range(size):
        key = entries[i].key
        for byte in range(8):
            counts[byte][(key >> (8 * byte)) & 255] += 1
    for byte in range(8):
        if counts[byte][(entries[0].key >> (8 * byte)) & 255] == size:
            continue    # all are equal here
        sum = 0
        for digit in range(256):
            place = counts[byte][digit]
            counts[byte][digit] = sum
            sum += place
        for i in range(size):
            digit = (source[i].key >> (8 * byte)) & 255
            target[counts[byte][digit]] = source[i]
            counts[byte][digit] += 1
        source, target = target, source
    if source != entries:
        memcpy(entries, source, size * sizeof(SortEntry))


cdef void sort_by_key(SortEntry* entries, SortEntry* spare, size_t size) noexcept nogil:
    cdef size_t i, j
    cdef SortEntry entry
    if size >= MANY:
        sort_by_bytes(entries, spare, size)
    elif size > FEW:
        qsort(entries, size, sizeof(SortEntry), compare_entries)
    else:
        for i in range(1, size):
            entry = entries[i]
            j = i
            while j > 0 and entries[j - 1].key > entry.key:
                entries[j] = entries[j - 1]
                j -= 1
            entries[j] = entry


cdef int add_run(Runs* runs, size_t first, size_t end) except -1 nogil:
    if runs.size == runs.capacity:
        runs.data = <Run*>grow(runs.data, &runs.capacity, runs.size + 1, sizeof(Run))
    runs.data[runs.size].first = first
    runs.data[runs.size].end = end
    runs.size += 1
    return 0


cdef int sort_strings(SortEntry* entries, size_t size, KeyOf key_of, const void* strings,
                      size_t width, size_t limit) except -1 nogil:
    cdef Runs runs, longer
    cdef SortEntry* spare = <SortEntry*>malloc(max(size, <size_t>1) * sizeof(SortEntry))
    cdef size_t offset = 0, first, end, i
    cdef uint64_t rest = (<uint64_t>1 << (64 // width)) - 1 if width > 1 else ~<uint64_t>0
    cdef Py_ssize_t r
    if spare == NULL:
        return out_of_memory()
    memset(&runs, 0, sizeof(Runs))
    memset(&longer, 0, sizeof(Runs))
    try:
        add_run(&runs, 0, size)
        while runs.size and offset < limit:
            longer.size = 0
            for r in range(runs.size):
                first, end = runs.data[r].first, runs.data[r].end
                for i in range(first, end):
                    entries[i].key = key_of(strings, entries[i].item, offset)
                sort_by_key(entries + first, spare, end - first)
                for i in range(first + 1, end + 1):
                    if i < end and entries[i].key == entries[first].key:
                        continue
                    # A key whose last symbol is 0 is the end of its strings: they are equal.
                    if i - first > 1 and entries[first].key & rest:
                        add_run(&longer, first, i)
                    first = i
            runs, longer = longer, runs
            offset += width
            check_signals()
    finally:
        free(spare)
        free(runs.data)
        free(longer.data)
    return 0
