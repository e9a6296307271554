/* Where a word of byte-level BPE may be split, because no merge joins the two sides (models/byte_safe_splits.pyx):
 * between two characters of three bytes each, as Hangul, Chinese and kana have. A safe split that is not found costs
 * time and nothing else, so the scanners look only between such characters. */
#ifndef SUBWORD_SAFE_SPLITS_H
#define SUBWORD_SAFE_SPLITS_H

#include <stddef.h>
#include <stdint.h>

#include "text/utf8.h"

typedef struct {
    const uint64_t *bits;   /* the bit of a pair, see pair_bit, is set if a merge may join the two characters */
    int shift;
    int hangul;             /* whether any such pair has Hangul on its right */
} byte_safe_splits;

/* The last two bytes of a character and the first two of the next, from the lowest on. */
static inline uint32_t bytes_around(uint8_t second, uint8_t third, uint8_t first, uint8_t next) {
    return second | (uint32_t)third << 8 | (uint32_t)first << 16 | (uint32_t)next << 24;
}

static inline uint64_t pair_bit(uint32_t around, int shift) { return around * 0x9E3779B97F4A7C15ull >> shift; }

/* Whether a merge may join the two characters with these bytes between them. */
static inline int may_merge(const byte_safe_splits *splits, uint32_t around) {
    uint64_t bit = pair_bit(around, splits->shift);
    return (int)(splits->bits[bit >> 6] >> (bit & 63)) & 1;
}

/* Write a word, not empty, as spans to `out`: split at safe places, if `splits` tells them, into at most `room` parts.
 * Returns how many. */
static inline int split_word(const byte_safe_splits *splits, const uint8_t *p, ptrdiff_t start, ptrdiff_t end,
                             int32_t *out, int room) {
    int count = 0, before = 0, length;
    out[0] = (int32_t)start;
    for (; splits && start < end && count + 1 < room; start += length) {
        const uint8_t *at = p + start;
        length = utf8_length(*at);
        if (length == 3 && before == 3 && !may_merge(splits, bytes_around(at[-2], at[-1], at[0], at[1]))) {
            out[2 * count + 1] = out[2 * count + 2] = (int32_t)start;
            count++;
        }
        before = length;
    }
    out[2 * count + 1] = (int32_t)end;
    return count + 1;
}

#endif
