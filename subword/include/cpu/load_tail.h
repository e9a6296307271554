/* The last bytes of a text in registers, without a look behind them and without a copy in memory, which the processor
 * would wait for (x86-64). */
#ifndef SUBWORD_ENDS_H
#define SUBWORD_ENDS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define ENDS_INLINE __attribute__((target("avx2"), always_inline)) static inline

/* 16 bytes at moves + k: move a register down by k bytes; the top bits say which bytes nothing comes to. */
static const uint8_t moves[32] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 128, 128, 128, 128, 128, 128, 128,
                                  128, 128, 128, 128, 128, 128, 128, 128, 128};

ENDS_INLINE __m128i move_down(ptrdiff_t by) { return _mm_loadu_si128((const __m128i *)(moves + by)); }

/* The bytes p[0..n), n < 16, and zeros. */
ENDS_INLINE __m128i load_few(const uint8_t *p, ptrdiff_t n) {
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

/* The 16 bytes from p + at on, of p[0..n), n >= 16; spaces behind the end. */
ENDS_INLINE __m128i load_spaced(const uint8_t *p, ptrdiff_t n, ptrdiff_t at) {
    ptrdiff_t from = at < n - 16 ? at : n - 16, by = at - from < 16 ? at - from : 16;
    __m128i move = move_down(by), behind = _mm_srli_epi16(_mm_and_si128(move, _mm_set1_epi8((char)0x80)), 2);
    return _mm_or_si128(_mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(p + from)), move), behind);
}

/* The bytes p[0..n), n < 64, and spaces. */
ENDS_INLINE void load_end(const uint8_t *p, ptrdiff_t n, __m256i *low, __m256i *high) {
    const __m128i spaces = _mm_set1_epi8(' ');
    if (n >= 16) {
        *low = _mm256_set_m128i(load_spaced(p, n, 16), _mm_loadu_si128((const __m128i *)p));
        *high = _mm256_set_m128i(load_spaced(p, n, 48), load_spaced(p, n, 32));
        return;
    }
    __m128i behind = _mm_srli_epi16(_mm_and_si128(move_down(16 - n), _mm_set1_epi8((char)0x80)), 2);
    *low = _mm256_set_m128i(spaces, _mm_or_si128(load_few(p, n), behind));
    *high = _mm256_set1_epi8(' ');
}
#endif
#endif
