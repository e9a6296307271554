"""Bytes in the characters of the byte alphabet."""

from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t

from subword._core.pipeline cimport NO_ID

from subword.vocab.byte_alphabet import CHARS

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)

cdef enum:
    CHAR_COUNT = 0x144    # the code of the last character of the alphabet, and one
    NO_BYTE = 0x100       # of another character

cdef uint8_t[256][2] alphabet     # byte -> its character in UTF-8, zero-filled
cdef uint16_t[CHAR_COUNT] byte_of    # code -> byte
for _code in range(CHAR_COUNT):
    byte_of[_code] = NO_BYTE
for _byte, _character in enumerate(CHARS):
    _encoded = _character.encode() + b"\0"
    alphabet[_byte][0] = _encoded[0]
    alphabet[_byte][1] = _encoded[1]
    byte_of[ord(_character)] = _byte


cdef Py_ssize_t spell_bytes(const uint8_t* data, Py_ssize_t size, uint8_t* chars,
                            int32_t* byte_at) noexcept nogil:
    """Spell bytes in the byte alphabet, in UTF-8.

    Args:
        data, size: The bytes.
        chars: Has space for 2 * size bytes.
        byte_at: Becomes, for each byte of `chars`, the index of the byte that it stands for; NULL
            if nobody asks.

    Returns:
        The size of the spelling.
    """
    cdef Py_ssize_t i, n = 0
    for i in range(size):
        chars[n] = alphabet[data[i]][0]
        chars[n + 1] = alphabet[data[i]][1]
        if byte_at != NULL:
            byte_at[n] = byte_at[n + 1] = <int32_t>i
        n += 2 if alphabet[data[i]][1] else 1
    return n


cdef Py_ssize_t spelled_bytes(const uint8_t* chars, Py_ssize_t size, uint8_t* data) noexcept nogil:
    """Read bytes that are spelled in the byte alphabet.

    Args:
        chars, size: UTF-8.
        data: Has space for `size` bytes.

    Returns:
        The number of bytes, -1 if there are other characters.
    """
    cdef const uint8_t* end = chars + size
    cdef Py_ssize_t n = 0
    cdef uint32_t code
    cdef int length
    while chars < end:
        code = utf8_decode(chars, &length)
        if code >= CHAR_COUNT or byte_of[code] == NO_BYTE:
            return -1
        data[n] = <uint8_t>byte_of[code]
        n += 1
        chars += length
    return n


cdef bint all_present(const uint32_t* ids, const uint8_t* data, Py_ssize_t size) noexcept nogil:
    """Whether each of these bytes has an id in a table of 256."""
    cdef Py_ssize_t i
    for i in range(size):
        if ids[data[i]] == <uint32_t>NO_ID:
            return False
    return True
