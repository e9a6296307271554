/* The three splits of DeepSeek-V3, done at once. */
#ifndef SUBWORD_SCAN_DEEPSEEK_H
#define SUBWORD_SCAN_DEEPSEEK_H

#include "scan/char_runs.h"

/* [一-龥぀-ゟ゠-ヿ], the second split of DeepSeek-V3 */
static inline int is_deepseek_cjk(uint32_t code) {
    return (code >= 0x4E00 && code <= 0x9FA5) || (code >= 0x3040 && code <= 0x30FF);
}

/* Whether a part that the third split works on ends at p[i]: the end of the text, or a match of the first two. */
static inline int deepseek_part_ends(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    int length;
    if (i >= n) return 1;
    uint32_t code = utf8_decode(p + i, &length);
    return (bits[code] & NUMBER) || is_deepseek_cjk(code);
}

/* End of the longest run of characters of the part that have one of `want`. */
static inline ptrdiff_t deepseek_run(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits, int want) {
    int length;
    while (!deepseek_part_ends(p, n, i, bits) && (bits[utf8_decode(p + i, &length)] & want)) i += length;
    return i;
}

static inline int is_ascii_letter(uint8_t b) { return (uint8_t)((b | 0x20) - 'a') < 26; }

/* The third split of DeepSeek-V3, from within a part: [!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|
 * ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+ . Returns i where nothing matches (controls, unassigned). */
static inline ptrdiff_t next_deepseek_match(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    int length;
    uint8_t b = bits[utf8_decode(p + i, &length)];
    if (p[i] < 0x80 && (b & SYMBOL) && i + 1 < n && is_ascii_letter(p[i + 1])) {
        for (i++; i < n && is_ascii_letter(p[i]);) i++;
        return i;
    }
    if (b & LETTER) return deepseek_run(p, n, i, bits, LETTER | MARK);
    if (!(b & SYMBOL) && !is_newline(p[i])) {
        ptrdiff_t end = deepseek_run(p, n, i + length, bits, LETTER | MARK);
        if (end > i + length || (b & MARK)) return end;
    }
    ptrdiff_t word = i + (p[i] == ' '), end = deepseek_run(p, n, word, bits, SYMBOL);
    if (end > word) {
        while (end < n && is_newline(p[end])) end++;
        return end;
    }
    if (!(b & SPACE)) return i;
    end = through_newlines(p, n, i, bits);
    if (end > i) return end;
    end = run(p, n, i, bits, SPACE);
    return deepseek_part_ends(p, n, end, bits) ? end : blanks(p, n, i, bits);
}

/* All three splits of DeepSeek-V3: \p{N}{1,3}, then [一-龥぀-ゟ゠-ヿ]+, then the above in the parts that are left. */
static inline ptrdiff_t next_deepseek(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    int length;
    if (bits[utf8_decode(p + i, &length)] & NUMBER) return run_limited(p, n, i, bits, NUMBER, 3);
    if (is_deepseek_cjk(utf8_decode(p + i, &length))) {
        while (i < n && is_deepseek_cjk(utf8_decode(p + i, &length))) i += length;
        return i;
    }
    ptrdiff_t end = next_deepseek_match(p, n, i, bits);
    if (end > i) return end;
    do end += utf8_length(p[end]); /* characters that nothing matches stay together */
    while (!deepseek_part_ends(p, n, end, bits) && next_deepseek_match(p, n, end, bits) == end);
    return end;
}

#ifdef SUBWORD_VECTORS
#include "scan/word_starts.h"

/* DeepSeek-V3: see next_deepseek. */
AVX2_INLINE uint64_t starts_deepseek(ptrdiff_t left, const block_masks *m, int *trust) {
    uint64_t l = m->letter, d = m->number, w = m->space, s = m->symbol, c = m->chinese;
    uint64_t inner = w & ~m->newline;
    uint64_t eaten = m->newline & ~(m->newline + (m->newline & s << 1));
    /* Numbers and Chinese are split off first: white space before them ends its part. */
    uint64_t starts = starts_of_blanks(left, m, eaten, l | s, trust);
    uint64_t symbols = s & ~(s << 1) & ~(m->blank << 1);
    /* [!-/:-@\[-`{-~][A-Za-z]+ ends before other letters. */
    uint64_t after = symbols << 1 & ~m->follow & m->ascii;
    uint64_t next = (m->ascii + after) & ~m->ascii & l;
    starts |= symbols | next | (l & ~(l << 1) & ~(inner << 1) & ~after);
    return starts | (c & ~(c << 1)) | starts_of_three(d, m->follow);
}
#endif

#endif
