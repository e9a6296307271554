/* Word boundaries 64 bytes at a time (x86-64 with AVX2; every other machine uses scan_scalar.h alone).
 *
 * Every block begins at the start of a word, so nothing is carried from block to block. Its last bytes depend on bytes
 * not seen yet: only starts below `trust` count. When there is none (a long word, white space of several bytes, a
 * character cut by the block's end) the scalar twin finds the next one. */
#ifndef SUBWORD_SCAN_SIMD_H
#define SUBWORD_SCAN_SIMD_H

#include "joints.h"
#include "scan_scalar.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define SUBWORD_AVX2 1
#include "scan_gaps.h"

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

/* Starts of words, and the places before `stop` where a word may be cut (joints.h) between two of the block's `cjk`. */
AVX2_INLINE uint64_t with_cuts(const byte_joints *joints, const uint8_t *p, const block_masks *m, uint64_t starts,
                               int stop) {
    if (__builtin_expect(m->cjk == 0, 1) || !joints) return starts;
    uint64_t behind = m->cjk & m->cjk << 3 & ~starts & below(stop), near;
    if (!joints->hangul) {
        starts |= behind & m->hangul;
        behind &= ~m->hangul;
    }
    near = behind;
    for (uint64_t todo = joints->near ? behind : 0; todo; todo &= todo - 1) {
        uint32_t edge;
        memcpy(&edge, p + lowest(todo) - 1, 4);
        near ^= (uint64_t)!joint_bit(joints->near, _pext_u32(edge, JOINT_EDGE)) << lowest(todo);
    }
    starts |= behind & ~near;
    for (; near; near &= near - 1) {
        uint32_t left, right; /* they share a byte: six are in the text, eight may not be */
        memcpy(&left, p + lowest(near) - 3, 4);
        memcpy(&right, p + lowest(near) - 1, 4);
        uint64_t characters = left | (uint64_t)(right >> 8) << 24;
        uint64_t pair = joint_pair(characters, joints->shift);
        int joint = joint_bit(joints->edges, _pext_u32(right, JOINT_EDGE)) | joint_bit(joints->pairs, pair);
        starts |= (uint64_t)!joint << lowest(near);
    }
    return starts;
}

/* The next block begins at the last blank before a letter that this one holds: in every pattern a word begins there,
 * whatever comes before (the letter's word takes the blank, and no white space in front of the blank can), and it takes
 * two masks to know, so the processor reads on before the rest is worked out. */
#define SCAN_WORDS(NAME, WANTS, STARTS, NEXT)                                                       \
    AVX2 static int NAME(const uint8_t *p, ptrdiff_t n, ptrdiff_t *pos, const uint8_t *bits,        \
                         const byte_joints *joints, int32_t *out, int room) {                       \
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
                    starts = with_cuts(joints, p + i, &m, starts & below(stop + 1), stop);    \
                    count += store_starts(starts, i, out + 2 * count);                              \
                    i += stop;                                                                      \
                    continue;                                                                       \
                }                                                                                   \
            }                                                                                       \
            starts &= below(trust);                                                                 \
            if (ending && trust == left) {                                                          \
                starts = with_cuts(joints, p + i, &m, starts, trust);                         \
                count += store_starts(starts, i, out + 2 * count);                                  \
                out[2 * count++ + 1] = (int32_t)n;                                                  \
                i = n;                                                                              \
            } else if (starts) { /* words are looked for from the start of one, not from a cut */   \
                int stop = highest(starts);                                                         \
                starts = with_cuts(joints, p + i, &m, starts, stop);                          \
                count += store_starts(starts, i, out + 2 * count);                                  \
                i += stop;                                                                          \
            } else {                                                                                \
                ptrdiff_t end = NEXT(p, n, i, bits);                                                \
                count += cut_word(joints, p, i, end, out + 2 * count, room - count);                \
                i = end;                                                                            \
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

#else
static inline int simd_available(void) { return 0; }
#endif
#endif
