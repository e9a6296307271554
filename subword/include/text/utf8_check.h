/* Whether bytes are UTF-8, and where they are not.
 *
 * The vector form is that of Keiser and Lemire 2021, "Validating UTF-8 In Less Than One Instruction Per Byte": each rule
 * that two neighbours can break is a bit, and three tables say, by the halves of the first byte and by the upper half of
 * the second, which rules may be broken; those in all three are. */
#ifndef SUBWORD_UTF8_CHECK_H
#define SUBWORD_UTF8_CHECK_H

#include <string.h>

#include "cpu/hints.h"
#include "text/utf8.h"

/* Whether 32 bytes are ASCII: long texts wait for memory, and wide steps ask for more of it at once. */
static inline int ascii_32(const uint8_t *p) {
    uint64_t w[4];
    memcpy(w, p, 32);
    return !((w[0] | w[1] | w[2] | w[3]) & 0x8080808080808080ull);
}

/* Offset of the first byte from i on that is not part of valid UTF-8, or -1; before i a character ends. */
static inline ptrdiff_t plain_utf8_error(const uint8_t *p, ptrdiff_t i, ptrdiff_t n) {
    while (i < n) {
        uint64_t eight;
        if (i + 8 <= n && (memcpy(&eight, p + i, 8), !(eight & 0x8080808080808080ull))) {
            for (i += 8; i + 32 <= n && ascii_32(p + i);) i += 32;
            continue;
        }
        uint8_t b = p[i];
        if (b < 0x80) { i++; continue; }
        int length = b >= 0xC2 && b < 0xE0 ? 2 : b >= 0xE0 && b < 0xF0 ? 3 : b >= 0xF0 && b < 0xF5 ? 4 : 0;
        if (!length || i + length > n) return i;
        for (int k = 1; k < length; k++)
            if ((p[i + k] & 0xC0) != 0x80) return i;
        if ((b == 0xE0 && p[i + 1] < 0xA0) || (b == 0xED && p[i + 1] > 0x9F) || (b == 0xF0 && p[i + 1] < 0x90) ||
            (b == 0xF4 && p[i + 1] > 0x8F)) return i;
        i += length;
    }
    return -1;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

enum { AHEAD_BYTES = 2048 }; /* a long text waits for memory, and pages end the processor's own reading ahead */

#define CHECK_AVX2 __attribute__((target("avx2")))

/* The rules. "Follower" is a byte from 80 to BF. */
enum {
    NO_FOLLOWER = 1,   /* C0 to FF, then none */
    LONE_FOLLOWER = 2, /* ASCII, then a follower */
    TWO_FOLLOWERS = 4, /* right only in characters of three bytes or four */
    LONG_TWO = 8,      /* C0 and C1: a character of one byte in two */
    LONG_THREE = 16,   /* E0, then less than A0 */
    SURROGATE = 32,    /* ED, then A0 or more */
    TOO_HIGH = 64,     /* F4, then 90 or more, or F5 to FF */
    LONG_FOUR = 128,   /* F0, then less than 90; or F5 to FF, then less than 90 */
    ANY = NO_FOLLOWER | LONE_FOLLOWER | TWO_FOLLOWERS
};

/* What is wrong between the bytes v and those one, two and three positions before them; zero if nothing. */
CHECK_AVX2 static inline __m256i utf8_faults(__m256i v, __m256i one, __m256i two, __m256i three) {
    const __m256i nibble = _mm256_set1_epi8(15);
    const __m256i first_high = _mm256_broadcastsi128_si256(_mm_setr_epi8(
        LONE_FOLLOWER, LONE_FOLLOWER, LONE_FOLLOWER, LONE_FOLLOWER, LONE_FOLLOWER, LONE_FOLLOWER, LONE_FOLLOWER,
        LONE_FOLLOWER, TWO_FOLLOWERS, TWO_FOLLOWERS, TWO_FOLLOWERS, TWO_FOLLOWERS, NO_FOLLOWER | LONG_TWO, NO_FOLLOWER,
        NO_FOLLOWER | LONG_THREE | SURROGATE, (char)(NO_FOLLOWER | TOO_HIGH | LONG_FOUR)));
    const char high = (char)(ANY | TOO_HIGH | LONG_FOUR);
    const __m256i first_low = _mm256_broadcastsi128_si256(_mm_setr_epi8(
        (char)(ANY | LONG_TWO | LONG_THREE | LONG_FOUR), ANY | LONG_TWO, ANY, ANY, ANY | TOO_HIGH, high, high, high, high,
        high, high, high, high, (char)(high | SURROGATE), high, high));
    const char follower = LONE_FOLLOWER | TWO_FOLLOWERS | LONG_TWO, late = follower | SURROGATE | TOO_HIGH;
    const __m256i second_high = _mm256_broadcastsi128_si256(_mm_setr_epi8(
        NO_FOLLOWER, NO_FOLLOWER, NO_FOLLOWER, NO_FOLLOWER, NO_FOLLOWER, NO_FOLLOWER, NO_FOLLOWER, NO_FOLLOWER,
        (char)(follower | LONG_THREE | LONG_FOUR), follower | LONG_THREE | TOO_HIGH, late, late, NO_FOLLOWER, NO_FOLLOWER,
        NO_FOLLOWER, NO_FOLLOWER));
    __m256i broken = _mm256_and_si256(
        _mm256_and_si256(
            _mm256_shuffle_epi8(first_high, _mm256_and_si256(_mm256_srli_epi16(one, 4), nibble)),
            _mm256_shuffle_epi8(first_low, _mm256_and_si256(one, nibble))),
        _mm256_shuffle_epi8(second_high, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble)));
    /* Two followers must be where E0 to FF are two positions before, or F0 to FF three, and nowhere else. */
    __m256i third = _mm256_subs_epu8(two, _mm256_set1_epi8((char)0xDF));
    __m256i fourth = _mm256_subs_epu8(three, _mm256_set1_epi8((char)0xEF));
    __m256i none = _mm256_cmpeq_epi8(_mm256_or_si256(third, fourth), _mm256_setzero_si256());
    return _mm256_xor_si256(broken, _mm256_andnot_si256(none, _mm256_set1_epi8(TWO_FOLLOWERS)));
}

CHECK_AVX2 static inline __m256i load_bytes(const uint8_t *p) { return _mm256_loadu_si256((const __m256i *)p); }

/* As utf8_error, of at least 35 bytes. */
CHECK_AVX2 static ptrdiff_t avx2_utf8_error(const uint8_t *p, ptrdiff_t n) {
    uint8_t padded[35] = {0}; /* three bytes of ASCII and the first 32 bytes */
    memcpy(padded + 3, p, 32);
    __m256i faults = utf8_faults(load_bytes(padded + 3), load_bytes(padded + 2), load_bytes(padded + 1),
                                 load_bytes(padded));
    ptrdiff_t at = 0;
    while (_mm256_testz_si256(faults, faults)) {
        at += 32;
        subword_prefetch(p + at + AHEAD_BYTES);
        if (at + 32 > n) {
            if (at >= n) break;
            at = n - 32; /* the last bytes, some of them again */
        }
        __m256i v = load_bytes(p + at), one = load_bytes(p + at - 1);
        if (_mm256_movemask_epi8(_mm256_or_si256(v, one)) == 0) continue;
        faults = utf8_faults(v, one, load_bytes(p + at - 2), load_bytes(p + at - 3));
    }
    if (at >= n && p[n - 1] < 0xC0 && p[n - 2] < 0xE0 && p[n - 3] < 0xF0) return -1;
    if (at >= n) at = n;
    /* Begin a little before the fault, at a character. */
    for (at = at > 3 ? at - 3 : 0; at > 0 && (p[at] & 0xC0) == 0x80;) at--;
    return plain_utf8_error(p, at, n);
}
#endif

/* Offset of the first byte that is not part of valid UTF-8, or -1. `simd` says that AVX2 is there. */
static inline ptrdiff_t utf8_error(const uint8_t *p, ptrdiff_t n, int simd) {
#if defined(__x86_64__) && defined(__GNUC__)
    if (simd && n >= 35) return avx2_utf8_error(p, n);
#endif
    (void)simd;
    return plain_utf8_error(p, 0, n);
}

#endif
