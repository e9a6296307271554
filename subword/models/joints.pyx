"""Which neighbouring characters some token of a BPE model holds.

Between two others a word may be cut: no merge joins the two sides, and no whole word that
`ignore_merges` looks up holds both.
"""

import numpy as np

from subword.models.bpe cimport BPE
from subword.models.safe_splits cimport find_safe_splits

from subword.vocab.byte_alphabet import CHARS, has_utf8_bytes
from subword.vocab.vocabulary import shares_ids

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
    cdef short[0x180] row_of
    cdef short[0x180] column_of
    cdef dict wide = {}
    cdef str token
    cdef Py_ssize_t k, row
    cdef Py_UCS4 char, before
    if model.dropout or model.prefix_size or model.suffix_size or shares_ids(model.vocab):
        return None
    if model.byte_level:
        if not has_utf8_bytes(model.vocab):
            return None
    elif find_safe_splits(model, 0x20, False) is None or not model.falls_back:
        return None
    found = np.zeros((len(behind), OTHER + 1), np.uint8)
    joined = found
    for k in range(0x180):
        row_of[k] = -1
        column_of[k] = min(k, OTHER)
    for row, char in enumerate(behind):
        spelled = CHARS[<Py_ssize_t>char] if model.byte_level and char < 128 else char
        if model.byte_level and char >= 128:
            joined[row, :] = 1      # only a part of it may be in a token
        elif ord(spelled) < 0x180:
            row_of[<Py_ssize_t>ord(spelled)] = <short>row
        else:
            wide[spelled] = row
    if model.byte_level:
        for k in range(256):
            column_of[<Py_ssize_t>ord(CHARS[k])] = <short>min(k, OTHER)
    for token in model.vocab:
        for k in range(1, len(token)):
            char = token[k]
            row = row_of[char] if char < 0x180 else wide.get(char, -1)
            if row < 0:
                continue
            before = token[k - 1]
            if before < 0x180:
                joined[row, column_of[before]] = 1
            elif before not in barred:
                joined[row, OTHER] = 1
    return found.view(np.bool_)
