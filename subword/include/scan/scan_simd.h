/* The vector scanners (x86-64; every other machine uses scan_scalar.h alone).
 *
 * 64 bytes of text, a block, become masks (scan_classify.h), and the masks give the starts of words (word_starts.h,
 * adjacent_words.h, spaced_words.h). All but the block itself is compiled twice: for a block in two registers of AVX2
 * and for one in a single register of AVX-512, where a comparison gives a mask. */
#ifndef SUBWORD_SCAN_SIMD_H
#define SUBWORD_SCAN_SIMD_H

#include "cpu/simd.h"
#include "scan/safe_splits.h"
#include "scan/scan_scalar.h"

#ifdef SUBWORD_VECTORS
#include "scan/word_starts.h"

/* For the four low bits of a first byte E0 to EF: the smallest second byte, and the largest minus the smallest. */
static const uint8_t hangul_or_chinese_rows[2][16] __attribute__((aligned(16))) = {
    {255, 255, 255, 255, 0xB8, 0x80, 0x80, 0x80, 0x80, 0x80, 0xB0, 0x80, 0x80, 0x80, 255, 255}, /* U+4E00, U+AC00 */
    {0, 0, 0, 0, 0x07, 0x3F, 0x3F, 0x3F, 0x3F, 0x3D, 0x0F, 0x3F, 0x3F, 0x1D, 0, 0},             /* U+9F7F, U+D77F */
};

/* Starts of words, and before `stop` the safe splits of words (safe_splits.h) between two of the block's `cjk`. */
AVX2_INLINE uint64_t with_safe_splits(const byte_safe_splits *splits, const uint8_t *p, const block_masks *m,
                                      uint64_t starts, int stop) {
    if (__builtin_expect(m->cjk == 0, 1) || !splits) return starts;
    uint64_t between = m->cjk & m->cjk << 3 & ~starts & below(stop);
    if (!splits->hangul) {
        starts |= between & m->hangul;
        between &= ~m->hangul;
    }
    for (; between; between &= between - 1) {
        uint32_t around;
        memcpy(&around, p + lowest(between) - 2, 4);
        starts |= (uint64_t)!may_merge(splits, around) << lowest(between);
    }
    return starts;
}

#define VECTOR_INLINE VECTOR_TARGET static inline __attribute__((always_inline))
#define block VECTOR(block)
#define load_block VECTOR(load_block)
#define equal VECTOR(equal)
#define within VECTOR(within)
#define lower_case VECTOR(lower_case)
#define with_bit VECTOR(with_bit)
#define with_bits VECTOR(with_bits)
#define row_bytes VECTOR(row_bytes)
#define hangul_or_chinese VECTOR(hangul_or_chinese)
#define store_starts VECTOR(store_starts)
#define store_words VECTOR(store_words)
#define find_follow VECTOR(find_follow)
#define find_common VECTOR(find_common)
#define same_row VECTOR(same_row)
#define classify_non_ascii VECTOR(classify_non_ascii)
#define classify VECTOR(classify)
#define with_class VECTOR(with_class)
#define split_bert VECTOR(split_bert)
#define split_spaces VECTOR(split_spaces)
#define split_clip VECTOR(split_clip)

#define VECTOR(name) avx2_##name
#include "scan/block_avx2.h"
#include "scan/scan_classify.h"
#include "scan/adjacent_words.h"
#include "scan/spaced_words.h"
#undef VECTOR
#undef VECTOR_TARGET

#define VECTOR(name) avx512_##name
#include "scan/block_avx512.h"
#include "scan/scan_classify.h"
#include "scan/adjacent_words.h"
#include "scan/spaced_words.h"
#undef VECTOR
#undef VECTOR_TARGET

#undef VECTOR_INLINE
#undef block
#undef load_block
#undef equal
#undef within
#undef lower_case
#undef with_bit
#undef with_bits
#undef row_bytes
#undef hangul_or_chinese
#undef store_starts
#undef store_words
#undef find_follow
#undef find_common
#undef same_row
#undef classify_non_ascii
#undef classify
#undef with_class
#undef split_bert
#undef split_spaces
#undef split_clip

#endif
#endif
