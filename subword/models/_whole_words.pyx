"""The tokens of a model as whole words, for `ignore_merges`."""

from libc.stdint cimport int64_t, uint8_t
from libc.stdlib cimport free, malloc

from subword._core.pipeline cimport out_of_memory
from subword.models._byte_spelling cimport spell_bytes
from subword.vocab.token_table cimport TokenTable

cdef enum:
    SHORT = 256    # bytes of a word that is spelled on the stack


cdef int64_t whole_word(TokenTable tokens, const uint8_t* word, Py_ssize_t size,
                        bint byte_level) except -2 nogil:
    """Return the id of the token that a word is as a whole, -1 if it is none.

    The bytes of a byte-level model are spelled and looked for among the tokens: a table of all
    tokens by their bytes would be made at each loading, and words are looked up once.
    """
    cdef uint8_t[2 * SHORT] stack
    cdef uint8_t* chars = stack
    cdef Py_ssize_t number
    if not byte_level:
        number = tokens.find(word, size)
        return <int64_t>tokens.ids[number] if number >= 0 else -1
    if size > SHORT:
        chars = <uint8_t*>malloc(2 * size)
        if chars == NULL:
            out_of_memory()
    number = tokens.find(chars, spell_bytes(word, size, chars, NULL))
    if chars != stack:
        free(chars)
    return <int64_t>tokens.ids[number] if number >= 0 else -1
