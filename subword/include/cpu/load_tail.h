/* Load the last bytes of a text into registers without reading past its end, and without a copy in memory, which would
 * make the processor wait (x86-64). */
#ifndef SUBWORD_LOAD_TAIL_H
#define SUBWORD_LOAD_TAIL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define TAIL_INLINE __attribute__((target("avx2"), always_inline)) static inline

/* 16 bytes at shifts + k shift a register down by k bytes; the top bit marks the bytes filled with zero. */
static const uint8_t shifts[32] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 128, 128, 128, 128, 128, 128, 128,
                                  128, 128, 128, 128, 128, 128, 128, 128, 128};

TAIL_INLINE __m128i shift_bytes(ptrdiff_t by) { return _mm_loadu_si128((const __m128i *)(shifts + by)); }

/* The bytes p[0..n), n < 16, and zeros. */
TAIL_INLINE __m128i load_short(const uint8_t *p, ptrdiff_t n) {
    uint64_t low = 0, high = 0;
    if (n >= 8) {
        memcpy(&low, p, 8);
        memcpy(&high, p + n - 8, 8);
        high = high >> (8 * (15 - n)) >> 8;
    } else if (n >= 4) {
        uint32_t first, last;
        memcpy(&first, p, 4);
        memcpy(&last, p + n - 4, 4);
        low = first | (uint64_t)last << (8 * (n - 4));
    } else if (n > 0) {
        low = p[0] | (uint64_t)p[n / 2] << (8 * (n / 2)) | (uint64_t)p[n - 1] << (8 * (n - 1));
    }
    return _mm_set_epi64x((long long)high, (long long)low);
}

/* The 16 bytes from p + at on, of p[0..n), n >= 16; spaces after the end. */
TAIL_INLINE __m128i load_tail16(const uint8_t *p, ptrdiff_t n, ptrdiff_t at) {
    ptrdiff_t from = at < n - 16 ? at : n - 16, by = at - from < 16 ? at - from : 16;
    __m128i move = shift_bytes(by), filled = _mm_srli_epi16(_mm_and_si128(move, _mm_set1_epi8((char)0x80)), 2);
    return _mm_or_si128(_mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(p + from)), move), filled);
}

/* The bytes p[0..n), n < 64, and spaces. */
TAIL_INLINE void load_tail64(const uint8_t *p, ptrdiff_t n, __m256i *low, __m256i *high) {
    const __m128i spaces = _mm_set1_epi8(' ');
    if (n >= 16) {
        *low = _mm256_set_m128i(load_tail16(p, n, 16), _mm_loadu_si128((const __m128i *)p));
        *high = _mm256_set_m128i(load_tail16(p, n, 48), load_tail16(p, n, 32));
        return;
    }
    __m128i filled = _mm_srli_epi16(_mm_and_si128(shift_bytes(16 - n), _mm_set1_epi8((char)0x80)), 2);
    *low = _mm256_set_m128i(spaces, _mm_or_si128(load_short(p, n), filled));
    *high = _mm256_set1_epi8(' ');
}
#endif
#endif
