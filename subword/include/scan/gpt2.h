/* The split pattern of GPT-2. */
#ifndef SUBWORD_SCAN_GPT2_H
#define SUBWORD_SCAN_GPT2_H

#include "scan/char_runs.h"

/* 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ */
static inline ptrdiff_t next_gpt2(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    if (p[i] == '\'') {
        ptrdiff_t end = contraction(p, n, i, 0);
        if (end > i) return end;
    }
    ptrdiff_t word = i + (p[i] == ' ');
    int length;
    uint8_t b = bits_at(p, n, word, bits, &length);
    if (length && !(b & SPACE)) {
        if (b & LETTER) return run(p, n, word, bits, LETTER);
        if (b & NUMBER) return run(p, n, word, bits, NUMBER);
        return run_without(p, n, word, bits, SPACE | LETTER | NUMBER);
    }
    return blanks(p, n, i, bits);
}

#ifdef SUBWORD_VECTORS
#include "scan/word_starts.h"

AVX2_INLINE uint64_t starts_gpt2(const uint8_t *p, ptrdiff_t left, const block_masks *m) {
    uint64_t l = m->letter, d = m->number, w = m->space, o = ~(l | d | w);
    uint64_t same = (l & l << 1) | (d & d << 1) | (o & o << 1);
    uint64_t words = ~w & ~same & ~(m->blank << 1);
    uint64_t last = w & ~w >> 1; /* \s+(?!\S): the last blank before a word begins one */
    return split_contractions(p, left, words | (w & ~(w << 1)) | last, m->quote, 0);
}
#endif

#endif
