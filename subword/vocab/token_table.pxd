"""Tokens and their ids in flat memory: see token_table.pyx."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from subword._core.hash_keys cimport KEY_WORDS


cdef class TokenTable:
    cdef uint8_t* text              # the bytes of all tokens, one after the other
    cdef uint32_t* starts           # of each token, and the end of the last
    cdef uint32_t* ids
    cdef Py_ssize_t size            # tokens
    cdef Py_ssize_t capacity        # of starts and ids
    cdef size_t text_capacity
    cdef uint32_t* slots            # number of a token + 1 and bits of its hash; 0 is free
    cdef uint64_t mask
    cdef uint64_t[KEY_WORDS] hash_key
    cdef uint32_t* by_id            # number of a token + 1, if the ids are dense
    cdef object numbers             # the same as a dict of numbers, if they are not
    cdef list spellings             # of the tokens that were asked for
    cdef dict mapping               # the whole as a dict, once it was asked for
    cdef readonly Py_ssize_t highest    # id, -1 if there is no token
    cdef bint encodable             # no token holds a lone surrogate
    cdef int allocate(self, Py_ssize_t tokens, size_t bytes) except -1
    cdef int put(self, const uint8_t* token, size_t size, uint32_t id) except -1
    cdef int reserve_slots(self, Py_ssize_t tokens) except -1
    cdef int finish(self) except -1
    cdef Py_ssize_t find(self, const uint8_t* token, size_t size) noexcept nogil
    cdef Py_ssize_t number_of(self, object token) except -2
    cdef Py_ssize_t number_by_id(self, uint32_t id) except -2
    cdef str decoded(self, Py_ssize_t number)
    cdef str spell(self, Py_ssize_t number)


cdef inline size_t token_size(TokenTable table, Py_ssize_t number) noexcept nogil:
    return table.starts[number + 1] - table.starts[number]


cdef inline const uint8_t* token_text(TokenTable table, Py_ssize_t number) noexcept nogil:
    return table.text + table.starts[number]
