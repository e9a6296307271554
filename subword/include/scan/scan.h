/* Cut text into words, many at a time: one entry for every pattern the library knows.
 *
 * scan() appends spans [start, end) to `out` (pairs of int32) from byte *pos on, at most `room` (65 or more) of them,
 * and leaves *pos where the next call goes on. With `splits` words that follow each other without gaps may be
 * split where safe_splits.h allows it. `simd` says which of the vector forms of scan_simd.h is used; they give the same
 * words. */
#ifndef SUBWORD_SCAN_H
#define SUBWORD_SCAN_H

#include "scan/scan_scalar.h"
#include "scan/scan_simd.h"

enum {
    SCAN_GPT2, SCAN_LLAMA3, SCAN_QWEN2, SCAN_QWEN35, SCAN_CL100K, SCAN_O200K, SCAN_TEKKEN, SCAN_CLIP, SCAN_CLIP_BARE,
    SCAN_DEEPSEEK, SCAN_WHITESPACE, SCAN_WHITESPACE_SPLIT, SCAN_BERT
};

/* Words that follow each other without gaps: the end of one is the start of the next. */
#define FILL(NEXT)                                                                                   \
    while (count < room && i < n) {                                                                  \
        ptrdiff_t end = NEXT(p, n, i, bits);                                                         \
        count += split_word(splits, p, i, end, out + 2 * count, room - count);                       \
        i = end;                                                                                     \
    }

#define SCAN_VECTORS(VECTOR)                                                                        \
    switch (pattern) {                                                                              \
    case SCAN_GPT2: return VECTOR##_scan_gpt2(p, n, pos, bits, splits, out, room);                  \
    case SCAN_LLAMA3: return VECTOR##_scan_llama3(p, n, pos, bits, splits, out, room);              \
    case SCAN_QWEN2: return VECTOR##_scan_qwen2(p, n, pos, bits, splits, out, room);                \
    case SCAN_QWEN35: return VECTOR##_scan_qwen35(p, n, pos, bits, splits, out, room);              \
    case SCAN_CL100K: return VECTOR##_scan_cl100k(p, n, pos, bits, splits, out, room);              \
    case SCAN_O200K: return VECTOR##_scan_o200k(p, n, pos, bits, splits, out, room);                \
    case SCAN_TEKKEN: return VECTOR##_scan_tekken(p, n, pos, bits, splits, out, room);              \
    case SCAN_DEEPSEEK: return VECTOR##_scan_deepseek(p, n, pos, bits, splits, out, room);          \
    case SCAN_CLIP: return VECTOR##_scan_clip(p, n, pos, bits, out, room);                          \
    case SCAN_CLIP_BARE: return VECTOR##_scan_clip_bare(p, n, pos, bits, out, room);                \
    case SCAN_WHITESPACE: return VECTOR##_scan_whitespace(p, n, pos, bits, out, room);              \
    case SCAN_WHITESPACE_SPLIT: return VECTOR##_scan_whitespace_split(p, n, pos, bits, out, room);  \
    case SCAN_BERT: return VECTOR##_scan_bert(p, n, pos, bits, out, room);                          \
    }

static inline int scan(int pattern, const uint8_t *p, ptrdiff_t n, ptrdiff_t *pos, const uint8_t *bits,
                       const byte_safe_splits *splits, int32_t *out, int room, int simd) {
    ptrdiff_t i = *pos;
    int count = 0;
#ifdef SUBWORD_VECTORS
    if (simd == SIMD_AVX512) SCAN_VECTORS(avx512)
    if (simd == SIMD_AVX2) SCAN_VECTORS(avx2)
#endif
    switch (pattern) {
    case SCAN_GPT2: FILL(next_gpt2) break;
    case SCAN_LLAMA3: FILL(next_llama3) break;
    case SCAN_QWEN2: FILL(next_qwen2) break;
    case SCAN_QWEN35: FILL(next_qwen35) break;
    case SCAN_CL100K: FILL(next_cl100k) break;
    case SCAN_O200K: FILL(next_o200k) break;
    case SCAN_TEKKEN: FILL(next_tekken) break;
    case SCAN_DEEPSEEK: FILL(next_deepseek) break;
    case SCAN_WHITESPACE: return fill_spaced(p, n, pos, bits, out, room, next_whitespace);
    case SCAN_WHITESPACE_SPLIT: return fill_spaced(p, n, pos, bits, out, room, next_solid);
    case SCAN_CLIP: return fill_spaced(p, n, pos, bits, out, room, next_clip);
    case SCAN_CLIP_BARE: return fill_spaced(p, n, pos, bits, out, room, next_clip_bare);
    case SCAN_BERT: return fill_bert(p, n, pos, bits, out, room);
    }
    *pos = i;
    return count;
}

#endif
