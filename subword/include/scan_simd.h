/* Word boundaries 64 bytes at a time (x86-64 with AVX2; every other machine uses scan_scalar.h alone).
 *
 * Every block begins at the start of a word, so nothing is carried from block to block. Its last bytes depend on bytes
 * not seen yet: only starts below `trust` count. When there is none (a long word, white space of several bytes, a
 * character cut by the block's end) the scalar twin finds the next one. */
#ifndef SUBWORD_SCAN_SIMD_H
#define SUBWORD_SCAN_SIMD_H

#include "scan_scalar.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define SUBWORD_AVX2 1
#include "scan_starts.h"

static inline int simd_available(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("lzcnt") && __builtin_cpu_supports("popcnt");
}

/* A word ends where the next begins: store eight such places, whether or not there are eight. */
AVX2_INLINE uint64_t store_eight(uint64_t starts, ptrdiff_t base, int32_t *out) {
    for (int k = 0; k < 8; k++, starts &= starts - 1) {
        int32_t place = (int32_t)(base + (ptrdiff_t)_tzcnt_u64(starts));
        out[2 * k] = out[2 * k + 1] = place;
    }
    return starts;
}

/* Store the places of up to 63 starts behind the start in out[0]; returns how many. */
AVX2_INLINE int store_starts(uint64_t starts, ptrdiff_t base, int32_t *out) {
    int count = (int)_mm_popcnt_u64(starts);
    starts = store_eight(starts, base, out + 1);
    if (count > 8) starts = store_eight(starts, base, out + 17);
    for (int done = 16; done < count; done += 8) starts = store_eight(starts, base, out + 1 + 2 * done);
    return count;
}

/* The next block begins at the last blank before a letter that this one holds: in every pattern a word begins there,
 * whatever comes before (the letter's word takes the blank, and no white space in front of the blank can), and it takes
 * two masks to know, so the processor reads on before the rest is worked out. */
#define SCAN_WORDS(NAME, WANTS, STARTS, NEXT)                                                       \
    AVX2 static int NAME(const uint8_t *p, ptrdiff_t n, ptrdiff_t *pos, const uint8_t *bits,        \
                         int32_t *out, int room) {                                                  \
        ptrdiff_t i = *pos;                                                                         \
        int count = 0;                                                                              \
        while (i < n && count + 65 <= room) {                                                       \
            block_masks m;                                                                          \
            ptrdiff_t left = n - i;                                                                 \
            classify(p + i, left, bits, WANTS, &m);                                                 \
            int ending = left <= 64 && m.known == 64; /* the block reaches the end of the text */   \
            int trust = ending ? (int)left : m.known > 3 ? m.known - 3 : 0;                         \
            uint64_t safe = m.blank & m.letter >> 1 & below(trust) & ~1ull;                         \
            uint64_t starts = (STARTS) & ~1ull;                                                     \
            out[2 * count] = (int32_t)i;                                                            \
            if (__builtin_expect(safe != 0 && !ending, 1)) {                                        \
                int stop = highest(safe);                                                           \
                if (__builtin_expect(stop < trust, 1)) {                                            \
                    count += store_starts(starts & below(stop + 1), i, out + 2 * count);            \
                    i += stop;                                                                      \
                    continue;                                                                       \
                }                                                                                   \
            }                                                                                       \
            starts &= below(trust);                                                                 \
            if (starts) {                                                                           \
                count += store_starts(starts, i, out + 2 * count);                                  \
                i += highest(starts);                                                               \
                out[2 * count] = (int32_t)i;                                                        \
            }                                                                                       \
            if (ending && trust == left) {                                                          \
                out[2 * count++ + 1] = (int32_t)n;                                                  \
                i = n;                                                                              \
            } else if (!starts) {                                                                   \
                i = NEXT(p, n, i, bits);                                                            \
                out[2 * count++ + 1] = (int32_t)i;                                                  \
            }                                                                                       \
        }                                                                                           \
        *pos = i;                                                                                   \
        return count;                                                                               \
    }

SCAN_WORDS(avx2_scan_gpt2, 0, starts_gpt2(p + i, left, &m), next_gpt2)
SCAN_WORDS(avx2_scan_llama3, 0, starts_cl100k(p + i, left, &m, 1, 0, &trust), next_llama3)
SCAN_WORDS(avx2_scan_qwen2, 0, starts_cl100k(p + i, left, &m, 0, 0, &trust), next_qwen2)
SCAN_WORDS(avx2_scan_qwen35, WANT_MARKS, starts_cl100k(p + i, left, &m, 0, 0, &trust), next_qwen35)
SCAN_WORDS(avx2_scan_cl100k, 0, starts_cl100k(p + i, left, &m, 1, 1, &trust), next_cl100k)
SCAN_WORDS(avx2_scan_o200k, WANT_CASE, starts_o200k(p + i, left, &m, 1, &trust), next_o200k)
SCAN_WORDS(avx2_scan_tekken, WANT_CASE, starts_o200k(p + i, left, &m, 0, &trust), next_tekken)
SCAN_WORDS(avx2_scan_deepseek, WANT_MARKS | WANT_SYMBOLS, starts_deepseek(left, &m, &trust), next_deepseek)

/* The BERT cut: bits of bert_bits (see _unicode.pxd). Blanks separate; punctuation and Chinese characters stand alone. */
enum { BERT_CUT_BLANK = 2, BERT_CUT_ALONE = 16 | 32 };

/* Wide characters of the BERT cut: `alone` gets first bytes, `ends` the byte behind, `other` every byte. */
AVX2 static __attribute__((noinline)) int cut_wide(const uint8_t *p, ptrdiff_t left, const uint8_t *bits,
                                                            uint64_t high, uint64_t *alone, uint64_t *ends,
                                                            uint64_t *other) {
    int room = left < 64 ? (int)left : 64;
    while (high) {
        int at = (int)_tzcnt_u64(high), length = utf8_length(p[at]);
        if (at + length > room) return at;
        int ignored;
        uint8_t b = bits[utf8_decode(p + at, &ignored)];
        uint64_t smear = ((1ull << length) - 1) << at;
        high &= ~smear;
        if (b & (BERT_CUT_BLANK | BERT_CUT_ALONE)) {
            *other &= ~smear;
            if (b & BERT_CUT_ALONE) {
                *alone |= 1ull << at;
                if (at + length < 64) *ends |= 1ull << (at + length);
            }
        }
    }
    return 64;
}

/* Chunks that the BERT normalizer and pre-tokenizer treat independently of each other: text between blanks, cut before
 * and behind every punctuation mark and Chinese character. (clean_text must be on.) */
AVX2 static int avx2_scan_bert(const uint8_t *p, ptrdiff_t n, ptrdiff_t *pos, const uint8_t *bits,
                                        int32_t *out, int room) {
    ptrdiff_t i = *pos;
    int count = 0;
    while (i < n && count + 64 <= room) {
        ptrdiff_t left = n - i;
        block v = load_block(p + i, left);
        uint64_t blank = equal(v, ' ') | within(v, '\t', '\n') | equal(v, '\r');
        uint64_t alone = within(v, '!', '/') | within(v, ':', '@') | within(v, '[', '`') | within(v, '{', '~');
        uint64_t other = ~(blank | alone), ends = alone << 1;
        uint64_t high = joined(v.low, v.high);
        int known = 64;
        if (__builtin_expect(high != 0, 0)) known = cut_wide(p + i, left, bits, high, &alone, &ends, &other);
        uint64_t starts = (alone | (other & ~(other << 1))) & below(known);
        ends = (ends | (other << 1 & ~other)) & ~1ull;
        int whole = left <= 64 && known == 64;
        if (whole) starts &= below((int)left);
        else ends &= below(known);
        ptrdiff_t open = -1;
        for (; starts; starts &= starts - 1) {
            ptrdiff_t start = i + (ptrdiff_t)_tzcnt_u64(starts);
            if (!ends) { open = start; break; } /* the last word goes on beyond the block */
            out[2 * count] = (int32_t)start; out[2 * count + 1] = (int32_t)(i + (ptrdiff_t)_tzcnt_u64(ends));
            ends &= ends - 1;
            count++;
        }
        if (open < 0) {
            i = whole ? n : i + known;
            continue;
        }
        if (whole) { /* a word that ends exactly with a full block of 64 */
            out[2 * count] = (int32_t)open; out[2 * count + 1] = (int32_t)n;
            count++;
            i = n;
            continue;
        }
        if (open > i) {
            i = open;
            continue;
        }
        i = open; /* a word longer than the block: the scalar twin walks to its end */
        int length;
        ptrdiff_t end = i;
        utf8_decode(p + end, &length);
        for (end += length; end < n && !(bits[utf8_decode(p + end, &length)] & (BERT_CUT_BLANK | BERT_CUT_ALONE));)
            end += length;
        out[2 * count] = (int32_t)i; out[2 * count + 1] = (int32_t)end;
        count++;
        i = end;
    }
    *pos = i;
    return count;
}

#else
static inline int simd_available(void) { return 0; }
#endif
#endif
