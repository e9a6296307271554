/* Word boundaries a block at a time for the patterns with adjacent words (compiled once for each kind of block:
 * scan_simd.h).
 *
 * Every block begins at the start of a word, so nothing is carried from block to block. Its last bytes depend on bytes
 * not seen yet: only starts below `trust` count. When there is none (a long word, white space of several bytes, a
 * character cut by the block's end) the scalar form finds the next one. */

/* The next block begins at the last blank before a letter that this one holds: in every pattern a word begins there,
 * whatever comes before (the letter's word takes the blank, and no white space in front of the blank can), and it takes
 * two masks to know, so the processor reads on before the rest is worked out. */
#define SCAN_ADJACENT(NAME, WANTS, STARTS, NEXT)                                                      \
    VECTOR_TARGET static int NAME(const uint8_t *p, ptrdiff_t n, ptrdiff_t *pos, const uint8_t *bits, \
                         const byte_safe_splits *splits, int32_t *out, int capacity) {                \
        ptrdiff_t i = *pos;                                                                           \
        int count = 0;                                                                                \
        while (i < n && count + 65 <= capacity) {                                                     \
            block_masks m;                                                                            \
            ptrdiff_t left = n - i;                                                                   \
            classify(p + i, left, bits, WANTS, &m);                                                   \
            int ending = left <= 64 && m.known == 64; /* the block reaches the end of the text */     \
            int trust = ending ? (int)left : m.known > 3 ? m.known - 3 : 0;                           \
            uint64_t safe = m.blank & m.letter >> 1 & below(trust) & ~1ull;                           \
            uint64_t starts = (STARTS) & ~1ull;                                                       \
            out[2 * count] = (int32_t)i;                                                              \
            if (__builtin_expect(safe != 0 && !ending, 1)) {                                          \
                int stop = highest(safe);                                                             \
                if (__builtin_expect(stop < trust, 1)) {                                              \
                    starts = with_safe_splits(splits, p + i, &m, starts & below(stop + 1), stop);     \
                    count += store_starts(starts, i, out + 2 * count);                                \
                    i += stop;                                                                        \
                    continue;                                                                         \
                }                                                                                     \
            }                                                                                         \
            starts &= below(trust);                                                                   \
            if (ending && trust == left) {                                                            \
                starts = with_safe_splits(splits, p + i, &m, starts, trust);                          \
                count += store_starts(starts, i, out + 2 * count);                                    \
                out[2 * count++ + 1] = (int32_t)n;                                                    \
                i = n;                                                                                \
            } else if (starts) { /* the next search begins at the start of a word, not at a safe split */     \
                int stop = highest(starts);                                                           \
                starts = with_safe_splits(splits, p + i, &m, starts, stop);                           \
                count += store_starts(starts, i, out + 2 * count);                                    \
                i += stop;                                                                            \
            } else {                                                                                  \
                ptrdiff_t end = NEXT(p, n, i, bits);                                                  \
                count += split_word(splits, p, i, end, out + 2 * count, capacity - count);            \
                i = end;                                                                              \
            }                                                                                         \
        }                                                                                             \
        *pos = i;                                                                                     \
        return count;                                                                                 \
    }

SCAN_ADJACENT(VECTOR(scan_gpt2), 0, starts_gpt2(p + i, left, &m), next_gpt2)
SCAN_ADJACENT(VECTOR(scan_llama3), 0, starts_cl100k(p + i, left, &m, 1, 0, &trust), next_llama3)
SCAN_ADJACENT(VECTOR(scan_qwen2), 0, starts_cl100k(p + i, left, &m, 0, 0, &trust), next_qwen2)
SCAN_ADJACENT(VECTOR(scan_qwen35), WANT_MARKS, starts_cl100k(p + i, left, &m, 0, 0, &trust), next_qwen35)
SCAN_ADJACENT(VECTOR(scan_cl100k), 0, starts_cl100k(p + i, left, &m, 1, 1, &trust), next_cl100k)
SCAN_ADJACENT(VECTOR(scan_o200k), WANT_CASE, starts_o200k(p + i, left, &m, 1, &trust), next_o200k)
SCAN_ADJACENT(VECTOR(scan_tekken), WANT_CASE, starts_o200k(p + i, left, &m, 0, &trust), next_tekken)
SCAN_ADJACENT(VECTOR(scan_deepseek), WANT_MARKS | WANT_SYMBOLS, starts_deepseek(left, &m, &trust), next_deepseek)

#undef SCAN_ADJACENT
