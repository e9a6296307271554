/* Where words of byte-level BPE may be split, because no merge crosses the place (models/byte_safe_splits.pyx): between
 * two characters of three bytes, such as Hangul, Chinese and kana. A split that is not found costs only time, so the
 * vector scanners look at these three scripts alone. */
#ifndef SUBWORD_SAFE_SPLITS_H
#define SUBWORD_SAFE_SPLITS_H

#include <stddef.h>
#include <stdint.h>

#include "text/utf8.h"

typedef struct {
    const uint64_t *bits;   /* bit pair_bit() is 1 if a merge may cross the pair, or one with the same hash */
    int shift;
    int hangul;             /* whether a merge may cross a pair with Hangul on its right */
} byte_safe_splits;

/* The last two bytes of a character and the first two of the next, the first one lowest. */
static inline uint32_t bytes_around(uint8_t second, uint8_t third, uint8_t first, uint8_t next) {
    return second | (uint32_t)third << 8 | (uint32_t)first << 16 | (uint32_t)next << 24;
}

static inline uint64_t pair_bit(uint32_t around, int shift) { return around * 0x9E3779B97F4A7C15ull >> shift; }

/* Whether a merge may cross the place between the two characters with these bytes. */
static inline int may_merge(const byte_safe_splits *splits, uint32_t around) {
    uint64_t bit = pair_bit(around, splits->shift);
    return (int)(splits->bits[bit >> 6] >> (bit & 63)) & 1;
}

/* Write a word, not empty, as spans to `out`: split at its safe splits, if any are given, into at most `capacity`
 * parts. Returns how many. */
static inline int split_word(const byte_safe_splits *splits, const uint8_t *p, ptrdiff_t start, ptrdiff_t end,
                             int32_t *out, int capacity) {
    int count = 0, before = 0, length;
    out[0] = (int32_t)start;
    for (; splits && start < end && count + 1 < capacity; start += length) {
        const uint8_t *c = p + start;
        length = utf8_length(*c);
        if (length == 3 && before == 3 && !may_merge(splits, bytes_around(c[-2], c[-1], c[0], c[1]))) {
            out[2 * count + 1] = out[2 * count + 2] = (int32_t)start;
            count++;
        }
        before = length;
    }
    out[2 * count + 1] = (int32_t)end;
    return count + 1;
}

#endif
