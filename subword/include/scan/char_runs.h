/* Runs of characters of a class, contractions and white space: what the split patterns are made of.
 *
 * `bits` is the frozen table of scan bits (_core/unicode.pxd): what \p{L}, \p{N}, \s ... mean for each code point. */
#ifndef SUBWORD_CHAR_RUNS_H
#define SUBWORD_CHAR_RUNS_H

#include <string.h>

#include "cpu/simd.h"
#include "text/utf8.h"

enum { LETTER = 1, NUMBER = 2, SPACE = 4, MARK = 8, UPPER = 16, LOWER = 32, SYMBOL = 64, WORD = 128 };

/* The bits of the character at p[i]; its length goes to *length. At the end of the text: 0. */
static inline uint8_t bits_at(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits, int *length) {
    if (i >= n) { *length = 0; return 0; }
    return bits[utf8_decode(p + i, length)];
}

/* End of the longest run of characters that have one of `want` and none of `avoid`. */
static inline ptrdiff_t run(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits, int want) {
    int length;
    while (i < n && (bits[utf8_decode(p + i, &length)] & want)) i += length;
    return i;
}

static inline ptrdiff_t run_without(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits, int avoid) {
    int length;
    while (i < n && !(bits[utf8_decode(p + i, &length)] & avoid)) i += length;
    return i;
}

static inline ptrdiff_t run_limited(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits, int want,
                                    int most) {
    int length;
    while (most-- > 0 && i < n && (bits[utf8_decode(p + i, &length)] & want)) i += length;
    return i;
}

static inline int is_newline(uint8_t b) { return b == '\n' || b == '\r'; }

/* 's 't 're 've 'm 'll 'd at p[i] == '\'': its end, or i. With `fold`, upper case and the long s (U+017F) too. */
static inline ptrdiff_t contraction(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, int fold) {
    if (i + 1 >= n) return i;
    uint8_t mask = fold ? 0xDF : 0xFF, up = fold ? 0x20 : 0;
    uint8_t a = p[i + 1] & mask;
    if (a == ('s' - up) || a == ('t' - up) || a == ('m' - up) || a == ('d' - up)) return i + 2;
    if (fold && i + 2 < n && p[i + 1] == 0xC5 && p[i + 2] == 0xBF) return i + 3;
    if (i + 2 >= n) return i;
    uint8_t b = p[i + 2] & mask;
    if ((a == ('r' - up) && b == ('e' - up)) || (a == ('v' - up) && b == ('e' - up)) ||
        (a == ('l' - up) && b == ('l' - up))) return i + 3;
    return i;
}

/* \s+(?!\S)|\s+ from a white-space character at i: the run less its last character, unless the run is
 * one character or reaches the end of the text. */
static inline ptrdiff_t blanks(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    ptrdiff_t last = i, end = i;
    int length;
    while (end < n && (bits[utf8_decode(p + end, &length)] & SPACE)) { last = end; end += length; }
    return end == n || last == i ? end : last;
}

/* \s*[\r\n]+ from i: the end of the last newline of the white-space run, or i if it holds none. */
static inline ptrdiff_t through_newlines(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    ptrdiff_t end = i;
    int length;
    while (i < n && (bits[utf8_decode(p + i, &length)] & SPACE)) {
        i += length;
        if (is_newline(p[i - 1])) end = i;
    }
    return end;
}

#endif
