/* Python's string storage (1, 2 or 4 bytes a character) to UTF-8. Returns the length, or -1 - i for a lone surrogate at i. */
#ifndef SUBWORD_TRANSCODE_H
#define SUBWORD_TRANSCODE_H

#include "utf8.h"

static inline ptrdiff_t transcode_latin1(const uint8_t *s, ptrdiff_t n, uint8_t *out) {
    uint8_t *p = out;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (s[i] < 0x80) *p++ = s[i];
        else { *p++ = (uint8_t)(0xC0 | s[i] >> 6); *p++ = (uint8_t)(0x80 | (s[i] & 0x3F)); }
    }
    return p - out;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

/* Eight characters at a time, as long as there are more, until a surrogate; returns how many characters. Each is
 * spread over four bytes, of which pext keeps those that count, two characters a step. */
__attribute__((target("avx2,bmi2,popcnt"))) static inline ptrdiff_t vector_ucs2(const uint16_t *s, ptrdiff_t n,
                                                                                uint8_t **out) {
    const __m256i six = _mm256_set1_epi32(0x3F);
    uint8_t *p = *out;
    ptrdiff_t i = 0;
    for (; i + 8 < n; i += 8) {
        __m128i eight = _mm_loadu_si128((const __m128i *)(s + i));
        if (_mm_testz_si128(eight, _mm_set1_epi16((short)0xFF80))) {
            _mm_storel_epi64((__m128i *)p, _mm_packus_epi16(eight, eight));
            p += 8;
            continue;
        }
        __m128i surrogate = _mm_cmpeq_epi16(_mm_and_si128(eight, _mm_set1_epi16((short)0xF800)),
                                            _mm_set1_epi16((short)0xD800));
        if (_mm_movemask_epi8(surrogate)) break;
        __m256i c = _mm256_cvtepu16_epi32(eight), high = _mm256_srli_epi32(c, 6), low = _mm256_and_si256(c, six);
        __m256i wide = _mm256_cmpgt_epi32(c, _mm256_set1_epi32(0x7F));
        __m256i wider = _mm256_cmpgt_epi32(c, _mm256_set1_epi32(0x7FF));
        __m256i two = _mm256_or_si256(_mm256_or_si256(high, _mm256_slli_epi32(low, 8)), _mm256_set1_epi32(0x80C0));
        __m256i three = _mm256_or_si256(_mm256_srli_epi32(c, 12), _mm256_slli_epi32(_mm256_and_si256(high, six), 8));
        three = _mm256_or_si256(_mm256_or_si256(three, _mm256_slli_epi32(low, 16)), _mm256_set1_epi32(0x8080E0));
        __m256i bytes = _mm256_blendv_epi8(_mm256_blendv_epi8(c, two, wide), three, wider);
        __m256i keep = _mm256_or_si256(_mm256_set1_epi32(0xFF), _mm256_and_si256(wide, _mm256_set1_epi32(0xFF00)));
        keep = _mm256_or_si256(keep, _mm256_and_si256(wider, _mm256_set1_epi32(0xFF0000)));
        uint64_t pairs[4], kept[4];
        _mm256_storeu_si256((__m256i *)pairs, bytes);
        _mm256_storeu_si256((__m256i *)kept, keep);
        for (int k = 0; k < 4; k++) {
            uint64_t packed = _pext_u64(pairs[k], kept[k]);
            __builtin_memcpy(p, &packed, 8);
            p += __builtin_popcountll(kept[k]) >> 3;
        }
    }
    *out = p;
    return i;
}
#endif

static inline ptrdiff_t transcode_ucs2(const uint16_t *s, ptrdiff_t n, uint8_t *out) {
    uint8_t *p = out;
    ptrdiff_t i = 0;
#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) i = vector_ucs2(s, n, &p);
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

/* Offset of the first byte that is not part of valid UTF-8, or -1. */
static inline ptrdiff_t utf8_error(const uint8_t *p, ptrdiff_t n) {
    ptrdiff_t i = 0;
    while (i < n) {
        if (i + 8 <= n) {
            uint64_t v;
            __builtin_memcpy(&v, p + i, 8);
            if (!(v & 0x8080808080808080ull)) { i += 8; continue; }
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

#endif
