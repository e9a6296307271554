/* Where words begin in a block of 64 bytes: what the starts_*() of the patterns are made of (gpt2.h, cl100k.h ...).
 *
 * The block begins at the start of a word. Bit i of the result of starts_*() says whether byte i begins a word. It is
 * right for 0 < i < *trust; the caller sets *trust so that two more bytes after i are known, and starts_*() may lower
 * it. Each starts_*() is the next_*() above it turned into masks: read them side by side. */
#ifndef SUBWORD_WORD_STARTS_H
#define SUBWORD_WORD_STARTS_H

#include "scan/char_runs.h"
#include "scan/scan_masks.h"

/* A word ends with a contraction: the next one begins at `end`, none between. */
AVX2_INLINE uint64_t end_word_at(uint64_t starts, int from, ptrdiff_t end) {
    starts &= ~(below((int)end) & ~below(from));
    return end < 64 ? starts | 1ull << end : starts;
}

/* Contractions that are words: at quotes that begin a word. */
AVX2_INLINE uint64_t split_contractions(const uint8_t *p, ptrdiff_t left, uint64_t starts,
                                      uint64_t quotes, int fold) {
    for (uint64_t todo = starts & quotes; todo; todo &= todo - 1) {
        int at = lowest(todo);
        ptrdiff_t end = contraction(p, left, at, fold);
        if (end == at) continue;
        starts = end_word_at(starts, at + 1, end);
        if (end >= 64) break;
        todo |= 1ull << end & quotes; /* 's's: the second begins where the first ends */
    }
    return starts;
}

/* Contractions that end words (o200k): at quotes after a letter, unless it is part of one. */
AVX2_INLINE uint64_t join_contractions(const uint8_t *p, ptrdiff_t left, uint64_t starts,
                                       uint64_t quotes) {
    ptrdiff_t done = 0;
    for (uint64_t todo = quotes; todo; todo &= todo - 1) {
        int at = lowest(todo);
        ptrdiff_t end = contraction(p, left, at, 1);
        if (end == at || at == done) continue;
        starts = end_word_at(starts, at, end);
        done = end;
    }
    return starts;
}

/* First bytes of the characters of numbers that begin words: every third of a run (\p{N}{1,3}). */
AVX2_INLINE uint64_t starts_of_three(uint64_t number, uint64_t follow) {
    uint64_t starts = number & ~(number << 1);
    uint64_t fourth = number & number << 1 & number << 2 & number << 3;
    if (!fourth) return starts;
    if (!(number & follow)) {
        for (uint64_t next = starts; (next = next << 3 & fourth);) starts |= next;
        return starts;
    }
    int count = 0;
    for (uint64_t todo = number & ~follow; todo; todo &= todo - 1) {
        uint64_t bit = todo & -todo;
        if (bit & starts) count = 0;
        else if (++count % 3 == 0) starts |= bit;
    }
    return starts;
}

/* The white space that begins words by \s*[\r\n]+|\s+(?!\S)|\s+ in all patterns but GPT-2's, `eaten` being newlines that
 * belong to the symbols before them and `solid` what ends a run of white space without being it. */
AVX2_INLINE uint64_t starts_of_blanks(ptrdiff_t left, const block_masks *m, uint64_t eaten,
                                      uint64_t solid, int *trust) {
    uint64_t w = m->space & ~eaten, newline = m->newline & ~eaten, inner = m->space & ~m->newline;
    /* Blanks after a newline begin a word, unless another newline follows in the same run. */
    uint64_t tail = inner & newline << 1;
    if (tail) {
        for (uint64_t todo = newline & inner << 1; todo; todo &= todo - 1) {
            uint64_t gaps = ~inner & ((todo & -todo) - 1);
            if (gaps) tail &= ~(2ull << highest(gaps));
            else tail &= ~1ull;
        }
        int end = left < 64 && m->known == 64 ? 0 : m->known; /* where the known part of the block may cut a run */
        if (end && inner >> (end - 1) & 1) {
            uint64_t gaps = ~inner & below(end);
            int start = gaps ? highest(gaps) + 1 : 0;
            if (tail >> start & 1 && start < *trust) *trust = start;
        }
    }
    uint64_t last = inner & solid >> 1;
    return (w & ~(w << 1)) | tail | last;
}

#endif
