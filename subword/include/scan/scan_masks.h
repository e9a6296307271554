/* 64 bytes of text as bit masks, one per class of character (x86-64 with AVX2 or more).
 *
 * A character of several bytes has its bit in all of them, so neighbours in bytes are neighbours in
 * characters, and where words begin becomes a few shifts and ands (word_starts.h). */
#ifndef SUBWORD_SCAN_MASKS_H
#define SUBWORD_SCAN_MASKS_H

#include <immintrin.h>
#include <stdint.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define AVX2_INLINE AVX2 static inline __attribute__((always_inline))

/* The masks that a pattern needs besides letters, numbers and white space. */
enum {
    WANT_MARKS = 1,    /* \p{M} counts as a letter */
    WANT_CASE = 2,     /* upper and lower; a mark counts as a letter if it follows one */
    WANT_SYMBOLS = 4,  /* symbol: \p{P} and \p{S}; chinese: the second split of DeepSeek-V3 */
};

typedef struct {
    uint64_t letter, number, space, newline, blank, quote, slash, less; /* blank: U+0020 only */
    uint64_t upper, lower;    /* letters that are only the one, only the other */
    uint64_t symbol, chinese; /* see WANT_SYMBOLS */
    uint64_t ascii;           /* letters of one byte */
    uint64_t follow;          /* bytes 80 to BF: all of a character but its first byte */
    uint64_t hangul, cjk;     /* first bytes of usual Hangul; of that, Chinese and kana: all of three bytes */
    int known;                /* bytes of the block that are classified; the rest is unseen */
} block_masks;

/* Words with white space between them: bit i of `ends` says that a word ends before byte i. */
typedef struct {
    uint64_t starts, ends;
    uint64_t blank; /* single bytes between words */
    int known;      /* bytes of the block that are classified */
} spaced_masks;

/* Words are the runs of `a` and the runs of `b`. */
static inline void set_runs(uint64_t a, uint64_t b, spaced_masks *m) {
    m->starts = (a & ~(a << 1)) | (b & ~(b << 1));
    m->ends = (a << 1 & ~a) | (b << 1 & ~b);
}

/* First bytes of characters whose class shows in two or three bytes: most of Hangul, Chinese and kana, half of the
 * single letters of Hangul, and much of Latin and Cyrillic. All are letters; the last are the only ones with case. */
typedef struct {
    uint64_t hangul, chinese, kana, jamo, cased;
} common_letters;

static inline uint64_t below(int bit) { return bit >= 64 ? ~0ull : (1ull << bit) - 1; }
static inline int lowest(uint64_t mask) { return __builtin_ctzll(mask); }
static inline int highest(uint64_t mask) { return 63 - __builtin_clzll(mask); }

/* For first bytes of characters in `mask`, the first bytes of the characters after them: the sum
 * carries through the bytes that follow. */
static inline uint64_t next_character(uint64_t mask, uint64_t follow) {
    return (follow + (mask << 1)) & ~follow;
}

/* Bytes of the characters whose first bytes are in `mask`. */
static inline uint64_t whole(uint64_t mask, uint64_t follow) {
    return mask | (follow & ~(follow + (mask << 1 & follow)));
}

/* Characters of one row (see same_row) from which on classifying them together is faster. */
enum { MIN_SAME_ROW = 6 };

#endif
