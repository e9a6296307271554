/* The split patterns of o200k (gpt-oss) and Tekken. */
#ifndef SUBWORD_SCAN_O200K_H
#define SUBWORD_SCAN_O200K_H

#include "scan/char_runs.h"

/* [UPPER]*[LOWER]+ from i, where marks and letters without case are in both classes; i when it does not match.
 * Backtracking, spelled out: if the greedy [UPPER]* is followed by a character that is only LOWER, the match goes on
 * there; otherwise the last character of the upper run that may also be LOWER ends it. `*upper` is the end of [UPPER]*. */
static inline ptrdiff_t cased_word(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits, ptrdiff_t *upper) {
    ptrdiff_t end = i, both = -1;
    int length;
    uint8_t b = 0;
    while (end < n) {
        b = bits[utf8_decode(p + end, &length)];
        if (!(b & UPPER)) break;
        if (b & LOWER) both = end;
        end += length;
    }
    *upper = end;
    if (end < n && (b & LOWER)) return run(p, n, end, bits, LOWER);
    return both >= 0 ? run(p, n, both, bits, LOWER) : i;
}

/* [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 * |[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 * |\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+          (o200k, gpt-oss)
 * Tekken: no contractions, \p{N} for \p{N}{1,3}. */
static inline ptrdiff_t next_o200k_like(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits,
                                        int digits, int contractions) {
    int length;
    uint8_t b = bits_at(p, n, i, bits, &length);
    if (!(b & NUMBER) && !is_newline(p[i])) {
        /* In order: the first alternative with and without the optional character, then the second likewise. A mark
         * may be the optional character or begin the word. */
        ptrdiff_t second = (b & LETTER) ? i : i + length, upper_second, upper_here = i, end = i, found;
        found = cased_word(p, n, second, bits, &upper_second);
        if (found > second) end = found;
        else if ((b & MARK) && (found = cased_word(p, n, i, bits, &upper_here)) > i) end = found;
        else if (upper_second > second) end = upper_second;
        else end = upper_here;
        if (end > i) {
            if (contractions && end < n && p[end] == '\'') end = contraction(p, n, end, 1);
            return end;
        }
    }
    if (b & NUMBER) return run_limited(p, n, i, bits, NUMBER, digits);
    ptrdiff_t word = i + (p[i] == ' ');
    b = bits_at(p, n, word, bits, &length);
    if (length && !(b & (SPACE | LETTER | NUMBER))) {
        word = run_without(p, n, word, bits, SPACE | LETTER | NUMBER);
        while (word < n && (is_newline(p[word]) || p[word] == '/')) word++;
        return word;
    }
    word = through_newlines(p, n, i, bits);
    return word > i ? word : blanks(p, n, i, bits);
}

static inline ptrdiff_t next_o200k(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    return next_o200k_like(p, n, i, bits, 3, 1);
}

static inline ptrdiff_t next_tekken(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    return next_o200k_like(p, n, i, bits, 1, 0);
}

#ifdef SUBWORD_VECTORS
#include "scan/word_starts.h"

/* o200k (three digits, contractions) and Tekken (neither): see next_o200k_like. */
AVX2_INLINE uint64_t starts_o200k(const uint8_t *p, ptrdiff_t left, const block_masks *m, int o200k,
                                  int *trust) {
    uint64_t l = m->letter, d = m->number, w = m->space, o = ~(l | d | w);
    uint64_t inner = w & ~m->newline, either = m->newline | m->slash, eaten = 0;
    /* [^\s\p{L}\p{N}]+[\r\n/]* */
    for (uint64_t todo = m->newline & o << 1; todo; todo &= ~eaten)
        eaten |= either & ~(either + (todo & -todo));
    uint64_t starts = starts_of_blanks(left, m, eaten, ~w, trust);
    o &= ~eaten;
    uint64_t symbols = o & ~(o << 1) & ~(m->blank << 1);
    starts |= symbols | (l & ~(l << 1) & ~(inner << 1) & ~next_character(symbols, m->follow));
    starts |= o200k ? starts_of_three(d, m->follow) : d & ~m->follow;
    /* A word goes from upper to lower case. Letters without case may be either, and whether a capital after them begins
     * a word depends on what follows: that is left to the scalar form. */
    starts |= m->upper & m->lower << 1;
    uint64_t unclear = m->upper & (l & ~m->upper & ~m->lower) << 1;
    if (unclear && lowest(unclear) < *trust) *trust = lowest(unclear);
    return o200k ? join_contractions(p, left, starts, m->quote & l << 1) : starts;
}
#endif

#endif
