"""Which neighbouring characters some token of a BPE model holds.

Between two others a word may be cut: no merge joins the two sides, and no whole word that
`ignore_merges` looks up holds both.
"""

import numpy as np

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memset

from subword._core.hashmap cimport (
    NOTHING, IntMap, intmap_free, intmap_get, intmap_init, intmap_put,
)
from subword.models.bpe cimport BPE
from subword.models.safe_splits cimport find_safe_splits
from subword.vocab.token_table cimport TokenTable, token_size, token_text

from subword.vocab.byte_alphabet import CHARS, has_utf8_bytes

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)

cdef enum:
    OTHER = 128     # the column of every character that is not ASCII


def find_joints(BPE model, str behind, str barred):
    """Find which characters tokens hold before some characters.

    Args:
        model: The model.
        behind: The characters whose neighbours are wanted; each has a row of the result.
        barred: Characters other than ASCII that do not count.

    Returns:
        bool (len(behind), 129): whether a token holds the column's character before the row's; the
        last column stands for all that are not ASCII. None if tokens depend on more than merges
        between neighbours.
    """
    cdef unsigned char[:, ::1] joined
    cdef IntMap rows, columns
    cdef Py_ssize_t k, row
    cdef Py_UCS4 char
    if (model.dropout or model.prefix_size or model.suffix_size
            or (<TokenTable>model.tokens).shares_ids()):
        return None
    if model.byte_level:
        if not has_utf8_bytes(model.tokens):
            return None
    elif find_safe_splits(model, 0x20, False) is None or not model.falls_back:
        return None
    found = np.zeros((len(behind), OTHER + 1), np.uint8)
    joined = found
    memset(&rows, 0, sizeof(IntMap))
    memset(&columns, 0, sizeof(IntMap))
    try:
        intmap_init(&rows, len(behind))
        intmap_init(&columns, 256)
        for row, char in enumerate(behind):
            if model.byte_level and char >= 128:
                joined[row, :] = 1      # only a part of it may be in a token
            else:
                spelled = CHARS[<Py_ssize_t>char] if model.byte_level else char
                intmap_put(&rows, ord(spelled), row)
        for k in range(256 if model.byte_level else OTHER):
            intmap_put(&columns, ord(CHARS[k]) if model.byte_level else k, min(k, OTHER))
        for char in barred:
            if intmap_get(&columns, char) == NOTHING():
                intmap_put(&columns, char, OTHER + 1)
        join_neighbours(model.tokens, &rows, &columns, joined)
    finally:
        intmap_free(&rows)
        intmap_free(&columns)
    return found.view(np.bool_)


cdef void join_neighbours(TokenTable tokens, const IntMap* rows, const IntMap* columns,
                          unsigned char[:, ::1] joined) noexcept:
    """Mark the neighbours that some token holds.

    Args:
        tokens: The tokens.
        rows: Character -> its row.
        columns: Character -> its column, beyond the last if it does not count; other characters
            have the last one.
        joined: Becomes 1 for a row and the column of what is before it.
    """
    cdef Py_ssize_t i
    cdef const uint8_t* text
    cdef const uint8_t* end
    cdef uint32_t code, before
    cdef uint64_t row, column
    cdef int length
    for i in range(tokens.size):
        text = token_text(tokens, i)
        end = text + token_size(tokens, i)
        if text == end:
            continue
        before = utf8_decode(text, &length)
        text += length
        while text < end:
            code = utf8_decode(text, &length)
            text += length
            row = intmap_get(rows, code)
            if row != NOTHING():
                column = intmap_get(columns, before)
                if column == NOTHING():
                    joined[row, OTHER] = 1
                elif column <= OTHER:
                    joined[row, column] = 1
            before = code
