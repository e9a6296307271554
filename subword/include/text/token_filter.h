/* Where one of many byte strings may begin: a filter in front of an exact search.
 *
 * Two sieves. The first looks at three bytes: each string is in one of eight groups, and a table for each of the three
 * places says of a byte which groups have it there. With vectors a table is two of 16 entries, for the low and the high
 * half of the byte, so that 32 places are sieved at once (the "Teddy" of the Hyperscan library). The second sieve has a
 * bit for the hash of each string's first four bytes. Shorter strings let any byte pass after their last. */
#ifndef SUBWORD_TOKEN_FILTER_H
#define SUBWORD_TOKEN_FILTER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cpu/simd.h"

enum { FILTER_PLACES = 3, FILTER_GROUPS = 8, FILTER_HASHED = 4 };

typedef struct {
    uint8_t groups[FILTER_PLACES][256];    /* which groups have this byte at this place */
    uint8_t low[FILTER_PLACES][16], high[FILTER_PLACES][16]; /* the same by halves of the byte: a few bytes more pass */
    uint64_t *hashed;                      /* bits of the first four bytes of strings that have as many */
    int shift;                             /* of a hash: a bit of `hashed` */
    uint8_t short_groups;                  /* the groups that hold strings of fewer bytes */
} token_filter;

/* Let a string of n > 0 bytes pass, as one of a group. */
static inline void filter_add(token_filter *f, const uint8_t *token, size_t n, int group) {
    for (int k = 0; k < FILTER_PLACES; k++) {
        for (int byte = 0; byte < 256; byte++) {
            if ((size_t)k < n && token[k] != byte) continue;
            f->groups[k][byte] |= (uint8_t)(1 << group);
            f->low[k][byte & 15] |= (uint8_t)(1 << group);
            f->high[k][byte >> 4] |= (uint8_t)(1 << group);
        }
    }
}

static inline uint64_t filter_bit(const token_filter *f, const uint8_t *p) {
    uint32_t first;
    memcpy(&first, p, 4);
    return first * 0x9E3779B97F4A7C15ull >> f->shift;
}

/* Whether a string may begin at p[at], of p[0..n). */
static inline int filter_passes(const token_filter *f, const uint8_t *p, ptrdiff_t n, ptrdiff_t at) {
    uint8_t groups = f->groups[0][p[at]];
    if (groups && at + 1 < n) groups &= f->groups[1][p[at + 1]];
    if (groups && at + 2 < n) groups &= f->groups[2][p[at + 2]];
    if (groups & f->short_groups) return 1;
    if (!groups || at + FILTER_HASHED > n) return 0;
    uint64_t bit = filter_bit(f, p + at);
    return (int)(f->hashed[bit >> 6] >> (bit & 63)) & 1;
}

#ifdef SUBWORD_VECTORS
#include <immintrin.h>

#define FILTER_AVX2 __attribute__((target("avx2,bmi")))

/* The groups that have the 32 bytes from p on at place k. */
FILTER_AVX2 static inline __m256i groups_at(const token_filter *f, const uint8_t *p, int k) {
    const __m256i half = _mm256_set1_epi8(15);
    __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)f->low[k]));
    __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)f->high[k]));
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(p + k));
    return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half)),
                            _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)));
}

/* The places among the 32 from p on where the first sieve lets a string begin; reads 34 bytes. */
FILTER_AVX2 static inline uint32_t filter_block(const token_filter *f, const uint8_t *p) {
    __m256i found = _mm256_and_si256(groups_at(f, p, 0), groups_at(f, p, 1));
    found = _mm256_and_si256(found, groups_at(f, p, 2));
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(found, _mm256_setzero_si256()));
}

FILTER_AVX2 static ptrdiff_t filter_next_avx2(const token_filter *f, const uint8_t *p, ptrdiff_t n, ptrdiff_t at) {
    for (; at + 32 + FILTER_PLACES - 1 <= n; at += 32) {
        for (uint32_t found = filter_block(f, p + at); found; found &= found - 1) {
            ptrdiff_t place = at + __builtin_ctz(found);
            if (filter_passes(f, p, n, place)) return place;
        }
    }
    for (; at < n; at++)
        if (filter_passes(f, p, n, at)) return at;
    return n;
}
#endif

/* The first place from p[at] on, of p[0..n), where a string may begin; n if there is none. */
static inline ptrdiff_t filter_next(const token_filter *f, const uint8_t *p, ptrdiff_t n, ptrdiff_t at, int simd) {
#ifdef SUBWORD_VECTORS
    if (simd) return filter_next_avx2(f, p, n, at);
#else
    (void)simd;
#endif
    for (; at < n; at++)
        if (filter_passes(f, p, n, at)) return at;
    return n;
}

#endif
