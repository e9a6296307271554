"""Where a BPE model never merges: there a text may be cut before anything else is known of it.

A merge (a, b) joins the last character of a with the first of b. Between two neighbours that no
merge of the model joins, a cut is safe: neither side ever sees the other, so the chunks between
safe cuts get the tokens that they get within the whole text, and those can be remembered. With the
merges of Llama-2 or Gemma-3, English falls into chunks of six bytes and Korean into chunks of three
to five, though these models have no pre-tokenizer.

A character outside the vocabulary merges with nothing. Where each such character becomes its own
bytes it is cut off on both sides; where it becomes the unknown token, which may fuse with another
one and is put out late, it is cut off on neither.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc

from subword._core.hashmap cimport (
    NO_ID, NOTHING, IntMap, intmap_free, intmap_get, intmap_init, intmap_put,
)
from subword.models.bpe cimport BPE

cdef extern from "cpu/memory.h" nogil:
    uint64_t mix(uint64_t a, uint64_t b)
    uint64_t load64(const uint8_t* p)

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)

cdef enum:
    BITS_PER_PAIR = 16      # of the filter: at most one safe pair in 16 is taken for a joint
    HIGHEST_ID = 1 << 22    # ids up to here are places in a table


cdef inline uint64_t hash_pair(uint32_t left, uint32_t right) noexcept nogil:
    return mix(<uint64_t>left << 32 | right, 0x9E3779B97F4A7C15ULL)


cdef class Joints:
    """The pairs of characters that the merges of a model join; made by `joints_of`."""

    def __dealloc__(self):
        free(self.filter)

    cdef bint spelled(self, uint32_t code) noexcept nogil:
        """Whether tokens of its own spell the character, whatever stands beside it."""
        return self.model.falls_back or intmap_get(&self.model.characters[0], code) != NOTHING()

    cdef bint is_safe(self, uint32_t left, uint32_t right) noexcept nogil:
        """Whether the characters, as they stand in the text, never end up in one token."""
        cdef uint64_t place
        left = self.blank if left == 0x20 else left
        right = self.blank if right == 0x20 else right
        if self.splits and right == self.blank:
            return True
        place = hash_pair(left, right) & self.mask
        return (not self.filter[place >> 6] >> (place & 63) & 1
                and self.spelled(left) and self.spelled(right))

    cdef Py_ssize_t cut(self, const uint8_t* data, Py_ssize_t size, Py_ssize_t* pos, int32_t* out,
                        Py_ssize_t room) noexcept nogil:
        """Write the chunks from byte pos[0] < size on as spans to `out`, at most `room` of them,
        and leave in pos[0] where the next one starts. `out` has room for one span more.

        Every place is written down as the end of the current chunk, and counts if it is one: no
        branch hangs on where the chunks end.
        """
        cdef Py_ssize_t i = pos[0], count = 0, stop
        cdef int length, k
        cdef uint32_t left, right, pair
        out[0] = <int32_t>i
        left = utf8_decode(data + i, &length)
        i += length
        while i < size and count < room:
            if left < 0x80:
                stop = min(size, i + room - count)
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
            count += self.is_safe(left, right)
            left = right
            i += length
        if count < room:
            out[2 * count + 1] = <int32_t>size
            pos[0] = size
            return count + 1
        pos[0] = out[2 * room]
        return room


cdef Joints joints_of(BPE model, uint32_t blank, bint splits):
    """Find where a model's merges join, or None if they are not all there is to its tokens.

    Args:
        model: The model.
        blank: The code point that a space is replaced by, or that of the space.
        splits: Whether every blank begins a word of its own.
    """
    cdef Joints joints
    cdef IntMap pairs
    cdef uint32_t* first
    cdef uint32_t* last
    cdef uint32_t left, right
    cdef uint64_t bits = 1 << 10, place, i
    cdef Py_ssize_t k, highest = max(model.vocab.values(), default=0)
    cdef dict vocab = model.vocab
    if (model.byte_level or model.ignore_merges or model.dropout or model.prefix_size
            or model.suffix_size or highest >= HIGHEST_ID
            or (model.unk_id == <uint32_t>NO_ID and not model.falls_back)):
        return None
    # Tokens that stand for something else than their characters must not take part in merges.
    others = {f"<0x{byte:02X}>" for byte in range(256)} if model.byte_fallback else set()
    others = {vocab[token] for token in {*others, model.unk_token, ""} if token in vocab}
    joints = Joints.__new__(Joints)
    joints.model = model
    joints.blank = blank
    joints.splits = splits
    pairs.entries = NULL
    first = <uint32_t*>malloc(2 * (highest + 1) * sizeof(uint32_t))
    try:
        if first == NULL:
            raise MemoryError("no room for the ends of the tokens")
        last = first + highest + 1
        for token, index in vocab.items():
            k = index
            first[k] = ord((<str>token)[0]) if token else 0
            last[k] = ord((<str>token)[len(<str>token) - 1]) if token else 0
        for index in others:
            first[<Py_ssize_t>index] = last[<Py_ssize_t>index] = <uint32_t>NO_ID
        intmap_init(&pairs, 1 << 10)
        for k in range(model.merge_count):
            left = last[model.merge_ids[2 * k]]
            right = first[model.merge_ids[2 * k + 1]]
            if left == <uint32_t>NO_ID or right == <uint32_t>NO_ID:
                return None
            intmap_put(&pairs, <uint64_t>left << 32 | right, 1)
        while bits < BITS_PER_PAIR * pairs.used:
            bits *= 2
        joints.mask = bits - 1
        joints.filter = <uint64_t*>calloc(bits // 64, sizeof(uint64_t))
        if joints.filter == NULL:
            raise MemoryError("no room for the joints of the merges")
        for i in range(pairs.mask + 1):
            if pairs.entries[i].key != NOTHING():
                place = hash_pair(<uint32_t>(pairs.entries[i].key >> 32),
                                  <uint32_t>pairs.entries[i].key) & joints.mask
                joints.filter[place >> 6] |= <uint64_t>1 << (place & 63)
        for k in range(128 * 128):
            left, right = <uint32_t>k >> 7, <uint32_t>k & 127
            place = (<uint64_t>(blank if left == 0x20 else left) << 32
                     | (blank if right == 0x20 else right))
            # The filter may be wrong about a pair that does not join, to the safe side.
            if joints.is_safe(left, right) or (
                    intmap_get(&pairs, place) == NOTHING()
                    and joints.spelled(<uint32_t>(place >> 32))
                    and joints.spelled(<uint32_t>place)):
                joints.safe[(left | right << 8) >> 6] |= <uint64_t>1 << (left & 63)
    finally:
        free(first)
        intmap_free(&pairs)
    return joints
