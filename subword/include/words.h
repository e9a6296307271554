/* Words as hash keys, and exact comparison of scores: what needs unaligned loads, 128 bits or prefetch. */
#ifndef SUBWORD_WORDS_H
#define SUBWORD_WORDS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef unsigned __int128 wide_t;

/* A word of at most 15 bytes is its own key: bytes 0-7 in `lo`, 8-14 in `hi`, and size + 1 in the top byte of
 * `hi`, so that no word has the key 0. A longer word has its hash in `lo` and LONG_WORD | size in `hi`. */
typedef struct { uint64_t lo, hi; } word_key_t;

#define SHORT_WORD 15
#define LONG_WORD ((uint64_t)0xFF << 56)

/* Multiply to 128 bits and fold: every bit of both factors reaches the low and the high bits. */
static inline uint64_t word_mix(uint64_t a, uint64_t b) {
    wide_t product = (wide_t)(a ^ 0x9E3779B97F4A7C15u) * (b ^ 0xC2B2AE3D27D4EB4Fu);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t word_load(const uint8_t *p, ptrdiff_t size) {
    uint64_t value = 0;
    for (ptrdiff_t i = 0; i < size; i++) value |= (uint64_t)p[i] << (8 * i);
    return value;
}

/* The first bytes of 16 that are readable at `p`, without a branch on the size. */
static inline word_key_t word_load_wide(const uint8_t *p, ptrdiff_t size) {
    word_key_t key;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&key.lo, p, 8);
    memcpy(&key.hi, p + 8, 8);
    uint64_t low_bits = size >= 8 ? 64 : 8 * (uint64_t)size;
    uint64_t high_bits = size > 8 ? 8 * (uint64_t)(size - 8) : 0;
    key.lo &= low_bits == 64 ? ~(uint64_t)0 : (((uint64_t)1 << low_bits) - 1);
    key.hi &= ((uint64_t)1 << high_bits) - 1;
#else
    key.lo = word_load(p, size < 8 ? size : 8);
    key.hi = size > 8 ? word_load(p + 8, size - 8) : 0;
#endif
    return key;
}

/* The key of a word; `limit` ends the readable memory around it. */
static inline word_key_t word_key(const uint8_t *p, ptrdiff_t size, const uint8_t *limit) {
    word_key_t key;
    if (size <= SHORT_WORD) {
        if (limit - p >= 16) {
            key = word_load_wide(p, size);
        } else {
            key.lo = word_load(p, size < 8 ? size : 8);
            key.hi = size > 8 ? word_load(p + 8, size - 8) : 0;
        }
        key.hi |= (uint64_t)(size + 1) << 56;
        return key;
    }
    uint64_t hash = (uint64_t)size;
    ptrdiff_t i = 0;
    for (; i + 16 <= size; i += 16) hash = word_mix(word_load(p + i, 8) ^ hash, word_load(p + i + 8, 8));
    key.lo = word_mix(word_load(p + size - 16, 8) ^ hash, word_load(p + size - 8, 8));
    key.hi = LONG_WORD | (uint64_t)size;
    return key;
}

static inline uint64_t word_hash(word_key_t key) { return word_mix(key.lo, key.hi); }

/* Write the bytes of a short word (room for 16) and return its size. */
static inline ptrdiff_t word_unpack(uint64_t lo, uint64_t hi, uint8_t *out) {
    for (int i = 0; i < 8; i++) {
        out[i] = (uint8_t)(lo >> (8 * i));
        out[8 + i] = (uint8_t)(hi >> (8 * i));
    }
    return (ptrdiff_t)(hi >> 56) - 1;
}

static inline void prefetch(const void *p) {
#if defined(__GNUC__)
    __builtin_prefetch(p, 1, 3);
#else
    (void)p;
#endif
}

/* Sign of a*b - c*d, exactly. */
static inline int compare_two(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    wide_t x = (wide_t)a * b, y = (wide_t)c * d;
    return (x > y) - (x < y);
}

/* Sign of a*b*c - d*e*f, exactly: in 128 bits while they suffice, else in 192. */
static inline int compare_three(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
    wide_t x = (wide_t)b * c, y = (wide_t)e * f;
    wide_t x_low = (wide_t)a * (uint64_t)x, y_low = (wide_t)d * (uint64_t)y;
    wide_t x_high = (wide_t)a * (uint64_t)(x >> 64) + (x_low >> 64);
    wide_t y_high = (wide_t)d * (uint64_t)(y >> 64) + (y_low >> 64);
    if (x_high != y_high) return x_high > y_high ? 1 : -1;
    return ((uint64_t)x_low > (uint64_t)y_low) - ((uint64_t)x_low < (uint64_t)y_low);
}

#endif
