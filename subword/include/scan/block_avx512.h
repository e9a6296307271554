/* A block of 64 bytes of text in one register of AVX-512, with the functions of block_avx2.h. */

#define VECTOR_TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vbmi,avx512vbmi2")))

typedef __m512i block;

static const uint8_t index_in_block[64] __attribute__((aligned(64))) = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60,
    61, 62, 63};

/* In the low byte of each int32: the first eight positions, each of the first and then of the second of two blocks. */
static const uint8_t pairs_in_block[64] __attribute__((aligned(64))) = {
    0, 0, 0, 0, 64, 0, 0, 0, 1, 0, 0, 0, 65, 0, 0, 0, 2, 0, 0, 0, 66, 0, 0, 0, 3, 0, 0, 0, 67, 0, 0, 0,
    4, 0, 0, 0, 68, 0, 0, 0, 5, 0, 0, 0, 69, 0, 0, 0, 6, 0, 0, 0, 70, 0, 0, 0, 7, 0, 0, 0, 71, 0, 0, 0};

VECTOR_INLINE block load_64(const uint8_t *p) { return _mm512_loadu_si512(p); }

VECTOR_INLINE uint64_t equal(block v, uint8_t c) { return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8((char)c)); }

/* Bytes from first to last. */
VECTOR_INLINE uint64_t within(block v, uint8_t first, uint8_t last) {
    block past = _mm512_sub_epi8(v, _mm512_set1_epi8((char)first));
    return _mm512_cmple_epu8_mask(past, _mm512_set1_epi8((char)(last - first)));
}

/* Letters of ASCII, all small; other bytes become something else. */
VECTOR_INLINE block lower_case(block v) { return _mm512_or_si512(v, _mm512_set1_epi8(0x20)); }

/* Load 64 bytes of which `left` are text; after the text the block is filled with spaces. */
VECTOR_INLINE block load_block(const uint8_t *p, ptrdiff_t left) {
    if (__builtin_expect(left >= 64, 1)) return _mm512_loadu_si512(p);
    return _mm512_mask_loadu_epi8(_mm512_set1_epi8(' '), below((int)left), p);
}

/* First bytes of U+4E00 to 9F7F and AC00 to D77F. */
VECTOR_INLINE uint64_t hangul_or_chinese(block v) {
    const block least = _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)hangul_or_chinese_rows[0]));
    const block width = _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)hangul_or_chinese_rows[1]));
    const block low = _mm512_set1_epi8(0x0F), one = _mm512_set1_epi8(1);
    block row = _mm512_and_si512(v, low);
    block next = _mm512_maskz_permutexvar_epi8(below(63), _mm512_add_epi8(load_64(index_in_block), one), v);
    block past = _mm512_sub_epi8(next, _mm512_shuffle_epi8(least, row));
    uint64_t three = _mm512_cmpeq_epi8_mask(_mm512_andnot_si512(low, v), _mm512_set1_epi8((char)0xE0));
    return three & _mm512_cmple_epu8_mask(past, _mm512_shuffle_epi8(width, row));
}

/* Bytes whose bit 7 - `down` is set. */
VECTOR_INLINE uint64_t with_bit(block v, int down) {
    return _mm512_test_epi8_mask(v, _mm512_set1_epi8((char)(0x80 >> down)));
}

/* For each byte, that of the row of 64 which its lower six bits say. */
VECTOR_INLINE block row_bytes(block v, const uint8_t *row) { return _mm512_permutexvar_epi8(v, load_64(row)); }

/* Bytes with one of the bits `mask`. */
VECTOR_INLINE uint64_t with_bits(block v, uint8_t mask) {
    return _mm512_test_epi8_mask(v, _mm512_set1_epi8((char)mask));
}

/* Store eight pairs of positions: of the bytes 8 k to 8 k + 7 of `evens` and `odds`, counted from `base`. */
VECTOR_INLINE void store_pairs(block evens, block odds, int k, ptrdiff_t base, int32_t *out) {
    block from = _mm512_add_epi8(load_64(pairs_in_block), _mm512_set1_epi8((char)(8 * k)));
    block positions = _mm512_maskz_permutex2var_epi8(0x1111111111111111, evens, from, odds);
    _mm512_storeu_si512(out + 16 * k, _mm512_add_epi32(positions, _mm512_set1_epi32((int32_t)base)));
}

/* Store up to 64 words of which `starts` and `ends` have as many bits, or the last ends after the block; returns how
 * many. */
VECTOR_INLINE int store_words(uint64_t starts, uint64_t ends, ptrdiff_t base, int32_t *out) {
    int count = (int)_mm_popcnt_u64(starts);
    block from = _mm512_maskz_compress_epi8(starts, load_64(index_in_block));
    block to = _mm512_mask_compress_epi8(_mm512_set1_epi8(64), ends, load_64(index_in_block));
    store_pairs(from, to, 0, base, out);
    for (int k = 1; 8 * k < count; k++) store_pairs(from, to, k, base, out);
    return count;
}

/* Store the positions of up to 63 starts after the start in out[0], each of which ends a word too; returns how many. */
VECTOR_INLINE int store_starts(uint64_t starts, ptrdiff_t base, int32_t *out) {
    return store_words(starts, starts, base, out + 1);
}
