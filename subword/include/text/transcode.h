/* Python's string storage (1, 2 or 4 bytes a character) to UTF-8.
 *
 * Each function returns the length, or -1 - i for a lone surrogate at i. `out` must hold 2, 3 or 4 bytes a character
 * and TRANSCODE_SLACK more. With `simd` (AVX2 and BMI2), characters of two bytes are done eight at a time. */
#ifndef SUBWORD_TRANSCODE_H
#define SUBWORD_TRANSCODE_H

#include <string.h>

#include "text/utf8_check.h"

enum { TRANSCODE_SLACK = 8 }; /* 8 bytes are stored at a time */

static inline ptrdiff_t transcode_latin1(const uint8_t *s, ptrdiff_t n, uint8_t *out) {
    uint8_t *p = out;
    ptrdiff_t i = 0;
    while (i < n) {
        uint64_t eight;
        if (i + 8 <= n && (memcpy(&eight, s + i, 8), !(eight & 0x8080808080808080ull))) {
            memcpy(p, &eight, 8);
            p += 8; i += 8;
            for (; i + 32 <= n && ascii_32(s + i); p += 32, i += 32) memcpy(p, s + i, 32);
            continue;
        }
        for (ptrdiff_t end = i + 8 < n ? i + 8 : n; i < end; i++) {
            if (s[i] < 0x80) *p++ = s[i];
            else { *p++ = (uint8_t)(0xC0 | s[i] >> 6); *p++ = (uint8_t)(0x80 | (s[i] & 0x3F)); }
        }
    }
    return p - out;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define TRANSCODE_AVX2 __attribute__((target("avx2,bmi2,popcnt")))

/* Write those of 8 characters whose lanes are all ones in `wanted`; 0 if there is a surrogate among the 8. Each character
 * becomes the 4 bytes of a lane, 1 to 3 of them used; one pext joins those of two lanes. */
TRANSCODE_AVX2 static inline int avx2_put_ucs2(__m128i packed, __m256i wanted, uint8_t **out) {
    const __m256i six = _mm256_set1_epi32(0x3F), three_marks = _mm256_set1_epi32(0x8080E0),
                  two_marks = _mm256_set1_epi32(0x80C0), used = _mm256_set1_epi32(0xFFFFFF);
    __m128i surrogate = _mm_cmpeq_epi16(_mm_and_si128(packed, _mm_set1_epi16((short)0xF800)),
                                        _mm_set1_epi16((short)0xD800));
    if (_mm_movemask_epi8(surrogate)) return 0;
    __m256i c = _mm256_cvtepu16_epi32(packed);
    __m256i last = _mm256_and_si256(c, six), above = _mm256_srli_epi32(c, 6);
    __m256i three = _mm256_or_si256(
        _mm256_or_si256(_mm256_srli_epi32(c, 12), _mm256_slli_epi32(_mm256_and_si256(above, six), 8)),
        _mm256_or_si256(_mm256_slli_epi32(last, 16), three_marks));
    __m256i two = _mm256_or_si256(_mm256_or_si256(above, _mm256_slli_epi32(last, 8)), two_marks);
    __m256i is_two = _mm256_cmpgt_epi32(_mm256_set1_epi32(0x800), c);
    __m256i is_one = _mm256_cmpgt_epi32(_mm256_set1_epi32(0x80), c);
    __m256i bytes = _mm256_blendv_epi8(_mm256_blendv_epi8(three, two, is_two), c, is_one);
    /* each "yes" is -1: take 8 bits off the mask of used bytes for it */
    __m256i unused = _mm256_slli_epi32(_mm256_add_epi32(is_two, is_one), 3);
    __m256i kept = _mm256_and_si256(wanted, _mm256_srlv_epi32(used, _mm256_sub_epi32(_mm256_setzero_si256(), unused)));
    uint64_t lanes[4], masks[4];
    uint8_t *p = *out;
    _mm256_storeu_si256((__m256i *)lanes, bytes);
    _mm256_storeu_si256((__m256i *)masks, kept);
    for (int k = 0; k < 4; k++) {
        uint64_t text = _pext_u64(lanes[k], masks[k]);
        memcpy(p, &text, 8);
        p += _mm_popcnt_u64(masks[k]) >> 3;
    }
    *out = p;
    return 1;
}

/* Stops at 8 characters with a surrogate. Returns the characters done. */
TRANSCODE_AVX2 static ptrdiff_t avx2_transcode_ucs2(const uint16_t *s, ptrdiff_t n, uint8_t **out) {
    ptrdiff_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m128i packed = _mm_loadu_si128((const __m128i *)(s + i));
        if (_mm_testz_si128(packed, _mm_set1_epi16((short)0xFF80))) {
            _mm_storel_epi64((__m128i *)*out, _mm_packus_epi16(packed, packed));
            *out += 8;
        } else if (!avx2_put_ucs2(packed, _mm256_set1_epi32(-1), out)) return i;
    }
    if (i == n || n < 8) return i;
    /* The last 8 characters, without those that are done. */
    __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), done = _mm256_set1_epi32((int)(7 - (n - i)));
    __m128i packed = _mm_loadu_si128((const __m128i *)(s + n - 8));
    return avx2_put_ucs2(packed, _mm256_cmpgt_epi32(lane, done), out) ? n : i;
}
#endif

static inline ptrdiff_t transcode_ucs2(const uint16_t *s, ptrdiff_t n, uint8_t *out, int simd) {
    uint8_t *p = out;
    ptrdiff_t i = 0;
#if defined(__x86_64__) && defined(__GNUC__)
    if (simd) i = avx2_transcode_ucs2(s, n, &p);
#else
    (void)simd;
#endif
    for (; i < n; i++) {
        uint32_t c = s[i];
        if (c < 0x80) *p++ = (uint8_t)c;
        else if (c < 0x800) { *p++ = (uint8_t)(0xC0 | c >> 6); *p++ = (uint8_t)(0x80 | (c & 0x3F)); }
        else {
            if ((c & 0xF800) == 0xD800) return -1 - i;
            p[0] = (uint8_t)(0xE0 | c >> 12);
            p[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
            p[2] = (uint8_t)(0x80 | (c & 0x3F));
            p += 3;
        }
    }
    return p - out;
}

static inline ptrdiff_t transcode_ucs4(const uint32_t *s, ptrdiff_t n, uint8_t *out) {
    uint8_t *p = out;
    for (ptrdiff_t i = 0; i < n; i++) {
        if ((s[i] & 0xFFFFF800) == 0xD800) return -1 - i;
        p += utf8_encode(s[i], p);
    }
    return p - out;
}

#endif
