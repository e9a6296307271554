/* The words of the pre-tokenizers Whitespace and WhitespaceSplit. Their vector form is in spaced_words.h. */
#ifndef SUBWORD_SCAN_WHITESPACE_H
#define SUBWORD_SCAN_WHITESPACE_H

#include "scan/char_runs.h"

/* \w+|[^\w\s]+ : the Whitespace pre-tokenizer; white space itself is dropped (the caller skips it). */
static inline ptrdiff_t next_whitespace(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    int length;
    uint8_t b = bits_at(p, n, i, bits, &length);
    if (b & WORD) return run(p, n, i, bits, WORD);
    return run_without(p, n, i, bits, WORD | SPACE);
}

/* Everything up to the next white space. */
static inline ptrdiff_t next_solid(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    return run_without(p, n, i, bits, SPACE);
}

#endif
