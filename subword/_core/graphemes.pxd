"""How characters join to extended grapheme clusters (see include/text/graphemes.h)."""

from libc.stdint cimport uint8_t

cdef uint8_t* grapheme_values    # of grapheme_table.h, for every code point
