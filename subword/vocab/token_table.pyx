"""The tokens of a model and their ids in flat memory, without a Python object per token.

The bytes of all tokens lie one after the other; a hash table finds a token's number, its place in
the order in which the tokens were given. What Python asks for, a str or the whole as a dict, is
made then. A reader of files fills a table directly, and a copy ships its few buffers.
"""

from collections.abc import Mapping

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcmp, memcpy

from subword._core.hash_keys cimport hash_key_words
from subword._core.pipeline cimport reallocate

cdef extern from "cpu/hash.h" nogil:
    uint64_t hash_bytes(const uint8_t* p, size_t n, const uint64_t* key)

cdef enum:
    MAX_TEXT = 0xFFFFFFFF    # bytes of all tokens


cdef inline uint32_t tag_of(uint64_t hash, uint64_t mask) noexcept nogil:
    """The bits of a hash that stand beside a token's number in a slot, above those of the mask: so
    most slots of other tokens are told without reading the tokens."""
    return <uint32_t>(hash >> 32) & ~<uint32_t>mask


cdef inline Py_ssize_t search(TokenTable table, const uint8_t* token, size_t size, uint64_t hash,
                              uint64_t* at) noexcept nogil:
    """Return the number of a token with a hash, -1 if it is none; `at` becomes its slot."""
    cdef uint64_t mask = table.mask
    cdef uint32_t tag = tag_of(hash, mask), found
    cdef Py_ssize_t number
    at[0] = hash & mask
    while table.slots[at[0]]:
        found = table.slots[at[0]] ^ tag
        if found <= mask:
            number = <Py_ssize_t>found - 1
            if token_size(table, number) == size and memcmp(
                    token_text(table, number), token, size) == 0:
                return number
        at[0] = (at[0] + 1) & mask
    return -1


cdef class TokenTable:
    """A mapping of token -> id that does not change.

    Args:
        vocab: Token -> id, checked by `vocabulary.checked_vocab`. It is kept as what `as_dict`
            returns.

    Raises:
        MemoryError: The tokens have 4 GiB of text.

    >>> table = TokenTable({"a": 0, "b": 7})
    >>> table["b"], table.token_of(7), "c" in table, len(table)
    (7, 'b', False, 2)
    """

    def __cinit__(self):
        self.highest = -1
        self.encodable = True

    def __init__(self, dict vocab not None):
        cdef str token
        cdef bytes data
        cdef list tokens = []
        if self.text != NULL:
            raise TypeError("TokenTable objects are immutable: make a new one")
        for token in vocab:
            try:
                data = token.encode()
            except UnicodeEncodeError:
                self.encodable = False
                data = token.encode("utf-8", "surrogatepass")
            tokens.append(data)
        self.allocate(len(tokens), sum(map(len, tokens)))
        for data, index in zip(tokens, vocab.values()):
            self.put(data, len(data), index)
        self.finish()
        self.mapping = vocab

    def __dealloc__(self):
        free(self.text)
        free(self.starts)
        free(self.ids)
        free(self.slots)
        free(self.by_id)

    cdef int allocate(self, Py_ssize_t tokens, size_t bytes) except -1:
        """Reserve memory for tokens; `put` finds more where that is too little."""
        self.capacity = max(tokens, 1)
        self.text_capacity = max(bytes, <size_t>1)
        self.text = <uint8_t*>reallocate(NULL, self.text_capacity)
        self.starts = <uint32_t*>reallocate(NULL, (self.capacity + 1) * sizeof(uint32_t))
        self.ids = <uint32_t*>reallocate(NULL, self.capacity * sizeof(uint32_t))
        self.starts[0] = 0
        memcpy(self.hash_key, hash_key_words, sizeof(self.hash_key))
        return self.reserve_slots(tokens)

    cdef int reserve_slots(self, Py_ssize_t tokens) except -1:
        """Make a hash table for `tokens` tokens at half load, of those that are there."""
        cdef uint64_t size = 16, at, hash
        cdef Py_ssize_t i
        while size < 2 * <uint64_t>tokens:
            size *= 2
        free(self.slots)
        self.slots = <uint32_t*>calloc(size, sizeof(uint32_t))
        if self.slots == NULL:
            raise MemoryError("no memory for the tokens")
        self.mask = size - 1
        for i in range(self.size):
            hash = hash_bytes(token_text(self, i), token_size(self, i), self.hash_key)
            at = hash & self.mask
            while self.slots[at]:
                at = (at + 1) & self.mask
            self.slots[at] = tag_of(hash, self.mask) | (<uint32_t>i + 1)
        return 0

    cdef int put(self, const uint8_t* token, size_t size, uint32_t id) except -1:
        """Append a token, or give one that is there another id; `finish` comes after the last."""
        cdef uint64_t hash = hash_bytes(token, size, self.hash_key), at
        cdef Py_ssize_t number = search(self, token, size, hash, &at)
        cdef size_t used
        if number >= 0:
            self.ids[number] = id
            return 0
        used = self.starts[self.size]
        if used + size > <size_t>MAX_TEXT:
            raise MemoryError("the tokens have 4 GiB of text or more")
        if self.size == self.capacity:
            self.capacity += self.capacity // 2 + 16
            self.starts = <uint32_t*>reallocate(
                self.starts, (self.capacity + 1) * sizeof(uint32_t))
            self.ids = <uint32_t*>reallocate(self.ids, self.capacity * sizeof(uint32_t))
        if used + size > self.text_capacity:
            self.text_capacity = used + size + (used + size) // 2
            self.text = <uint8_t*>reallocate(self.text, self.text_capacity)
        memcpy(self.text + used, token, size)
        self.starts[self.size + 1] = <uint32_t>(used + size)
        self.ids[self.size] = id
        self.slots[at] = tag_of(hash, self.mask) | (<uint32_t>self.size + 1)
        self.size += 1
        if 2 * <uint64_t>self.size > self.mask + 1:
            self.reserve_slots(2 * self.size)
        return 0

    cdef int finish(self) except -1:
        """Give memory back that was reserved for more tokens, and find the highest id."""
        cdef Py_ssize_t i
        cdef void* p
        p = realloc(self.text, max(<size_t>self.starts[self.size], <size_t>1))
        self.text = <uint8_t*>p if p != NULL else self.text
        p = realloc(self.starts, (self.size + 1) * sizeof(uint32_t))
        self.starts = <uint32_t*>p if p != NULL else self.starts
        p = realloc(self.ids, max(self.size, 1) * sizeof(uint32_t))
        self.ids = <uint32_t*>p if p != NULL else self.ids
        for i in range(self.size):
            self.highest = max(self.highest, <Py_ssize_t>self.ids[i])
        return 0

    cdef Py_ssize_t find(self, const uint8_t* token, size_t size) noexcept nogil:
        """Return the number of a token, -1 if it is none."""
        cdef uint64_t at
        return search(self, token, size, hash_bytes(token, size, self.hash_key), &at)

    cdef Py_ssize_t number_of(self, object token) except -2:
        """Return the number of a token, -1 for what is none."""
        cdef bytes data
        if not isinstance(token, str):
            hash(token)    # a TypeError, as of a dict, if it has none
            return -1
        data = (<str>token).encode("utf-8", "surrogatepass")
        return self.find(data, len(data))

    cdef Py_ssize_t number_by_id(self, uint32_t id) except -2:
        """Return the number of the last token with an id, -1 if there is none."""
        cdef uint32_t* by_id
        cdef Py_ssize_t i
        if self.by_id == NULL and self.numbers is None:
            if self.highest < 4 * self.size + 1024:
                by_id = <uint32_t*>calloc(self.highest + 2, sizeof(uint32_t))
                if by_id == NULL:
                    raise MemoryError("no memory for the ids of the tokens")
                for i in range(self.size):
                    by_id[self.ids[i]] = <uint32_t>i + 1
                self.by_id = by_id    # once it is whole, for threads without a common lock
            else:
                self.numbers = {self.ids[i]: i for i in range(self.size)}
        if self.numbers is not None:
            return self.numbers.get(id, -1)
        return <Py_ssize_t>self.by_id[id] - 1 if <Py_ssize_t>id <= self.highest else -1

    cdef str spell(self, Py_ssize_t number):
        """Return a token, the same object each time."""
        cdef list spellings = self.spellings
        if spellings is None:
            self.spellings = spellings = [None] * self.size
        token = spellings[number]
        if token is None:
            token = self.decoded(number)
            spellings[number] = token
        return token

    cdef str decoded(self, Py_ssize_t number):
        return PyUnicode_DecodeUTF8(
            <const char*>token_text(self, number), token_size(self, number), "surrogatepass")

    def token_of(self, index):
        """Return the last token with an id, None if there is none."""
        cdef Py_ssize_t number
        try:
            number = self.number_by_id(index)
        except (TypeError, OverflowError):    # no number from 0 to 2**32 - 1
            return None
        return None if number < 0 else self.spell(number)

    def has_id(self, index):
        """Say whether a token has an id from 0 to 2**32 - 1."""
        return self.number_by_id(index) >= 0

    def as_dict(self):
        """Return token -> id, the same dict each time."""
        cdef Py_ssize_t i
        if self.mapping is None:
            self.mapping = {self.decoded(i): self.ids[i] for i in range(self.size)}
        return self.mapping

    def shares_ids(self):
        """Say whether two tokens have the same id.

        >>> TokenTable({"a": 0, "b": 0}).shares_ids()
        True
        """
        cdef Py_ssize_t i
        if self.size == 0:
            return False
        self.number_by_id(0)
        if self.by_id == NULL:
            return len(self.numbers) < self.size
        for i in range(self.size):
            if self.by_id[self.ids[i]] != <uint32_t>i + 1:
                return True
        return False

    def check_encodable(self):
        """Raise a UnicodeEncodeError if a token holds a lone surrogate."""
        if not self.encodable:
            for token in self:
                token.encode()

    def get(self, token, default=None):
        """Return the id of a token, or the default."""
        cdef Py_ssize_t number = self.number_of(token)
        return default if number < 0 else self.ids[number]

    def __getitem__(self, token):
        cdef Py_ssize_t number = self.number_of(token)
        if number < 0:
            raise KeyError(token)
        return self.ids[number]

    def __contains__(self, token):
        return self.number_of(token) >= 0

    def __len__(self):
        return self.size

    def __iter__(self):
        return iter(self.as_dict())

    def keys(self):
        """Return the tokens."""
        return self.as_dict().keys()

    def values(self):
        """Return the ids."""
        return self.as_dict().values()

    def items(self):
        """Return the pairs (token, id)."""
        return self.as_dict().items()

    def __eq__(self, other):
        if isinstance(other, TokenTable):
            other = (<TokenTable>other).as_dict()
        return self.as_dict() == other if isinstance(other, dict) else NotImplemented

    __hash__ = None

    def __repr__(self):
        return f"TokenTable({self.size} tokens)"

    def __reduce__(self):
        return _from_buffers, (
            PyBytes_FromStringAndSize(<char*>self.text, self.starts[self.size]),
            PyBytes_FromStringAndSize(<char*>self.starts, (self.size + 1) * sizeof(uint32_t)),
            PyBytes_FromStringAndSize(<char*>self.ids, self.size * sizeof(uint32_t)),
            self.encodable)


def _from_buffers(bytes text not None, bytes starts not None, bytes ids not None, bint encodable):
    """Return the table whose buffers these are."""
    cdef TokenTable table = TokenTable.__new__(TokenTable)
    cdef Py_ssize_t size = len(ids) // sizeof(uint32_t)
    if len(starts) != (size + 1) * <Py_ssize_t>sizeof(uint32_t):
        raise ValueError("the buffers of a table of tokens do not fit")
    table.allocate(size, len(text))
    memcpy(table.text, <const char*>text, len(text))
    memcpy(table.starts, <const char*>starts, len(starts))
    memcpy(table.ids, <const char*>ids, len(ids))
    table.size = size
    table.encodable = encodable
    table.reserve_slots(size)
    table.finish()
    return table


Mapping.register(TokenTable)
