"""The merges of a model in flat memory, without a Python object per merge."""

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport uint32_t

from subword.vocab.token_table cimport TokenTable


cdef class MergeTable:
    """Merges in order of rank.

    Args:
        buffer: Three ids of 32 bits for each merge: left, right and what they become.

    Raises:
        ValueError: Its size is not that of whole merges.

    >>> len(MergeTable(bytes(24)))
    2
    """

    def __init__(self, bytes buffer not None):
        if len(buffer) % (MERGE_IDS * sizeof(uint32_t)):
            raise ValueError(f"a merge has three ids of four bytes, got {len(buffer)} bytes")
        self.buffer = buffer
        self.ids = <const uint32_t*><const char*>buffer
        self.count = len(buffer) // (MERGE_IDS * sizeof(uint32_t))

    def __len__(self):
        return self.count

    def __reduce__(self):
        return MergeTable, (self.buffer,)


cdef MergeTable number_merges(TokenTable tokens, list merges, Py_ssize_t skip):
    """Return the table of merges that are given as pairs of tokens.

    Args:
        tokens: The vocabulary.
        merges: The pairs, in order of rank.
        skip: How many characters of the right token are left out of what both become.

    Raises:
        ValueError: A merge is no pair of tokens, or what both become is no token.
    """
    cdef Py_ssize_t rank = 0
    cdef bytes buffer = PyBytes_FromStringAndSize(NULL, len(merges) * MERGE_IDS * sizeof(uint32_t))
    cdef uint32_t* ids = <uint32_t*><char*>buffer
    cdef dict vocab = tokens.as_dict()
    for pair in merges:
        try:
            a, b = pair
            ids[0] = vocab[a]
            ids[1] = vocab[b]
            ids[2] = vocab[a + b[skip:]]
        except KeyError as error:
            raise ValueError(
                f"merge {rank} is {pair!r}, but {error.args[0]!r} is not in the "
                "vocabulary") from None
        except (TypeError, ValueError):
            raise ValueError(f"merge {rank} must be a pair of tokens, got {pair!r}") from None
        ids += MERGE_IDS
        rank += 1
    return MergeTable(buffer)
