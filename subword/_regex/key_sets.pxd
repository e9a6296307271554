"""Sets of 64-bit keys, none 0, by open addressing; and lists of them in the same struct."""

from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free

from subword._core.hash_keys cimport hash_key_words
from subword._core.pipeline cimport grow, out_of_memory

cdef extern from "cpu/hash.h" nogil:
    uint64_t hash_number(uint64_t number, const uint64_t* key)


cdef struct Keys:
    uint64_t* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef inline uint64_t hash_of(uint64_t key) noexcept nogil:
    return hash_number(key, hash_key_words)


cdef inline int keys_push(Keys* keys, uint64_t key) except -1 nogil:
    """Append a key to a list."""
    if keys.size == keys.capacity:
        keys.data = <uint64_t*>grow(keys.data, &keys.capacity, keys.size + 1, sizeof(uint64_t))
    keys.data[keys.size] = key
    keys.size += 1
    return 0


cdef inline bint keys_hold(const Keys* keys, uint64_t key) noexcept nogil:
    """Whether a set holds a key."""
    cdef uint64_t mask = keys.capacity - 1, i = hash_of(key) & mask
    if keys.size == 0:
        return False
    while keys.data[i]:
        if keys.data[i] == key:
            return True
        i = (i + 1) & mask
    return False


cdef inline int keys_put(Keys* keys, uint64_t key) except -1 nogil:
    """Add a key to a set."""
    cdef Keys larger
    cdef Py_ssize_t j
    cdef uint64_t i, mask
    if 2 * (keys.size + 1) > keys.capacity:
        larger.capacity = 2 * keys.capacity if keys.capacity else 256
        larger.size = 0
        larger.data = <uint64_t*>calloc(larger.capacity, sizeof(uint64_t))
        if larger.data == NULL:
            return out_of_memory()
        for j in range(keys.capacity):
            if keys.data[j]:
                keys_put(&larger, keys.data[j])
        free(keys.data)
        keys[0] = larger
    mask = keys.capacity - 1
    i = hash_of(key) & mask
    while keys.data[i]:
        if keys.data[i] == key:
            return 0
        i = (i + 1) & mask
    keys.data[i] = key
    keys.size += 1
    return 0
