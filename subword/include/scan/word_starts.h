/* Where words begin in a block of 64 bytes, by pattern.
 *
 * The block begins at the start of a word. Bit i of the answer says whether byte i begins one; it is
 * right for 0 < i < *trust, and the caller has set *trust so that two more bytes behind i are known.
 * Each function is next_*() of scan_scalar.h turned into masks: read them side by side. */
#ifndef SUBWORD_SCAN_STARTS_H
#define SUBWORD_SCAN_STARTS_H

#include "scan/scan_masks.h"

/* Words that end behind a contraction: the next begins at `end`, none between. */
AVX2_INLINE uint64_t cut_between(uint64_t starts, int from, ptrdiff_t end) {
    starts &= ~(below((int)end) & ~below(from));
    return end < 64 ? starts | 1ull << end : starts;
}

/* Contractions that are words: at quotes that begin a word. */
AVX2_INLINE uint64_t cut_contractions(const uint8_t *p, ptrdiff_t left, uint64_t starts,
                                      uint64_t quotes, int fold) {
    for (uint64_t todo = starts & quotes; todo; todo &= todo - 1) {
        int at = lowest(todo);
        ptrdiff_t end = contraction(p, left, at, fold);
        if (end == at) continue;
        starts = cut_between(starts, at + 1, end);
        if (end >= 64) break;
        todo |= 1ull << end & quotes; /* 's's: the second begins where the first ends */
    }
    return starts;
}

/* Contractions that end words (o200k): at quotes behind a letter, unless that is part of one. */
AVX2_INLINE uint64_t join_contractions(const uint8_t *p, ptrdiff_t left, uint64_t starts,
                                       uint64_t quotes) {
    ptrdiff_t done = 0;
    for (uint64_t todo = quotes; todo; todo &= todo - 1) {
        int at = lowest(todo);
        ptrdiff_t end = contraction(p, left, at, 1);
        if (end == at || at == done) continue;
        starts = cut_between(starts, at, end);
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

AVX2_INLINE uint64_t starts_gpt2(const uint8_t *p, ptrdiff_t left, const block_masks *m) {
    uint64_t l = m->letter, d = m->number, w = m->space, o = ~(l | d | w);
    uint64_t same = (l & l << 1) | (d & d << 1) | (o & o << 1);
    uint64_t words = ~w & ~same & ~(m->blank << 1);
    uint64_t last = w & ~w >> 1; /* \s+(?!\S): the last blank before a word begins one */
    return cut_contractions(p, left, words | (w & ~(w << 1)) | last, m->quote, 0);
}

/* The white space that begins words by \s*[\r\n]+|\s+(?!\S)|\s+ in all patterns but GPT-2's, `eaten` being newlines that
 * belong to the symbols before them and `solid` what ends a run of white space without being it. */
AVX2_INLINE uint64_t starts_of_blanks(ptrdiff_t left, const block_masks *m, uint64_t eaten,
                                      uint64_t solid, int *trust) {
    uint64_t w = m->space & ~eaten, newline = m->newline & ~eaten, inner = m->space & ~m->newline;
    /* Blanks behind a newline begin a word, unless another newline follows in the same run. */
    uint64_t tail = inner & newline << 1;
    if (tail) {
        for (uint64_t todo = newline & inner << 1; todo; todo &= todo - 1) {
            uint64_t gaps = ~inner & ((todo & -todo) - 1);
            if (gaps) tail &= ~(2ull << highest(gaps));
            else tail &= ~1ull;
        }
        int end = left < 64 && m->known == 64 ? 0 : m->known; /* where what is known may cut a run */
        if (end && inner >> (end - 1) & 1) {
            uint64_t gaps = ~inner & below(end);
            int start = gaps ? highest(gaps) + 1 : 0;
            if (tail >> start & 1 && start < *trust) *trust = start;
        }
    }
    uint64_t last = inner & solid >> 1;
    return (w & ~(w << 1)) | tail | last;
}

/* Llama-3 (three digits), Qwen2 (one), Qwen3.5 (one; marks are letters), tiktoken's cl100k (white
 * space at the end of the text is one word): see next_cl100k_like. */
AVX2_INLINE uint64_t starts_cl100k(const uint8_t *p, ptrdiff_t left, const block_masks *m, int three,
                                   int ending, int *trust) {
    uint64_t l = m->letter, d = m->number, w = m->space, o = ~(l | d | w);
    uint64_t inner = w & ~m->newline;
    /* [^\s\p{L}\p{N}]+[\r\n]*: the sum carries through each run of newlines behind symbols. */
    uint64_t eaten = m->newline & ~(m->newline + (m->newline & o << 1));
    uint64_t starts = starts_of_blanks(left, m, eaten, ~w, trust);
    uint64_t symbols = o & ~(o << 1) & ~(m->blank << 1);
    /* [^\r\n\p{L}\p{N}]?\p{L}+: joined to one blank, or to a symbol that stands alone. */
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
    return cut_contractions(p, left, starts, m->quote, 1);
}

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
    /* A word goes from upper to lower case. Letters without case may be either, and whether a capital behind them begins
     * a word depends on what follows: that is left to the twin. */
    starts |= m->upper & m->lower << 1;
    uint64_t unclear = m->upper & (l & ~m->upper & ~m->lower) << 1;
    if (unclear && lowest(unclear) < *trust) *trust = lowest(unclear);
    return o200k ? join_contractions(p, left, starts, m->quote & l << 1) : starts;
}

/* DeepSeek-V3: see next_deepseek. */
AVX2_INLINE uint64_t starts_deepseek(ptrdiff_t left, const block_masks *m, int *trust) {
    uint64_t l = m->letter, d = m->number, w = m->space, s = m->symbol, c = m->chinese;
    uint64_t inner = w & ~m->newline;
    uint64_t eaten = m->newline & ~(m->newline + (m->newline & s << 1));
    /* Numbers and Chinese are cut out first: white space before them ends its piece. */
    uint64_t starts = starts_of_blanks(left, m, eaten, l | s, trust);
    uint64_t symbols = s & ~(s << 1) & ~(m->blank << 1);
    /* [!-/:-@\[-`{-~][A-Za-z]+ ends before other letters. */
    uint64_t after = symbols << 1 & ~m->follow & m->ascii;
    uint64_t behind = (m->ascii + after) & ~m->ascii & l;
    starts |= symbols | behind | (l & ~(l << 1) & ~(inner << 1) & ~after);
    return starts | (c & ~(c << 1)) | starts_of_three(d, m->follow);
}

#endif
