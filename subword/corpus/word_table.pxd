"""bytes -> uint64 in flat memory: see word_table.pyx."""

from libc.stdint cimport uint8_t, uint64_t

from subword._core.hash_keys cimport KEY_WORDS
from subword._core.pipeline cimport Span


cdef enum:
    SHORT_WORD = 15     # bytes of a word that fits in its slot

cdef extern from *:
    """
    #define SUBWORD_LONG_WORD ((uint64_t)0xFF << 56)
    """
    const uint64_t LONG_WORD "SUBWORD_LONG_WORD"


cdef struct Slot:
    # Half a cache line. A short word is its own key: its bytes, zero filled, and its size in the
    # top byte of hi. A long one has its hash in lo, LONG_WORD | size in hi and its bytes at arena +
    # offset. A free slot has hi == 0.
    uint64_t lo
    uint64_t hi
    uint64_t value
    uint64_t offset


cdef struct Table:
    # bytes -> uint64. All zero is a valid empty table.
    Slot* slots
    size_t capacity      # a power of two, or 0
    size_t used
    uint8_t* arena       # long words, one after the other
    size_t arena_size
    size_t arena_capacity
    uint64_t[KEY_WORDS] hash_key    # once there are slots


# The slot of a word of at least one byte, made with value 0 when it was not there. It stays valid
# until the next word is made.
cdef Slot* table_slot(Table* table, const uint8_t* word, Py_ssize_t size,
                      const uint8_t* limit) except NULL nogil
# The slot of a word, or NULL.
cdef Slot* table_find(const Table* table, const uint8_t* word, Py_ssize_t size) noexcept nogil
# The bytes of a slot's word; a short word is written to `scratch` (16 bytes).
cdef const uint8_t* slot_word(const Table* table, const Slot* slot, uint8_t* scratch,
                              Py_ssize_t* size) noexcept nogil
# Slots that a search for every word once passes before it is found.
cdef uint64_t table_steps(const Table* table) noexcept nogil
cdef int table_reserve(Table* table, size_t words) except -1 nogil
# All slots in the order 0, visit_next(0), visit_next(that), ... for adding them to another table.
cdef inline size_t visit_next(const Table* table, size_t at) noexcept nogil:
    # Not in their own order, which is that of the hashes, here as there: the words would crowd the
    # first slots until the table grows. A stride of the golden ratio visits them all.
    return (at + <size_t>0x9E3779B1) & (table.capacity - 1)
cdef void table_free(Table* table) noexcept nogil
# Add one to the count of each span of `data`; `limit` ends the readable memory.
cdef int table_count(Table* table, const uint8_t* data, const uint8_t* limit, const Span* spans,
                     Py_ssize_t size) except -1 nogil
