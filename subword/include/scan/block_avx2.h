/* A block of 64 bytes of text in two registers of AVX2, and what scan_simd.h needs of it (see block_avx512.h too). */

#include "cpu/load_tail.h"

#define VECTOR_TARGET AVX2

typedef struct { __m256i low, high; } block;

AVX2_INLINE uint64_t joined(__m256i low, __m256i high) {
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

AVX2_INLINE uint64_t equal(block v, uint8_t c) {
    __m256i wanted = _mm256_set1_epi8((char)c);
    return joined(_mm256_cmpeq_epi8(v.low, wanted), _mm256_cmpeq_epi8(v.high, wanted));
}

/* Bytes from first to last. */
AVX2_INLINE uint64_t within(block v, uint8_t first, uint8_t last) {
    __m256i base = _mm256_set1_epi8((char)first), width = _mm256_set1_epi8((char)(last - first));
    __m256i low = _mm256_sub_epi8(v.low, base), high = _mm256_sub_epi8(v.high, base);
    return joined(_mm256_cmpeq_epi8(_mm256_min_epu8(low, width), low),
                  _mm256_cmpeq_epi8(_mm256_min_epu8(high, width), high));
}

/* Letters of ASCII, all small; other bytes become something else. */
AVX2_INLINE block lower_case(block v) {
    const __m256i bit = _mm256_set1_epi8(0x20);
    return (block){_mm256_or_si256(v.low, bit), _mm256_or_si256(v.high, bit)};
}

/* Load 64 bytes of which `left` are text; after the text the block is filled with spaces. */
AVX2_INLINE block load_block(const uint8_t *p, ptrdiff_t left) {
    block v;
    if (__builtin_expect(left < 64, 0)) load_tail64(p, left, &v.low, &v.high);
    else v = (block){_mm256_loadu_si256((const __m256i *)p), _mm256_loadu_si256((const __m256i *)(p + 32))};
    return v;
}

/* Byte i + 1 of the block at byte i; the last is 0. */
AVX2_INLINE block next_bytes(block v) {
    __m256i middle = _mm256_permute2x128_si256(v.low, v.high, 0x21), end = _mm256_permute2x128_si256(v.high, v.high, 0x81);
    return (block){_mm256_alignr_epi8(middle, v.low, 1), _mm256_alignr_epi8(end, v.high, 1)};
}

/* First bytes E4 to ED before a second byte in the range that hangul_or_chinese_rows says. */
AVX2_INLINE __m256i hangul_or_chinese_half(__m256i first, __m256i second) {
    const __m256i least = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)hangul_or_chinese_rows[0]));
    const __m256i width = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)hangul_or_chinese_rows[1]));
    __m256i row = _mm256_and_si256(first, _mm256_set1_epi8(0x0F));
    __m256i three = _mm256_cmpeq_epi8(_mm256_andnot_si256(_mm256_set1_epi8(0x0F), first), _mm256_set1_epi8((char)0xE0));
    __m256i past = _mm256_sub_epi8(second, _mm256_shuffle_epi8(least, row));
    __m256i inside = _mm256_cmpeq_epi8(_mm256_min_epu8(past, _mm256_shuffle_epi8(width, row)), past);
    return _mm256_and_si256(three, inside);
}

/* First bytes of U+4E00 to 9F7F and AC00 to D77F. */
AVX2_INLINE uint64_t hangul_or_chinese(block v) {
    block next = next_bytes(v);
    return joined(hangul_or_chinese_half(v.low, next.low), hangul_or_chinese_half(v.high, next.high));
}

/* Bytes whose bit 7 - `down` is set. */
AVX2_INLINE uint64_t with_bit(block v, int down) {
    return joined(_mm256_slli_epi16(v.low, down), _mm256_slli_epi16(v.high, down));
}

/* For each byte, that of the row of 64 which its lower six bits say. */
AVX2_INLINE block row_bytes(block v, const uint8_t *row) {
    __m256i rows[4], half[2] = {v.low, v.high};
    for (int k = 0; k < 4; k++)
        rows[k] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(row + 16 * k)));
    for (int k = 0; k < 2; k++) {
        __m256i column = _mm256_and_si256(half[k], _mm256_set1_epi8(15));
        __m256i odd = _mm256_slli_epi16(half[k], 3), upper = _mm256_slli_epi16(half[k], 2); /* bits 4 and 5 on top */
        __m256i first = _mm256_blendv_epi8(_mm256_shuffle_epi8(rows[0], column),
                                           _mm256_shuffle_epi8(rows[1], column), odd);
        __m256i second = _mm256_blendv_epi8(_mm256_shuffle_epi8(rows[2], column),
                                            _mm256_shuffle_epi8(rows[3], column), odd);
        half[k] = _mm256_blendv_epi8(first, second, upper);
    }
    return (block){half[0], half[1]};
}

/* Bytes with one of the bits `mask`. */
AVX2_INLINE uint64_t with_bits(block v, uint8_t mask) {
    __m256i wanted = _mm256_set1_epi8((char)mask), none = _mm256_setzero_si256();
    return ~joined(_mm256_cmpeq_epi8(_mm256_and_si256(v.low, wanted), none),
                   _mm256_cmpeq_epi8(_mm256_and_si256(v.high, wanted), none));
}

/* A word ends where the next begins: store eight such positions, even if there are fewer. */
AVX2_INLINE uint64_t store_eight(uint64_t starts, ptrdiff_t base, int32_t *out) {
    for (int k = 0; k < 8; k++, starts &= starts - 1) {
        int32_t position = (int32_t)(base + (ptrdiff_t)_tzcnt_u64(starts));
        out[2 * k] = out[2 * k + 1] = position;
    }
    return starts;
}

/* Store the positions of up to 63 starts after the start in out[0]; returns how many. */
AVX2_INLINE int store_starts(uint64_t starts, ptrdiff_t base, int32_t *out) {
    int count = (int)_mm_popcnt_u64(starts);
    starts = store_eight(starts, base, out + 1);
    if (count > 8) starts = store_eight(starts, base, out + 17);
    for (int done = 16; done < count; done += 8) starts = store_eight(starts, base, out + 1 + 2 * done);
    return count;
}

/* Store up to 64 words of which `starts` and `ends` have as many bits, or the last ends after the block; returns how
 * many. */
AVX2_INLINE int store_words(uint64_t starts, uint64_t ends, ptrdiff_t base, int32_t *out) {
    int count = (int)_mm_popcnt_u64(starts);
    for (int done = 0; done < count; done += 8)
        for (int k = 0; k < 8; k++, starts &= starts - 1, ends &= ends - 1) {
            out[2 * (done + k)] = (int32_t)(base + (ptrdiff_t)_tzcnt_u64(starts));
            out[2 * (done + k) + 1] = (int32_t)(base + (ptrdiff_t)_tzcnt_u64(ends));
        }
    return count;
}
