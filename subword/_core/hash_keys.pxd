"""The key of the hash tables of this process: see hash_keys.pyx."""

from libc.stdint cimport uint64_t

cdef enum:
    KEY_WORDS = 4

# The words that a new table copies. The odd ones are odd numbers: factors of a product.
cdef uint64_t* hash_key_words
