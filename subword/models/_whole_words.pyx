"""The tokens of a model as whole words, for `ignore_merges`."""

from libc.stdint cimport uint8_t, uint32_t

from subword._core.hashmap cimport WordMap, wordmap_add, wordmap_init
from subword.vocab.token_table cimport TokenTable, token_size, token_text

from subword.vocab.byte_alphabet import BYTES

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)

cdef enum:
    HIGHEST_CHAR = 0x143    # of the byte alphabet
    NO_BYTE = 0x100         # of another character


cdef int fill_words(WordMap* words, TokenTable tokens, bint byte_level) except -1:
    """Make the table of the words that are tokens; in a byte-level model of those that spell bytes.

    Raises:
        UnicodeEncodeError: A token holds a lone surrogate.
    """
    cdef int[HIGHEST_CHAR + 1] byte_of
    cdef bytearray scratch = bytearray(tokens.starts[tokens.size] + 1)
    cdef uint8_t* out = <uint8_t*><char*>scratch
    cdef const uint8_t* text
    cdef const uint8_t* end
    cdef Py_ssize_t i, size
    cdef uint32_t code
    cdef int length
    tokens.check_encodable()
    for i in range(HIGHEST_CHAR + 1):
        byte_of[i] = BYTES.get(chr(i), NO_BYTE)
    wordmap_init(words, tokens.size, tokens.starts[tokens.size])
    for i in range(tokens.size):
        text = token_text(tokens, i)
        size = token_size(tokens, i)
        if byte_level:
            end = text + size
            size = 0
            while text < end:
                code = utf8_decode(text, &length)
                if code > HIGHEST_CHAR or byte_of[code] == NO_BYTE:
                    size = 0
                    break
                out[size] = <uint8_t>byte_of[code]
                size += 1
                text += length
            text = out
        if size:
            wordmap_add(words, text, size, tokens.ids[i])
    return 0
