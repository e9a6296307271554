/* Cut text between pairs of ASCII characters, 32 places at a time; the loop of encode/_chunks.pyx is its twin.
 *
 * Characters before a cut that may be followed by the same ones are one kind, of which there are at most eight: a place
 * is a cut if the kind of the character before it is among the kinds that the character behind it may follow. */
#ifndef SUBWORD_PAIR_CUTS_H
#define SUBWORD_PAIR_CUTS_H

#include <stddef.h>
#include <stdint.h>

#include "cpu/simd.h"

#define HIGH_BITS 0x8080808080808080ull /* of eight bytes, those that are not ASCII */

typedef struct {
    uint8_t before[128]; /* the bit of the character's kind, 0 if nothing may follow it */
    uint8_t behind[128]; /* the bits of the kinds that it may follow */
} pair_kinds;

enum { PAIR_BLOCK = 32 };

#ifdef SUBWORD_VECTORS
#include "scan/scan_masks.h"

/* table[byte] of 32 bytes; 0 for those that are not ASCII. */
AVX2_INLINE __m256i pair_lookup(const uint8_t *table, __m256i bytes) {
    __m256i found = _mm256_setzero_si256();
    for (int high = 0; high < 8; high++) {
        __m256i part = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(table + 16 * high)));
        /* Below 16 only where the upper half of the byte is `high`; the sum sets bit 7 of all others. */
        __m256i index = _mm256_xor_si256(bytes, _mm256_set1_epi8((char)(high << 4)));
        index = _mm256_adds_epu8(index, _mm256_set1_epi8(0x70));
        found = _mm256_or_si256(found, _mm256_shuffle_epi8(part, index));
    }
    return found;
}

/* End chunks in p[at:size), at > 0, as long as all is ASCII and there is room; returns how many `out` holds then, and
 * moves `at`. `out` has `count` chunks and the start of the next one, and room for `capacity` and one more. */
AVX2 static ptrdiff_t avx2_pair_cuts(const pair_kinds *kinds, const uint8_t *p, ptrdiff_t *at, ptrdiff_t size,
                                     int32_t *out, ptrdiff_t count, ptrdiff_t capacity) {
    ptrdiff_t i = *at;
    for (; i + PAIR_BLOCK <= size && count + PAIR_BLOCK <= capacity; i += PAIR_BLOCK) {
        __m256i left = _mm256_loadu_si256((const __m256i *)(p + i - 1));
        __m256i right = _mm256_loadu_si256((const __m256i *)(p + i));
        if (_mm256_movemask_epi8(_mm256_or_si256(left, right))) break;
        __m256i both = _mm256_and_si256(pair_lookup(kinds->before, left), pair_lookup(kinds->behind, right));
        uint32_t mask = ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(both, _mm256_setzero_si256()));
        int cuts = (int)_mm_popcnt_u32(mask);
        int32_t *to = out + 2 * count + 1;
        for (int done = 0; done < cuts; done += 4)
            for (int k = done; k < done + 4; k++, mask &= mask - 1)
                to[2 * k] = to[2 * k + 1] = (int32_t)i + (int32_t)_tzcnt_u32(mask);
        count += cuts;
    }
    *at = i;
    return count;
}
#endif

static inline ptrdiff_t pair_cuts(const pair_kinds *kinds, const uint8_t *p, ptrdiff_t *at, ptrdiff_t size,
                                  int32_t *out, ptrdiff_t count, ptrdiff_t capacity, int simd) {
#ifdef SUBWORD_VECTORS
    if (simd) return avx2_pair_cuts(kinds, p, at, size, out, count, capacity);
#endif
    (void)kinds; (void)p; (void)at; (void)size; (void)out; (void)capacity; (void)simd;
    return count;
}

#endif
