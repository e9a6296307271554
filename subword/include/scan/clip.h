/* The split pattern of CLIP. Its vector form is in spaced_words.h. */
#ifndef SUBWORD_SCAN_CLIP_H
#define SUBWORD_SCAN_CLIP_H

#include "scan/char_runs.h"

/* 's|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+ (CLIP; not white space) */
static inline ptrdiff_t next_clip_bare(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    ptrdiff_t end = p[i] == '\'' ? contraction(p, n, i, 0) : i;
    int length;
    uint8_t b = bits[utf8_decode(p + i, &length)];
    if (end > i) return end;
    if (b & LETTER) return run(p, n, i, bits, LETTER);
    return b & NUMBER ? i + length : run_without(p, n, i, bits, SPACE | LETTER | NUMBER);
}

/* <\|startoftext\|>|<\|endoftext\|>| and the same */
static inline ptrdiff_t next_clip(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    if (n - i >= 15 && memcmp(p + i, "<|startoftext|>", 15) == 0) return i + 15;
    if (n - i >= 13 && memcmp(p + i, "<|endoftext|>", 13) == 0) return i + 13;
    return next_clip_bare(p, n, i, bits);
}

#endif
