"""Where a BPE model never merges two characters: a text may be split there in advance.

A merge (a, b) joins the last character of a with the first of b. Between two neighbours that no
merge of the model joins, a split is safe: neither side affects the other, so each chunk between
safe splits gets the tokens that it gets within the whole text, and these can be cached. With the
merges of Llama-2 or Gemma-3, English falls into chunks of six bytes and Korean into chunks of three
to five, although these models have no pre-tokenizer.

A character outside the vocabulary merges with nothing. If each such character becomes its own
bytes, a split is safe on both sides of it. If it becomes the unknown token, which may fuse with the
next one and is emitted late, a split is safe on neither side.

With `ignore_merges` a word that is a token is that token: then words are split nowhere, and of the
texts that are one word each only those are that are longer than any token (encode/_unsplit.pyx).
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc

from subword._core.hashmap cimport (
    NOTHING, IntMap, intmap_free, intmap_get, intmap_init, intmap_put,
)
from subword._core.pipeline cimport NO_ID
from subword.models.bpe cimport BPE
from subword.models.merge_table cimport MERGE_IDS
from subword.vocab.token_table cimport TokenTable, token_size, token_text

from subword._core.limits import MAX_TABLE_IDS
from subword.vocab.byte_alphabet import BYTE_TOKENS

cdef extern from "cpu/hash.h" nogil:
    uint64_t mix(uint64_t a, uint64_t b)
    uint64_t load64(const uint8_t* p)

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)

cdef enum:
    BITS_PER_PAIR = 16      # of the filter: at most one safe pair in 16 is not recognised as safe


cdef inline uint64_t hash_pair(uint32_t left, uint32_t right) noexcept nogil:
    return mix(<uint64_t>left << 32 | right, 0x9E3779B97F4A7C15ULL)


cdef class SafeSplits:
    """Between which characters a model never merges; made by `find_safe_splits`."""

    def __dealloc__(self):
        free(self.filter)

    cdef bint has_own_token(self, uint32_t code) noexcept nogil:
        """Whether the character gets tokens of its own, whatever comes before and after it."""
        return self.model.falls_back or intmap_get(&self.model.characters[0], code) != NOTHING()

    cdef bint may_split(self, uint32_t left, uint32_t right) noexcept nogil:
        """Whether these neighbours in the text never end up in one token."""
        cdef uint64_t bit
        left = self.blank if left == 0x20 else left
        right = self.blank if right == 0x20 else right
        if self.split_words and right == self.blank:
            return True
        if self.whole_words:
            return False
        bit = hash_pair(left, right) & self.mask
        return (not self.filter[bit >> 6] >> (bit & 63) & 1
                and self.has_own_token(left) and self.has_own_token(right))

    cdef Py_ssize_t find_chunks(self, const uint8_t* data, Py_ssize_t size, Py_ssize_t* pos,
                                int32_t* out, Py_ssize_t capacity) noexcept nogil:
        """Write the chunks from byte pos[0] < size on as spans to `out`.

        Branch-free: every position is stored as the end of the current chunk, and the count grows
        only if it is one.

        Args:
            data, size: The text.
            pos: Where to start; afterwards, where the next chunk starts.
            out: Has space for capacity + 1 spans.
            capacity: The most chunks to write.

        Returns:
            How many were written.
        """
        cdef Py_ssize_t i = pos[0], count = 0, stop
        cdef int length, k
        cdef uint32_t left, right, pair
        out[0] = <int32_t>i
        left = utf8_decode(data + i, &length)
        i += length
        while i < size and count < capacity:
            if left < 0x80:
                stop = min(size, i + capacity - count)
                while i + 8 <= stop and not load64(data + i) & 0x8080808080808080ULL:
                    for k in range(8):
                        pair = data[i + k - 1] | <uint32_t>data[i + k] << 8
                        out[2 * count + 1] = out[2 * count + 2] = <int32_t>i + k
                        count += <Py_ssize_t>(self.safe[pair >> 6] >> (pair & 63) & 1)
                    i += 8
                while i < stop and data[i] < 0x80:
                    pair = data[i - 1] | <uint32_t>data[i] << 8
                    out[2 * count + 1] = out[2 * count + 2] = <int32_t>i
                    count += <Py_ssize_t>(self.safe[pair >> 6] >> (pair & 63) & 1)
                    i += 1
                left = data[i - 1]
                if i == stop:
                    continue
            right = utf8_decode(data + i, &length)
            out[2 * count + 1] = out[2 * count + 2] = <int32_t>i
            count += self.may_split(left, right)
            left = right
            i += length
        if count < capacity:
            out[2 * count + 1] = <int32_t>size
            pos[0] = size
            return count + 1
        pos[0] = out[2 * capacity]
        return capacity


cdef SafeSplits find_safe_splits(BPE model, uint32_t blank, bint split_words):
    """Find the safe splits of a model; None if its tokens depend on more than its merges.

    Args:
        model: The model.
        blank: The code point that a space is replaced by, or that of the space.
        split_words: Whether every blank begins a word of its own.
    """
    cdef SafeSplits found
    cdef IntMap pairs
    cdef uint32_t* first
    cdef uint32_t* last
    cdef uint32_t left, right
    cdef uint64_t bits = 1 << 10, bit, pair, i
    cdef Py_ssize_t k, highest = max(model.tokens.highest, 0)
    cdef TokenTable tokens = model.tokens
    cdef const uint8_t* text
    cdef Py_ssize_t size
    cdef int length
    if (model.byte_level or model.dropout or model.prefix_size
            or model.suffix_size or highest >= MAX_TABLE_IDS or tokens.shares_ids()
            or (model.unk_id == <uint32_t>NO_ID and not model.falls_back)):
        return None
    # Tokens that represent something else than their characters must not take part in merges.
    others = set(BYTE_TOKENS) if model.byte_fallback else set()
    others = {tokens[token] for token in {*others, model.unk_token, ""} if token in tokens}
    found = SafeSplits.__new__(SafeSplits)
    found.model = model
    found.blank = blank
    found.split_words = split_words
    found.whole_words = split_words and model.ignore_merges
    pairs.entries = NULL
    first = <uint32_t*>malloc(2 * (highest + 1) * sizeof(uint32_t))
    try:
        if first == NULL:
            raise MemoryError("no room for the ends of the tokens")
        last = first + highest + 1
        for k in range(tokens.size):
            text, size = token_text(tokens, k), token_size(tokens, k)
            first[tokens.ids[k]] = utf8_decode(text, &length) if size else 0
            text += max(size - 1, 0)
            while size and text[0] & 0xC0 == 0x80:
                text -= 1
            last[tokens.ids[k]] = utf8_decode(text, &length) if size else 0
        for index in others:
            first[<Py_ssize_t>index] = last[<Py_ssize_t>index] = <uint32_t>NO_ID
        intmap_init(&pairs, 1 << 10)
        for k in range(model.merge_count):
            left = last[model.merge_table.ids[MERGE_IDS * k]]
            right = first[model.merge_table.ids[MERGE_IDS * k + 1]]
            if left == <uint32_t>NO_ID or right == <uint32_t>NO_ID:
                return None
            intmap_put(&pairs, <uint64_t>left << 32 | right, 1)
        while bits < BITS_PER_PAIR * pairs.used:
            bits *= 2
        found.mask = bits - 1
        found.filter = <uint64_t*>calloc(bits // 64, sizeof(uint64_t))
        if found.filter == NULL:
            raise MemoryError("no memory for the safe splits of the merges")
        for i in range(pairs.mask + 1):
            if pairs.entries[i].key != NOTHING():
                bit = hash_pair(<uint32_t>(pairs.entries[i].key >> 32),
                                <uint32_t>pairs.entries[i].key) & found.mask
                found.filter[bit >> 6] |= <uint64_t>1 << (bit & 63)
        for k in range(128 * 128):
            left, right = <uint32_t>k >> 7, <uint32_t>k & 127
            pair = (<uint64_t>(blank if left == 0x20 else left) << 32
                    | (blank if right == 0x20 else right))
            # The filter may report a merge that does not exist, but never miss one.
            if found.may_split(left, right) or (
                    not found.whole_words
                    and intmap_get(&pairs, pair) == NOTHING()
                    and found.has_own_token(<uint32_t>(pair >> 32))
                    and found.has_own_token(<uint32_t>pair)):
                found.safe[(left | right << 8) >> 6] |= <uint64_t>1 << (left & 63)
    finally:
        free(first)
        intmap_free(&pairs)
    return found
