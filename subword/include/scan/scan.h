/* Split text into words, many at a time: one entry for every pattern that has a scanner.
 *
 * scan() appends spans [start, end) to `out` (pairs of int32) from byte *pos on, at most `capacity` (65 or more), and
 * sets *pos to where the next call begins. With `splits`, adjacent words are also split at some of their safe splits
 * (safe_splits.h). `simd` says which of the vector forms of scan_simd.h is used; they give the same words. */
#ifndef SUBWORD_SCAN_H
#define SUBWORD_SCAN_H

#include "scan/patterns.h"
#include "scan/scan_scalar.h"
#include "scan/scan_simd.h"

/* Adjacent words: the end of one is the start of the next. */
#define FILL_ADJACENT(NEXT)                                                                         \
    while (count < capacity && i < n) {                                                             \
        ptrdiff_t end = NEXT(p, n, i, bits);                                                        \
        count += split_word(splits, p, i, end, out + 2 * count, capacity - count);                  \
        i = end;                                                                                    \
    }

#define SCAN_VECTORS(VECTOR)                                                                           \
    switch (pattern) {                                                                                 \
    case SCAN_GPT2: return VECTOR##_scan_gpt2(p, n, pos, bits, splits, out, capacity);                 \
    case SCAN_LLAMA3: return VECTOR##_scan_llama3(p, n, pos, bits, splits, out, capacity);             \
    case SCAN_QWEN2: return VECTOR##_scan_qwen2(p, n, pos, bits, splits, out, capacity);               \
    case SCAN_QWEN35: return VECTOR##_scan_qwen35(p, n, pos, bits, splits, out, capacity);             \
    case SCAN_CL100K: return VECTOR##_scan_cl100k(p, n, pos, bits, splits, out, capacity);             \
    case SCAN_O200K: return VECTOR##_scan_o200k(p, n, pos, bits, splits, out, capacity);               \
    case SCAN_TEKKEN: return VECTOR##_scan_tekken(p, n, pos, bits, splits, out, capacity);             \
    case SCAN_DEEPSEEK: return VECTOR##_scan_deepseek(p, n, pos, bits, splits, out, capacity);         \
    case SCAN_CLIP: return VECTOR##_scan_clip(p, n, pos, bits, out, capacity);                         \
    case SCAN_CLIP_BARE: return VECTOR##_scan_clip_bare(p, n, pos, bits, out, capacity);               \
    case SCAN_WHITESPACE: return VECTOR##_scan_whitespace(p, n, pos, bits, out, capacity);             \
    case SCAN_WHITESPACE_SPLIT: return VECTOR##_scan_whitespace_split(p, n, pos, bits, out, capacity); \
    case SCAN_BERT: return VECTOR##_scan_bert(p, n, pos, bits, out, capacity);                         \
    }

static inline int scan(int pattern, const uint8_t *p, ptrdiff_t n, ptrdiff_t *pos, const uint8_t *bits,
                       const byte_safe_splits *splits, int32_t *out, int capacity, int simd) {
    ptrdiff_t i = *pos;
    int count = 0;
#ifdef SUBWORD_VECTORS
    if (simd == SIMD_AVX512) SCAN_VECTORS(avx512)
    if (simd == SIMD_AVX2) SCAN_VECTORS(avx2)
#endif
    switch (pattern) {
    case SCAN_GPT2: FILL_ADJACENT(next_gpt2) break;
    case SCAN_LLAMA3: FILL_ADJACENT(next_llama3) break;
    case SCAN_QWEN2: FILL_ADJACENT(next_qwen2) break;
    case SCAN_QWEN35: FILL_ADJACENT(next_qwen35) break;
    case SCAN_CL100K: FILL_ADJACENT(next_cl100k) break;
    case SCAN_O200K: FILL_ADJACENT(next_o200k) break;
    case SCAN_TEKKEN: FILL_ADJACENT(next_tekken) break;
    case SCAN_DEEPSEEK: FILL_ADJACENT(next_deepseek) break;
    case SCAN_WHITESPACE: return fill_spaced(p, n, pos, bits, out, capacity, next_whitespace);
    case SCAN_WHITESPACE_SPLIT: return fill_spaced(p, n, pos, bits, out, capacity, next_solid);
    case SCAN_CLIP: return fill_spaced(p, n, pos, bits, out, capacity, next_clip);
    case SCAN_CLIP_BARE: return fill_spaced(p, n, pos, bits, out, capacity, next_clip_bare);
    case SCAN_BERT: return fill_bert(p, n, pos, bits, out, capacity);
    }
    *pos = i;
    return count;
}

#endif
