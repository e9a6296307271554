/* The split patterns of Llama-3, Qwen2, Qwen3 and Qwen3.5, and tiktoken's cl100k. */
#ifndef SUBWORD_SCAN_CL100K_H
#define SUBWORD_SCAN_CL100K_H

#include "scan/char_runs.h"

/* (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 * (Llama-3, cl100k); Qwen2 and Qwen3 have \p{N} for \p{N}{1,3} (digits = 1); Qwen3.5 has [\p{L}\p{M}]+ for \p{L}+ and
 * [^\s\p{L}\p{M}\p{N}] for [^\s\p{L}\p{N}] (letters = LETTER | MARK). */
static inline ptrdiff_t next_cl100k_like(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits,
                                         int digits, int letters) {
    int length, next_length;
    if (p[i] == '\'') {
        ptrdiff_t end = contraction(p, n, i, 1);
        if (end > i) return end;
    }
    uint8_t b = bits_at(p, n, i, bits, &length);
    if (b & letters & LETTER) return run(p, n, i, bits, letters);
    if (!(b & NUMBER) && !is_newline(p[i])) {
        /* The optional first character may itself be a mark; then the run begins after it. */
        uint8_t next = bits_at(p, n, i + length, bits, &next_length);
        if (next & letters) return run(p, n, i + length, bits, letters);
        if (b & letters) return run(p, n, i, bits, letters);
    }
    if (b & NUMBER) return run_limited(p, n, i, bits, NUMBER, digits);
    ptrdiff_t word = i + (p[i] == ' ');
    b = bits_at(p, n, word, bits, &length);
    if (length && !(b & (SPACE | letters | NUMBER))) {
        word = run_without(p, n, word, bits, SPACE | letters | NUMBER);
        while (word < n && is_newline(p[word])) word++;
        return word;
    }
    word = through_newlines(p, n, i, bits);
    return word > i ? word : blanks(p, n, i, bits);
}

static inline ptrdiff_t next_llama3(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    return next_cl100k_like(p, n, i, bits, 3, LETTER);
}

static inline ptrdiff_t next_qwen2(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    return next_cl100k_like(p, n, i, bits, 1, LETTER);
}

static inline ptrdiff_t next_qwen35(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    return next_cl100k_like(p, n, i, bits, 1, LETTER | MARK);
}

/* tiktoken's cl100k: '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|
 * \s*[\r\n]|\s+(?!\S)|\s  -- it differs from Llama-3's form only in white space that runs to the end of the text. */
static inline ptrdiff_t next_cl100k(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    int length;
    uint8_t b = bits_at(p, n, i, bits, &length);
    if (b & SPACE) {
        if (run(p, n, i, bits, SPACE) == n) return n;
    }
    return next_llama3(p, n, i, bits);
}

#ifdef SUBWORD_VECTORS
#include "scan/word_starts.h"

/* Llama-3 (three digits), Qwen2 (one), Qwen3.5 (one; marks are letters), tiktoken's cl100k (white
 * space at the end of the text is one word): see next_cl100k_like. */
AVX2_INLINE uint64_t starts_cl100k(const uint8_t *p, ptrdiff_t left, const block_masks *m, int three,
                                   int ending, int *trust) {
    uint64_t l = m->letter, d = m->number, w = m->space, o = ~(l | d | w);
    uint64_t inner = w & ~m->newline;
    /* [^\s\p{L}\p{N}]+[\r\n]*: the sum carries through each run of newlines after symbols. */
    uint64_t eaten = m->newline & ~(m->newline + (m->newline & o << 1));
    uint64_t starts = starts_of_blanks(left, m, eaten, ~w, trust);
    uint64_t symbols = o & ~(o << 1) & ~(m->blank << 1);
    /* [^\r\n\p{L}\p{N}]?\p{L}+: with one blank before it, or with a symbol that stands alone. */
    starts |= symbols | (l & ~(l << 1) & ~(inner << 1) & ~next_character(symbols, m->follow));
    starts |= three ? starts_of_three(d, m->follow) : d & ~m->follow;
    if (ending) {
        int end = left < m->known ? (int)left : m->known;
        if (end && w >> (end - 1) & 1) {
            uint64_t gaps = ~(w & ~eaten) & below(end);
            int start = gaps ? highest(gaps) + 1 : 0;
            if (left <= 64 && m->known == 64) starts &= ~(below(end) & ~below(start + 1));
            else if (start + 1 < *trust) *trust = start + 1;
        }
    }
    return split_contractions(p, left, starts, m->quote, 1);
}
#endif

#endif
