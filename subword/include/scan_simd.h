/* Word boundaries 64 bytes at a time (x86-64 with AVX2; every other machine uses scan_scalar.h alone).
 *
 * A block of 64 bytes beginning at a known word start becomes one bit mask per class: letters, numbers, blanks, ...
 * A character of several bytes has its bit in all of them, so neighbours in bytes are neighbours in characters.
 * Where a word begins is then a few shifts and ands of these masks. Bits near the end of the block depend on
 * bytes not seen yet, so only those below `trust` count; the next block begins at the last of them, which makes every
 * block independent of what came before it. When a block holds no trusted boundary (a long word, white space of several
 * bytes, a character cut by the block's end) the scalar twin finds the next one. */
#ifndef SUBWORD_SCAN_SIMD_H
#define SUBWORD_SCAN_SIMD_H

#include "scan_scalar.h"

/* The BERT cut: bits of bert_bits (see _unicode.pxd). Blanks separate; punctuation and Chinese characters stand alone. */
enum { BERT_CUT_BLANK = 2, BERT_CUT_ALONE = 16 | 32 };

#if defined(__x86_64__) && defined(__GNUC__)
#define SUBWORD_AVX2 1
#include <immintrin.h>
#include <string.h>

#define AVX2_FUNCTION __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

static inline int simd_available(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt");
}

typedef struct {
    uint64_t letter, number, space, newline, blank, quote; /* blank: U+0020 only */
    uint64_t lead;       /* first bytes of characters */
    uint64_t wide[3];    /* first bytes of characters of 2, 3, 4 bytes that are none of letter, number, space */
    int known;           /* bytes of the block that are classified; the rest is unseen */
} block_masks;

AVX2_FUNCTION static inline uint64_t bits_equal(__m256i a, __m256i b, char c) {
    __m256i v = _mm256_set1_epi8(c);
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, v)) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, v)) << 32;
}

/* Bytes within [low, low + width]. */
AVX2_FUNCTION static inline uint64_t bits_within(__m256i a, __m256i b, char low, char width) {
    __m256i l = _mm256_set1_epi8(low), w = _mm256_set1_epi8(width);
    a = _mm256_sub_epi8(a, l);
    b = _mm256_sub_epi8(b, l);
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(a, w), a)) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(b, w), b)) << 32;
}

/* Load 64 bytes of which `left` are text; behind the text the block is filled with spaces. */
AVX2_FUNCTION static inline void load_block(const uint8_t *p, ptrdiff_t left, __m256i *a, __m256i *b) {
    if (left >= 64) {
        *a = _mm256_loadu_si256((const __m256i *)p);
        *b = _mm256_loadu_si256((const __m256i *)(p + 32));
    } else {
        uint8_t padded[64];
        memset(padded, ' ', 64);
        memcpy(padded, p, (size_t)left);
        *a = _mm256_loadu_si256((const __m256i *)padded);
        *b = _mm256_loadu_si256((const __m256i *)(padded + 32));
    }
}

/* Characters of several bytes, one table look-up each. */
AVX2_FUNCTION static __attribute__((noinline)) void classify_wide(const uint8_t *p, ptrdiff_t left, const uint8_t *bits,
                                                                  uint64_t high, block_masks *m) {
    int room = left < 64 ? (int)left : 64;
    uint64_t letter = 0, number = 0, follow = 0;
    while (high) {
        int at = (int)_tzcnt_u64(high), length = utf8_length(p[at]);
        if (at + length > room) { m->known = at; break; }
        int ignored;
        uint8_t b = bits[utf8_decode(p + at, &ignored)];
        uint64_t smear = ((1ull << length) - 1) << at;
        if (b & LETTER) letter |= smear;
        else if (b & NUMBER) number |= smear;
        else if (b & SPACE) { m->known = at; break; }
        else m->wide[length - 2] |= 1ull << at;
        follow |= smear & (smear - 1) & ~(1ull << at);
        high &= ~smear;
    }
    m->letter |= letter;
    m->number |= number;
    m->lead &= ~follow;
}

AVX2_FUNCTION static inline void classify(const uint8_t *p, ptrdiff_t left, const uint8_t *bits, block_masks *m) {
    __m256i a, b;
    load_block(p, left, &a, &b);
    __m256i fold = _mm256_set1_epi8(0x20);
    m->letter = bits_within(_mm256_or_si256(a, fold), _mm256_or_si256(b, fold), 'a', 25);
    m->number = bits_within(a, b, '0', 9);
    m->blank = bits_equal(a, b, ' ');
    m->space = m->blank | bits_within(a, b, 9, 4);
    m->newline = bits_equal(a, b, '\n') | bits_equal(a, b, '\r');
    m->quote = bits_equal(a, b, '\'');
    m->lead = ~0ull;
    m->wide[0] = m->wide[1] = m->wide[2] = 0;
    m->known = 64;
    uint64_t high = (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
    if (__builtin_expect(high != 0, 0)) classify_wide(p, left, bits, high, m);
}

static inline uint64_t below(int bit) { return bit >= 64 ? ~0ull : (1ull << bit) - 1; }

/* Bit i: is byte i + 1 white space? Behind the text: yes, since \s+(?!\S) may run to the end. */
static inline uint64_t after(uint64_t space, ptrdiff_t left) { return space >> 1 | (uint64_t)(left <= 64) << 63; }

/* Apply the contractions at the quotes among the boundaries: no word begins inside one, one begins behind it. */
AVX2_FUNCTION static inline uint64_t cut_contractions(const uint8_t *p, ptrdiff_t left, uint64_t starts, uint64_t quotes,
                                                      int fold) {
    uint64_t todo = starts & quotes;
    while (todo) {
        int at = (int)_tzcnt_u64(todo);
        todo &= todo - 1;
        ptrdiff_t end = contraction(p, left, at, fold);
        if (end > at) {
            starts &= ~(below((int)end) & ~below(at + 1));
            if (end >= 64) break;
            starts |= 1ull << end;
            todo = (todo & ~below((int)end)) | (1ull << end & quotes);
        }
    }
    return starts;
}

AVX2_FUNCTION static inline uint64_t starts_gpt2(const uint8_t *p, ptrdiff_t left, const block_masks *m, int *trust) {
    uint64_t l = m->letter, d = m->number, w = m->space, o = ~(l | d | w);
    uint64_t same = (l & l << 1) | (d & d << 1) | (o & o << 1);
    uint64_t word = ~w & ~same & ~(m->blank << 1);
    uint64_t last = w & ~after(w, left); /* \s+(?!\S): the last blank before a word begins a word of its own */
    uint64_t starts = word | (w & ~(w << 1)) | last | 1;
    (void)trust;
    return cut_contractions(p, left, starts, m->quote, 0);
}

/* Every third character of each run of numbers begins a word (\p{N}{1,3}). */
AVX2_FUNCTION static inline uint64_t starts_of_three(uint64_t number, uint64_t lead) {
    uint64_t starts = number & ~(number << 1);
    if (!(number & number << 1 & number << 2 & number << 3)) return starts;
    int count = 0;
    for (uint64_t todo = number & lead; todo; todo &= todo - 1) {
        uint64_t bit = todo & -todo;
        if (bit & starts) count = 0;
        else if (++count % 3 == 0) starts |= bit;
    }
    return starts;
}

/* Llama-3 (three digits) and Qwen2 (one): see next_cl100k_like. */
AVX2_FUNCTION static inline uint64_t starts_cl100k(const uint8_t *p, ptrdiff_t left, const block_masks *m, int *trust,
                                                   int three) {
    uint64_t l = m->letter, d = m->number, w = m->space, o = ~(l | d | w), newline = m->newline;
    uint64_t inner = w & ~newline;
    /* [^\s\p{L}\p{N}]+[\r\n]*: newlines right behind symbols belong to them. The sum carries through each run. */
    uint64_t eaten = newline & ~(newline + (newline & o << 1));
    w &= ~eaten;
    newline &= ~eaten;
    /* \s*[\r\n]+ ends behind the last newline of a run: blanks behind a newline begin a word unless another follows. */
    uint64_t tail = inner & newline << 1;
    if (tail) {
        for (uint64_t todo = newline & inner << 1; todo; todo &= todo - 1) {
            uint64_t gaps = ~inner & ((todo & -todo) - 1);
            int run_start = gaps ? 64 - (int)_lzcnt_u64(gaps) : 0;
            tail &= ~(1ull << run_start);
        }
        int end = left < 64 && m->known == 64 ? 0 : m->known; /* is a run cut off by the end of what is known? */
        if (end && (inner >> (end - 1) & 1)) {
            uint64_t gaps = ~inner & below(end);
            int run_start = gaps ? 64 - (int)_lzcnt_u64(gaps) : 0;
            if (run_start < 64 && (tail >> run_start & 1) && run_start < *trust) *trust = run_start;
        }
    }
    uint64_t last = inner & ~after(m->space, left);
    uint64_t blanks = (w & ~(w << 1)) | tail | last;
    uint64_t symbols = o & ~(o << 1) & ~(m->blank << 1);
    /* [^\r\n\p{L}\p{N}]?\p{L}+: a letter run is joined to one blank, or to a symbol that stands alone. */
    uint64_t wide = m->wide[0] | m->wide[1] | m->wide[2];
    uint64_t alone = (symbols & ~wide) | (symbols & m->wide[0]) << 1 | (symbols & m->wide[1]) << 2 |
                     (symbols & m->wide[2]) << 3;
    uint64_t words = l & ~(l << 1) & ~(inner << 1) & ~(alone << 1);
    uint64_t numbers = three ? starts_of_three(d, m->lead) : d & m->lead;
    return cut_contractions(p, left, blanks | symbols | words | numbers | 1, m->quote, 1);
}

#define SCAN_BLOCKS(NAME, STARTS, NEXT)                                                              \
    AVX2_FUNCTION static int NAME(const uint8_t *p, ptrdiff_t n, ptrdiff_t *pos, const uint8_t *bits,\
                                  int32_t *out, int room) {                                          \
        ptrdiff_t i = *pos;                                                                          \
        int count = 0;                                                                               \
        while (i < n && count + 64 <= room) {                                                        \
            block_masks m;                                                                           \
            ptrdiff_t left = n - i;                                                                  \
            classify(p + i, left, bits, &m);                                                         \
            int whole = left <= 64 && m.known == 64; /* the block reaches the end of the text */     \
            int trust = whole ? (int)left : m.known - 3;                                             \
            uint64_t starts = STARTS;                                                                \
            if (trust <= 0) starts = 0;                                                              \
            else starts &= below(trust) & ~1ull;                                                     \
            if (!starts && !(whole && trust == left)) {                                              \
                ptrdiff_t end = NEXT(p, n, i, bits);                                                 \
                out[2 * count] = (int32_t)i; out[2 * count + 1] = (int32_t)end;                      \
                count++;                                                                             \
                i = end;                                                                             \
                continue;                                                                            \
            }                                                                                        \
            ptrdiff_t start = i;                                                                     \
            for (; starts; starts &= starts - 1) {                                                   \
                ptrdiff_t end = i + (ptrdiff_t)_tzcnt_u64(starts);                                   \
                out[2 * count] = (int32_t)start; out[2 * count + 1] = (int32_t)end;                  \
                count++;                                                                             \
                start = end;                                                                         \
            }                                                                                        \
            if (whole && trust == left) {                                                            \
                out[2 * count] = (int32_t)start; out[2 * count + 1] = (int32_t)n;                    \
                count++;                                                                             \
                start = n;                                                                           \
            }                                                                                        \
            i = start;                                                                               \
        }                                                                                            \
        *pos = i;                                                                                    \
        return count;                                                                                \
    }

SCAN_BLOCKS(avx2_scan_gpt2, starts_gpt2(p + i, left, &m, &trust), next_gpt2)
SCAN_BLOCKS(avx2_scan_llama3, starts_cl100k(p + i, left, &m, &trust, 1), next_llama3)
SCAN_BLOCKS(avx2_scan_qwen2, starts_cl100k(p + i, left, &m, &trust, 0), next_qwen2)

/* Wide characters of the BERT cut: `alone` gets first bytes, `ends` the byte behind, `other` every byte. */
AVX2_FUNCTION static __attribute__((noinline)) int cut_wide(const uint8_t *p, ptrdiff_t left, const uint8_t *bits,
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
AVX2_FUNCTION static int avx2_scan_bert(const uint8_t *p, ptrdiff_t n, ptrdiff_t *pos, const uint8_t *bits,
                                        int32_t *out, int room) {
    ptrdiff_t i = *pos;
    int count = 0;
    while (i < n && count + 64 <= room) {
        __m256i a, b;
        ptrdiff_t left = n - i;
        load_block(p + i, left, &a, &b);
        uint64_t blank = bits_equal(a, b, ' ') | bits_within(a, b, '\t', 1) | bits_equal(a, b, '\r');
        uint64_t alone = bits_within(a, b, '!', 14) | bits_within(a, b, ':', 6) | bits_within(a, b, '[', 5) |
                         bits_within(a, b, '{', 3);
        uint64_t other = ~(blank | alone), ends = alone << 1;
        uint64_t high = (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
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
