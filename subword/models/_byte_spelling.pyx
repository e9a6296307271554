"""Bytes in the characters of the byte alphabet."""

from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport NO_ID

from subword.vocab.byte_alphabet import CHARS

cdef uint8_t[256][2] alphabet     # byte -> its character in UTF-8, zero-filled
for _byte, _character in enumerate(CHARS):
    _encoded = _character.encode() + b"\0"
    alphabet[_byte][0] = _encoded[0]
    alphabet[_byte][1] = _encoded[1]


cdef Py_ssize_t spell_bytes(const uint8_t* data, Py_ssize_t size, uint8_t* chars,
                            int32_t* byte_at) noexcept nogil:
    """Spell bytes in the byte alphabet, in UTF-8.

    Args:
        data, size: The bytes.
        chars: Has space for 2 * size bytes.
        byte_at: Becomes, for each byte of `chars`, the index of the byte that it stands for.

    Returns:
        The size of the spelling.
    """
    cdef Py_ssize_t i, n = 0
    for i in range(size):
        chars[n] = alphabet[data[i]][0]
        byte_at[n] = <int32_t>i
        n += 1
        if alphabet[data[i]][1]:
            chars[n] = alphabet[data[i]][1]
            byte_at[n] = <int32_t>i
            n += 1
    return n


cdef bint all_present(const uint32_t* ids, const uint8_t* data, Py_ssize_t size) noexcept nogil:
    """Whether each of these bytes has an id in a table of 256."""
    cdef Py_ssize_t i
    for i in range(size):
        if ids[data[i]] == <uint32_t>NO_ID:
            return False
    return True
