"""The vocabulary and the merges of a tokenizer.json, read into the memory that models use.

Only what is as it should be is read here; any other text is left to `json.loads` and the checks of
`models_json`, which are the twin of this and name what is wrong.
"""

import json
from array import array

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint32_t
from libc.stdlib cimport free
from libc.string cimport memchr, memcmp, memcpy

from subword._core.pipeline cimport reallocate
from subword.formats._json_scan cimport JsonScan
from subword.models.merge_table cimport MERGE_IDS, MergeTable
from subword.vocab.token_table cimport TokenTable, token_size, token_text

from subword._core.limits import MAX_TOKEN_CHARS
from subword.models.scored_pieces import ScoredPieces

cdef enum:
    BYTES_PER_TOKEN = 14     # of JSON, for a first guess at their number from the bytes that are
    BYTES_PER_MERGE = 12     # left, or from so many:
    BYTES_PER_PIECE = 32
    MOST_BYTES = 1 << 20
    MAX_PRODUCT = 1 << 12    # bytes of a merged token; longer ones are left to the twin
    COMMA = 0x2C
    SPACE = 0x20

cdef Py_ssize_t longest_token = MAX_TOKEN_CHARS


cdef class _ModelScan(JsonScan):
    """What a scan of a tokenizer.json has found.

    Attributes:
        tokens: The vocabulary, None if there is none that could be read.
        merges: The same for the merges, as ids of `tokens`.
        scores: Of each token, if the vocabulary is a list of pieces.
        spans: Where the two stand: (start, end, what takes their place).
    """

    cdef TokenTable tokens
    cdef MergeTable merges
    cdef object scores
    cdef list spans

    cdef bint scan_file(self) except -1:
        """Read the object of the file, and the one of its model."""
        cdef bint found = False
        if not self.take(0x7B):
            return False
        while True:
            if not self.read_string() or self.escaped:
                return False
            is_model = self.text_size == 5 and memcmp(self.text, b"model", 5) == 0
            if not self.take(0x3A):
                return False
            if is_model:
                if found or not self.scan_model():
                    return False
                found = True
            elif not self.skip_value():
                return False
            if not self.take(COMMA):
                return found and self.take(0x7D) and self.at == self.end

    cdef bint scan_model(self) except -1:
        cdef Py_ssize_t start
        cdef bytes name
        self.spans = []
        if not self.take(0x7B):
            return False
        while True:
            if not self.read_string() or self.escaped:
                return False
            name = self.text[:self.text_size] if self.text_size < 8 else b""
            if not self.take(0x3A):
                return False
            start = self.at
            if name == b"vocab":
                if self.tokens is not None or not (
                        self.read_pieces() if self.data[start] == 0x5B else self.read_vocab()):
                    return False
                self.spans.append((start, self.at, b"{}"))
            elif name == b"merges":
                if self.merges is not None or self.tokens is None or not self.read_merges():
                    return False
                self.spans.append((start, self.at, b"[]"))
            elif not self.skip_value():
                return False
            if not self.take(COMMA):
                if self.at == self.end or self.data[self.at] != 0x7D:
                    return False
                self.at += 1
                return self.tokens is not None

    cdef bint read_vocab(self) except -1:
        """Read {"token": id, ...}, up to the byte after it."""
        cdef TokenTable tokens = TokenTable.__new__(TokenTable)
        cdef uint32_t id
        cdef const uint8_t* text
        cdef Py_ssize_t size, guess = min(self.end - self.at, <Py_ssize_t>MOST_BYTES)
        if not self.take(0x7B):
            return False
        tokens.allocate(guess // BYTES_PER_TOKEN, guess // 2)
        while True:
            if not self.read_string():
                return False
            if self.text_size > longest_token:
                return False
            text, size = self.text, self.text_size
            if not self.take(0x3A) or not self.read_id(&id):
                return False
            tokens.put(text, size, id)
            if not self.take(COMMA):
                break
        if self.at == self.end or self.data[self.at] != 0x7D:
            return False
        self.at += 1
        tokens.finish()
        self.tokens = tokens
        return not tokens.shares_ids()

    cdef bint read_pieces(self) except -1:
        """Read [["piece", score], ...], all of them different, up to the byte after it."""
        cdef TokenTable tokens = TokenTable.__new__(TokenTable)
        cdef Py_ssize_t guess = min(self.end - self.at, <Py_ssize_t>MOST_BYTES)
        cdef Py_ssize_t capacity = guess // BYTES_PER_PIECE + 16, size
        cdef object scores = array("d", bytes(capacity * sizeof(double)))
        cdef double[::1] places = scores
        cdef double score
        tokens.allocate(capacity, guess // 2)
        self.take(0x5B)
        while True:
            if not self.take(0x5B) or not self.read_string() or self.text_size > longest_token:
                return False
            size = tokens.size
            tokens.put(self.text, self.text_size, <uint32_t>size)
            if tokens.size == size or not self.take(COMMA) or not self.read_float(&score):
                return False
            if size == capacity:
                places = None
                scores.frombytes(bytes(capacity * sizeof(double)))
                places = scores
                capacity *= 2
            places[size] = score
            if not self.take(0x5D):
                return False
            if not self.take(COMMA):
                break
        if self.at == self.end or self.data[self.at] != 0x5D:
            return False
        self.at += 1
        places = None
        del scores[tokens.size:]
        tokens.finish()
        self.tokens, self.scores = tokens, scores
        return True

    cdef bint read_merges(self) except -1:
        """Read ["a b", ...] or [["a", "b"], ...] of tokens without a prefix, up to the byte after
        it."""
        cdef uint32_t* ids = NULL
        cdef Py_ssize_t count = 0, capacity = 0, product = -1
        cdef uint8_t[MAX_PRODUCT] pair
        cdef Py_ssize_t left_size, size
        if not self.take(0x5B):
            return False
        try:
            while True:
                if self.data[self.at] == 0x5D and count == 0:
                    break
                left_size = self.read_pair(pair, &size)
                if left_size == -2:    # the line of a version
                    pass
                elif left_size < 0:
                    return False
                else:
                    if count == capacity:
                        capacity = 2 * capacity + min(
                            self.end - self.at, <Py_ssize_t>MOST_BYTES) // BYTES_PER_MERGE + 16
                        ids = <uint32_t*>reallocate(ids, capacity * MERGE_IDS * sizeof(uint32_t))
                    if not self.resolve(pair, left_size, size, &product, ids + MERGE_IDS * count):
                        return False
                    count += 1
                if not self.take(COMMA):
                    break
            if self.at == self.end or self.data[self.at] != 0x5D:
                return False
            self.at += 1
            self.merges = MergeTable(PyBytes_FromStringAndSize(
                <char*>ids, count * MERGE_IDS * sizeof(uint32_t)))
            return True
        finally:
            free(ids)

    cdef Py_ssize_t read_pair(self, uint8_t* pair, Py_ssize_t* size) except? -1:
        """Read a merge, write both of its tokens to `pair`, and return the size of the first.

        -1 if there is none, -2 if it is a line like "#version: 0.2".
        """
        cdef const uint8_t* space
        cdef Py_ssize_t left_size, right_size
        if self.data[self.at] == 0x5B:
            self.take(0x5B)
            if not self.read_string() or self.text_size > MAX_PRODUCT:
                return -1
            left_size = self.text_size
            memcpy(pair, self.text, left_size)
            if not self.take(COMMA) or not self.read_string():
                return -1
            right_size = self.text_size
            if left_size + right_size > MAX_PRODUCT:
                return -1
            memcpy(pair + left_size, self.text, right_size)
            size[0] = left_size + right_size
            if not self.take(0x5D):
                return -1
            return left_size
        if not self.read_string():
            return -1
        if self.text_size >= 8 and memcmp(self.text, b"#version", 8) == 0:
            return -2
        space = <const uint8_t*>memchr(self.text, SPACE, self.text_size)
        if space == NULL or self.text_size > MAX_PRODUCT:
            return -1
        left_size = space - self.text
        right_size = self.text_size - left_size - 1
        if memchr(space + 1, SPACE, right_size) != NULL:
            return -1
        memcpy(pair, self.text, left_size)
        memcpy(pair + left_size, space + 1, right_size)
        size[0] = left_size + right_size
        return left_size

    cdef bint resolve(self, const uint8_t* pair, Py_ssize_t left_size, Py_ssize_t size,
                      Py_ssize_t* product, uint32_t* ids) noexcept nogil:
        """Write the ids of two tokens and of both together.

        Args:
            pair: The bytes of both.
            left_size: Of the first.
            size: Of both.
            product: The number of the last merged token: the next is often the same or the one
                after it, so that it need not be looked for.
            ids: Where they go.

        Returns:
            Whether all three are tokens.
        """
        cdef Py_ssize_t left = self.tokens.find(pair, left_size)
        cdef Py_ssize_t right = self.tokens.find(pair + left_size, size - left_size)
        cdef Py_ssize_t at
        if left < 0 or right < 0:
            return False
        for at in range(product[0], product[0] + 2):
            if 0 <= at < self.tokens.size and token_size(self.tokens, at) == <size_t>size and (
                    memcmp(token_text(self.tokens, at), pair, size) == 0):
                break
        else:
            at = self.tokens.find(pair, size)
            if at < 0:
                return False
        product[0] = at
        ids[0] = self.tokens.ids[left]
        ids[1] = self.tokens.ids[right]
        ids[2] = self.tokens.ids[at]
        return True


def scan_tokenizer_json(bytes source not None):
    """Read a tokenizer.json, its tokens into flat memory.

    Args:
        source: The bytes of the file.

    Returns:
        What `json.loads` returns, but with the vocabulary of the model as a `TokenTable`, or with
        scores as `ScoredPieces`, and its merges, if any, as a `MergeTable`; None if the file is
        broken or not as usual.
    """
    cdef _ModelScan scan
    try:
        scan = _ModelScan(source)
        if not scan.scan_file():
            return None
        rest, end = b"", 0
        for start, stop, instead in scan.spans:
            rest += source[end:start] + instead
            end = stop
        config = json.loads((rest + source[end:]).decode())
    except (ValueError, RecursionError):
        return None
    model = config["model"]
    model["vocab"] = scan.tokens
    if scan.scores is not None:
        model["vocab"] = ScoredPieces(scan.tokens, scan.scores)
    if scan.merges is not None:
        if model.get("continuing_subword_prefix"):    # then both tokens become another
            return None
        model["merges"] = scan.merges
    return config
