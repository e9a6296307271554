/* Hashes of bytes and of short words. */
#ifndef SUBWORD_HASH_H
#define SUBWORD_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cpu/hints.h"
#include "cpu/multiply128.h"

/* Fold a 64 x 64 bit product: a good hash step that is two instructions. */
static inline uint64_t mix(uint64_t a, uint64_t b) {
    uint64_t high, low = multiply_64x64(a, b, &high);
    return low ^ high;
}

static inline uint64_t load64(const uint8_t *p) { uint64_t v; memcpy(&v, p, 8); return v; }

/* The hash of a 64-bit number under a key of two words. Every hash here has a key that texts do not know: see
 * _core/hash_keys.pyx. */
static inline uint64_t hash_number(uint64_t number, const uint64_t *key) { return mix(number ^ key[0], key[1]); }

/* Hash bytes. The last eight overlap those before them, so that every copy has a size known at compile time. */
static inline uint64_t hash_bytes(const uint8_t *p, size_t n, const uint64_t *key) {
    uint64_t h = n * 0x9E3779B97F4A7C15ull ^ key[0], tail = 0;
    if (n < 8) {
        memcpy(&tail, p, n);
    } else {
        const uint8_t *last = p + n - 8;
        for (; p < last; p += 8) h = mix(h ^ load64(p), key[1]);
        tail = load64(last);
    }
    return mix(h ^ tail, key[3]);
}

/* The key of a word of 1 to 15 bytes: the bytes, zero filled, with the length in the top byte, as two words.
 * `whole`: 16 bytes may be read at p. Two registers, and no branch on the length. */
typedef struct { uint64_t low, high; } word_key;

static inline word_key short_key(const uint8_t *p, int n, int whole) {
    word_key k;
    if (subword_likely(whole)) {
        k.low = load64(p);
        k.high = load64(p + 8);
        uint64_t low_mask = n >= 8 ? ~0ull : (1ull << (8 * n)) - 1;
        uint64_t high_mask = n <= 8 ? 0 : (1ull << (8 * (n - 8))) - 1;
        k.low &= low_mask;
        k.high &= high_mask;
    } else {
        uint8_t padded[16] = {0};
        memcpy(padded, p, (size_t)n);
        k.low = load64(padded);
        k.high = load64(padded + 8);
    }
    k.high |= (uint64_t)n << 56;
    return k;
}

static inline uint64_t hash_key(uint64_t low, uint64_t high, const uint64_t *key) {
    return mix(low ^ key[0], high ^ key[1]);
}

#endif
