/* The quick check of normal forms (UAX #15, section 9), and of character maps, 32 bytes at a time.
 *
 * Whether one of them may change a character is a bit of a table. Most first bytes begin only characters that it does not
 * change. The others are candidates (of three bytes: those with the second byte in a range), and only the characters
 * that begin with one are looked up. */
#ifndef SUBWORD_QUICK_CHECK_H
#define SUBWORD_QUICK_CHECK_H

#include <string.h>

#include "text/utf8.h"

typedef struct {
    uint8_t first[16];            /* of first byte 0xC0 + 16 * h + k, bit h of first[k] */
    uint8_t least[16], most[16];  /* second bytes after 0xE0 + k */
    uint8_t ascii[16];            /* of byte 16 * h + k below 0x80, bit h of ascii[k] */
    int has_ascii;                /* whether there is any; no normal form has */
} candidate_bytes;

/* The bytes of the characters with one of `flags` in `bits`. All characters of four bytes are candidates. */
static inline void find_candidates(const uint8_t *bits, uint8_t flags, candidate_bytes *candidates) {
    memset(candidates->first, 8, 16);
    memset(candidates->least, 255, 16);
    memset(candidates->most, 0, 16);
    memset(candidates->ascii, 0, 16);
    candidates->has_ascii = 0;
    for (int code = 0; code < 0x80; code++) {
        if (!(bits[code] & flags)) continue;
        candidates->ascii[code & 15] |= (uint8_t)(1 << (code >> 4));
        candidates->has_ascii = 1;
    }
    for (uint32_t code = 0x80; code < 0x10000; code++) {
        uint8_t bytes[4];
        if (!(bits[code] & flags)) continue;
        utf8_encode(code, bytes);
        int k = bytes[0] & 15;
        candidates->first[k] |= (uint8_t)(1 << ((bytes[0] >> 4) - 12));
        if (code < 0x800) continue;
        if (bytes[1] < candidates->least[k]) candidates->least[k] = bytes[1];
        if (bytes[1] > candidates->most[k]) candidates->most[k] = bytes[1];
    }
}

/* Return the end of the characters of p[i..n) without `flags`: where the first one with any of them begins, or n. */
static inline ptrdiff_t scalar_quick_check_yes(const uint8_t *p, ptrdiff_t i, ptrdiff_t n, const uint8_t *bits,
                                               uint8_t flags, int has_ascii) {
    while (i < n) {
        uint64_t eight;
        int length;
        if (!has_ascii && i + 8 <= n && (memcpy(&eight, p + i, 8), !(eight & 0x8080808080808080ull))) { i += 8; continue; }
        if (bits[utf8_decode(p + i, &length)] & flags) return i;
        i += length;
    }
    return n;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

__attribute__((target("avx2,bmi"), always_inline)) static inline ptrdiff_t avx2_quick_check_of(
    const uint8_t *p, ptrdiff_t i, ptrdiff_t n, const uint8_t *bits, uint8_t flags, const candidate_bytes *candidates,
    int has_ascii) {
    const __m256i table = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)candidates->first)),
                  least = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)candidates->least)),
                  most = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)candidates->most)),
                  nibble = _mm256_set1_epi8(15),
                  rows = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8)),
                  ascii = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)candidates->ascii)),
                  ascii_rows = _mm256_broadcastsi128_si256(
                      _mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0));
    while (i < n) {
        ptrdiff_t at = i + 32 <= n ? i : n - 32; /* the last 32 bytes may have been seen in part */
        __m256i v = _mm256_loadu_si256((const __m256i *)(p + at));
        __m256i row = _mm256_and_si256(v, nibble), low = _mm256_shuffle_epi8(table, row);
        __m256i top = _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble), high = _mm256_shuffle_epi8(rows, top);
        __m256i found = _mm256_and_si256(low, high);
        if (has_ascii)
            found = _mm256_or_si256(found, _mm256_and_si256(_mm256_shuffle_epi8(ascii, row),
                                                            _mm256_shuffle_epi8(ascii_rows, top)));
        __m256i yes = _mm256_cmpeq_epi8(found, _mm256_setzero_si256());
        uint32_t todo = ~(uint32_t)_mm256_movemask_epi8(yes) >> (i - at) << (i - at);
        if (todo) {
            __m256i three = _mm256_cmpeq_epi8(high, _mm256_set1_epi8(4));
            __m256i second = _mm256_alignr_epi8(_mm256_permute2x128_si256(v, v, 0x81), v, 1);
            __m256i above = _mm256_max_epu8(second, _mm256_shuffle_epi8(least, row));
            __m256i inside = _mm256_cmpeq_epi8(_mm256_min_epu8(above, _mm256_shuffle_epi8(most, row)), second);
            /* The byte after the last one is not in v. */
            todo &= ~(uint32_t)_mm256_movemask_epi8(_mm256_andnot_si256(inside, three)) | 1u << 31;
        }
        for (; todo; todo &= todo - 1) {
            int length;
            ptrdiff_t character = at + (ptrdiff_t)_tzcnt_u32(todo);
            if (bits[utf8_decode(p + character, &length)] & flags) return character;
        }
        i = at + 32;
    }
    return n;
}

__attribute__((target("avx2,bmi"))) static ptrdiff_t avx2_quick_check_yes(
    const uint8_t *p, ptrdiff_t i, ptrdiff_t n, const uint8_t *bits, uint8_t flags, const candidate_bytes *candidates) {
    return candidates->has_ascii ? avx2_quick_check_of(p, i, n, bits, flags, candidates, 1)
                                 : avx2_quick_check_of(p, i, n, bits, flags, candidates, 0);
}
#endif

/* The same; `candidates` is for these flags, and `simd` says that AVX2 is there. */
static inline ptrdiff_t span_quick_check_yes(const uint8_t *p, ptrdiff_t i, ptrdiff_t n, const uint8_t *bits,
                                             uint8_t flags, const candidate_bytes *candidates, int simd) {
#if defined(__x86_64__) && defined(__GNUC__)
    if (simd && n >= 32) return avx2_quick_check_yes(p, i, n, bits, flags, candidates);
#endif
    (void)simd;
    return scalar_quick_check_yes(p, i, n, bits, flags, candidates->has_ascii);
}

#endif
