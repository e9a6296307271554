/* The scalar scanners: the split patterns of published tokenizers, one word at a time. The vector scanners must equal
 * them.
 *
 * Each `next_*` is given the start of a word at byte `i` of text[0..n) and returns where the word ends, exactly as a
 * leftmost-first backtracking engine matches the pattern written above it. A match never depends on the text before its
 * start, so a scan may begin at any start of a word. The `starts_*` next to it is its vector form (word_starts.h). */
#ifndef SUBWORD_SCAN_SCALAR_H
#define SUBWORD_SCAN_SCALAR_H

#include "scan/bert.h"
#include "scan/cl100k.h"
#include "scan/clip.h"
#include "scan/deepseek.h"
#include "scan/gpt2.h"
#include "scan/o200k.h"
#include "scan/whitespace.h"

typedef ptrdiff_t (*next_function)(const uint8_t *, ptrdiff_t, ptrdiff_t, const uint8_t *);

/* Words between white space, which is left out: `next` is given the start of one. */
static inline int fill_spaced(const uint8_t *p, ptrdiff_t n, ptrdiff_t *pos, const uint8_t *bits,
                              int32_t *out, int capacity, next_function next) {
    ptrdiff_t i = run(p, n, *pos, bits, SPACE);
    int count = 0;
    while (count < capacity && i < n) {
        ptrdiff_t end = next(p, n, i, bits);
        out[2 * count] = (int32_t)i; out[2 * count + 1] = (int32_t)end;
        count++;
        i = run(p, n, end, bits, SPACE);
    }
    *pos = i;
    return count;
}

#endif
