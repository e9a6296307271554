"""The frozen table of grapheme clusters, expanded once at import.

The answers are the reference's own, found by tools/make_grapheme_table.py.
"""

from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport calloc

cdef extern from "text/grapheme_table.h" nogil:
    const uint32_t* grapheme_runs

cdef enum:
    CODES = 0x110000


cdef uint8_t* expand(const uint32_t* run) except NULL:
    """Return a new flat table with the values of the runs."""
    cdef uint8_t* target = <uint8_t*>calloc(CODES, 1)
    cdef uint32_t code = 0, k
    if target == NULL:
        raise MemoryError("out of memory for the grapheme table")
    while code < <uint32_t>CODES:
        if run[0] & 0xFF:
            for k in range(run[0] >> 8):
                target[code + k] = <uint8_t>(run[0] & 0xFF)
        code += run[0] >> 8
        run += 1
    return target


grapheme_values = expand(grapheme_runs)


def value_of_every_code_point():
    """Return the table as bytes, for the reference twin."""
    return <bytes>grapheme_values[:CODES]
