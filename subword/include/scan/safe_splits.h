/* Where words of byte-level BPE may be split, because no merge crosses the place (models/byte_safe_splits.pyx): between
 * two characters of three bytes, such as Hangul, Chinese and kana, and between two bytes that no merge joins. A split
 * that is not found costs only time, so the vector scanners look at the three scripts alone, and the two bytes are
 * looked at only in words that are long because their pattern is no language's. */
#ifndef SUBWORD_SAFE_SPLITS_H
#define SUBWORD_SAFE_SPLITS_H

#include <stddef.h>
#include <stdint.h>

#include "text/utf8.h"

typedef struct {
    const uint64_t *bits;   /* bit pair_bit() is 1 if a merge may cross the pair, or one with the same hash */
    int shift;
    int hangul;             /* whether a merge may cross a pair with Hangul on its right */
    const uint64_t *joined; /* bit a + 256 * b is 1 if a merge may join bytes a and b; NULL: any may */
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

enum { LONG_WORD = 16 }; /* bytes from which on a word is split between any two bytes */

/* Which of the places before p[at], p[at + 1] ... p[at + n), n at most 64, are safe splits of a word from `start` on. */
static inline uint64_t safe_places(const byte_safe_splits *splits, const uint8_t *p, ptrdiff_t start, ptrdiff_t at,
                                   int n) {
    uint64_t places = 0;
    uint8_t high = 0;
    for (int k = 0; k < n; k++) {
        uint32_t pair = p[at + k - 1] | (uint32_t)p[at + k] << 8;
        high |= p[at + k];
        places |= (~splits->joined[pair >> 6] >> (pair & 63) & 1) << k;
    }
    for (int k = 0; high & 0x80 && k < n; k++) {
        const uint8_t *c = p + at + k;
        if (at + k - start < 3 || utf8_length(*c) != 3 || utf8_length(c[-3]) != 3) continue;
        places |= (uint64_t)!may_merge(splits, bytes_around(c[-2], c[-1], c[0], c[1])) << k;
    }
    return places;
}

/* Write the first parts of a long word, at most `capacity` (65 or more), as spans to `out`; *start becomes where the
 * next one begins. Returns how many. */
static inline int split_long_word(const byte_safe_splits *splits, const uint8_t *p, int32_t *start, int32_t end,
                                  int32_t *out, int capacity) {
    int count = 0;
    int32_t at = *start + 1, part = *start;
    while (at < end && count + 64 < capacity) {
        int n = end - at < 64 ? (int)(end - at) : 64;
        uint64_t places = safe_places(splits, p, part, at, n);
        for (int k = 0; places; k++, places >>= 1) {
#ifdef __GNUC__
            int zeros = __builtin_ctzll(places);
            places >>= zeros;
            k += zeros;
#endif
            if (!(places & 1)) continue;
            out[2 * count] = part;
            out[2 * count++ + 1] = part = at + k;
        }
        at += n;
    }
    if (at >= end) {
        out[2 * count] = part;
        out[2 * count++ + 1] = part = end;
    }
    *start = part;
    return count;
}

#endif
