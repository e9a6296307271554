/* 64 bytes of text as bit masks, one per class of character (x86-64 with AVX2).
 *
 * A character of several bytes has its bit in all of them, so neighbours in bytes are neighbours in
 * characters, and where words begin becomes a few shifts and ands (scan_starts.h). */
#ifndef SUBWORD_SCAN_MASKS_H
#define SUBWORD_SCAN_MASKS_H

#include <immintrin.h>

#include "ends.h"
#include "scan_scalar.h"

#define AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define AVX2_INLINE AVX2 static inline __attribute__((always_inline))

/* What a pattern asks of the masks beside letters, numbers and white space. */
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

typedef struct { __m256i low, high; } block;

AVX2_INLINE uint64_t joined(__m256i low, __m256i high) {
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

AVX2_INLINE uint64_t equal(block v, uint8_t c) {
    __m256i wanted = _mm256_set1_epi8((char)c);
    return joined(_mm256_cmpeq_epi8(v.low, wanted), _mm256_cmpeq_epi8(v.high, wanted));
}

/* Bytes from first to last. */
AVX2_INLINE uint64_t within(block v, uint8_t first, uint8_t last) {
    __m256i base = _mm256_set1_epi8((char)first), width = _mm256_set1_epi8((char)(last - first));
    __m256i low = _mm256_sub_epi8(v.low, base), high = _mm256_sub_epi8(v.high, base);
    return joined(_mm256_cmpeq_epi8(_mm256_min_epu8(low, width), low),
                  _mm256_cmpeq_epi8(_mm256_min_epu8(high, width), high));
}

/* Load 64 bytes of which `left` are text; behind the text the block is filled with spaces. */
AVX2_INLINE block load_block(const uint8_t *p, ptrdiff_t left) {
    block v;
    if (__builtin_expect(left < 64, 0)) load_end(p, left, &v.low, &v.high);
    else v = (block){_mm256_loadu_si256((const __m256i *)p), _mm256_loadu_si256((const __m256i *)(p + 32))};
    return v;
}

static inline uint64_t below(int bit) { return bit >= 64 ? ~0ull : (1ull << bit) - 1; }
static inline int lowest(uint64_t mask) { return __builtin_ctzll(mask); }
static inline int highest(uint64_t mask) { return 63 - __builtin_clzll(mask); }

/* For first bytes of characters in `mask`, the first bytes of the characters behind them: the sum
 * carries through the bytes that follow. */
static inline uint64_t next_character(uint64_t mask, uint64_t follow) {
    return (follow + (mask << 1)) & ~follow;
}

/* First bytes of characters whose class shows in two or three bytes: most of Hangul, Chinese and
 * kana, and much of Latin and Cyrillic. All are letters; the last are the only ones with case. */
typedef struct {
    uint64_t hangul, chinese, kana, cased;
} common_letters;

/* Byte i + 1 of the block at byte i; the last is 0. */
AVX2_INLINE block next_bytes(block v) {
    __m256i middle = _mm256_permute2x128_si256(v.low, v.high, 0x21), end = _mm256_permute2x128_si256(v.high, v.high, 0x81);
    return (block){_mm256_alignr_epi8(middle, v.low, 1), _mm256_alignr_epi8(end, v.high, 1)};
}

/* First bytes E4 to ED before second bytes that lie `past` a least one by at most so many: by the first's low bits. */
AVX2_INLINE __m256i hangul_or_chinese(__m256i first, __m256i second) {
    const __m256i least = _mm256_broadcastsi128_si256(_mm_setr_epi8(
        -1, -1, -1, -1, (char)0xB8, (char)0x80, (char)0x80, (char)0x80,    /* from U+4E00 */
        (char)0x80, (char)0x80, (char)0xB0, (char)0x80, (char)0x80, (char)0x80, -1, -1)); /* from U+AC00 */
    const __m256i width = _mm256_broadcastsi128_si256(_mm_setr_epi8(
        0, 0, 0, 0, 0x07, 0x3F, 0x3F, 0x3F, 0x3F, 0x3D, 0x0F, 0x3F, 0x3F, 0x1D, 0, 0)); /* to U+9F7F, to U+D77F */
    __m256i row = _mm256_and_si256(first, _mm256_set1_epi8(0x0F));
    __m256i three = _mm256_cmpeq_epi8(_mm256_andnot_si256(_mm256_set1_epi8(0x0F), first), _mm256_set1_epi8((char)0xE0));
    __m256i past = _mm256_sub_epi8(second, _mm256_shuffle_epi8(least, row));
    __m256i inside = _mm256_cmpeq_epi8(_mm256_min_epu8(past, _mm256_shuffle_epi8(width, row)), past);
    return _mm256_and_si256(three, inside);
}

/* `lead`: the first bytes of all characters that are not ASCII. */
AVX2_INLINE common_letters find_common(block v, uint64_t lead) {
    common_letters c;
    block next = next_bytes(v);
    __m256i low = hangul_or_chinese(v.low, next.low), high = hangul_or_chinese(v.high, next.high);
    __m256i last = _mm256_set1_epi8((char)0xE9);
    uint64_t both = joined(low, high);
    c.hangul = joined(_mm256_and_si256(low, _mm256_cmpgt_epi8(v.low, last)),
                      _mm256_and_si256(high, _mm256_cmpgt_epi8(v.high, last)));
    c.chinese = both & ~c.hangul;
    c.kana = c.cased = 0;
    if (lead == both) return c;
    c.kana = equal(v, 0xE3);
    if (c.kana)
        c.kana = (c.kana & equal(v, 0x81) >> 1 & ~(equal(v, 0x80) >> 2)) | /* U+3041 to 307F */
                 (c.kana & equal(v, 0x83) >> 1 & ~(equal(v, 0xBB) >> 2));  /* U+30C0 to 30FF */
    c.cased = within(v, 0xC4, 0xCA) | within(v, 0xD0, 0xD1) | /* U+0100 to 02BF, 0400 to 047F */
              (equal(v, 0xC3) & ~((equal(v, 0x97) | equal(v, 0xB7)) >> 1)); /* U+00C0 to 00FF */
    return c;
}

/* Bytes whose bit 7 - `down` is set. */
AVX2_INLINE uint64_t with_bit(block v, int down) {
    return joined(_mm256_slli_epi16(v.low, down), _mm256_slli_epi16(v.high, down));
}

/* The bytes 80 to BF; *known becomes the place of a character that the end of the block cuts. */
AVX2_INLINE uint64_t find_follow(block v, uint64_t high, int *known) {
    uint64_t lead = high & with_bit(v, 1), cut = lead & 7ull << 61;
    if (cut) {
        uint64_t three = cut & with_bit(v, 2);
        cut = (cut & 1ull << 63) | (three & 3ull << 62) | (three & with_bit(v, 3));
    }
    *known = cut ? lowest(cut) : 64;
    return high & ~lead;
}

/* Bytes of the characters whose first bytes are in `mask`. */
static inline uint64_t whole(uint64_t mask, uint64_t follow) {
    return mask | (follow & ~(follow + (mask << 1 & follow)));
}

/* From here on a look at the characters that are alike pays. */
enum { ALIKE = 6 };

/* Of the characters whose first bytes are in `todo`, those that differ from the one at bit `at` in the last byte alone:
 * their classes lie in 64 bytes of the table. 0 for one of four bytes. */
AVX2_INLINE uint64_t find_alike(const uint8_t *p, block v, uint64_t todo, int at, int length) {
    if (length == 2) return todo & equal(v, p[at]);
    return length == 3 ? todo & equal(v, p[at]) & equal(v, p[at + 1]) >> 1 : 0;
}

/* For each byte, that of the row of 64 which its lower six bits say. */
AVX2_INLINE block row_bytes(block v, const uint8_t *row) {
    __m256i rows[4], half[2] = {v.low, v.high};
    for (int k = 0; k < 4; k++)
        rows[k] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(row + 16 * k)));
    for (int k = 0; k < 2; k++) {
        __m256i column = _mm256_and_si256(half[k], _mm256_set1_epi8(15));
        __m256i odd = _mm256_slli_epi16(half[k], 3), upper = _mm256_slli_epi16(half[k], 2); /* bits 4 and 5 on top */
        __m256i first = _mm256_blendv_epi8(_mm256_shuffle_epi8(rows[0], column),
                                           _mm256_shuffle_epi8(rows[1], column), odd);
        __m256i second = _mm256_blendv_epi8(_mm256_shuffle_epi8(rows[2], column),
                                            _mm256_shuffle_epi8(rows[3], column), odd);
        half[k] = _mm256_blendv_epi8(first, second, upper);
    }
    return (block){half[0], half[1]};
}

/* Bytes with one of the bits `mask`. */
AVX2_INLINE uint64_t with_bits(block v, uint8_t mask) {
    __m256i wanted = _mm256_set1_epi8((char)mask), none = _mm256_setzero_si256();
    return ~joined(_mm256_cmpeq_epi8(_mm256_and_si256(v.low, wanted), none),
                   _mm256_cmpeq_epi8(_mm256_and_si256(v.high, wanted), none));
}

/* Classify the characters of several bytes, of which `high` has every byte. */
AVX2_INLINE void classify_wide(const uint8_t *p, block v, const uint8_t *bits, uint64_t high,
                               int wants, block_masks *m) {
    uint64_t follow = find_follow(v, high, &m->known), mark = 0, space = 0;
    common_letters common = find_common(v, high & ~follow);
    uint64_t told = m->cjk = common.hangul | common.chinese | common.kana;
    m->hangul = common.hangul;
    if (!(wants & WANT_CASE)) told |= common.cased;
    if (wants & WANT_SYMBOLS) m->chinese = common.chinese | common.kana;
    m->letter |= told & ~m->chinese;
    uint64_t todo = high & ~follow & ~told & below(m->known);
    int many = !(wants & WANT_SYMBOLS) && _mm_popcnt_u64(todo) >= ALIKE;
    while (todo) {
        uint64_t bit = todo & -todo;
        int length;
        uint32_t code = utf8_decode(p + lowest(todo), &length);
        uint64_t alike = many ? find_alike(p, v, todo, lowest(todo), length) : 0;
        if (_mm_popcnt_u64(alike) >= ALIKE) {
            block classes = row_bytes(v, bits + (code & ~63u));
            todo &= ~alike;
            m->letter |= with_bits(classes, LETTER) >> (length - 1) & alike;
            m->number |= with_bits(classes, NUMBER) >> (length - 1) & alike;
            space |= with_bits(classes, SPACE) >> (length - 1) & alike;
            if (wants & (WANT_MARKS | WANT_CASE)) mark |= with_bits(classes, MARK) >> (length - 1) & alike;
            if (wants & WANT_CASE) {
                uint64_t upper = with_bits(classes, UPPER) >> (length - 1) & alike;
                uint64_t lower = with_bits(classes, LOWER) >> (length - 1) & alike;
                m->upper |= upper & ~lower;
                m->lower |= lower & ~upper;
            }
            continue;
        }
        uint8_t b = bits[code];
        todo &= todo - 1;
        if (wants & WANT_SYMBOLS && is_deepseek_cjk(code)) {
            m->chinese |= bit;
            continue;
        }
        m->letter |= b & LETTER ? bit : 0;
        m->number |= b & NUMBER ? bit : 0;
        space |= b & SPACE ? bit : 0;
        if (wants & (WANT_MARKS | WANT_CASE)) mark |= b & MARK ? bit : 0;
        if (wants & WANT_SYMBOLS) m->symbol |= b & SYMBOL ? bit : 0;
        if (wants & WANT_CASE) {
            m->upper |= (b & (UPPER | LOWER)) == UPPER ? bit : 0;
            m->lower |= (b & (UPPER | LOWER)) == LOWER ? bit : 0;
        }
    }
    m->follow = follow;
    m->letter = whole(m->letter | mark, follow);
    m->number = whole(m->number, follow);
    if (wants & WANT_SYMBOLS) {
        m->symbol = whole(m->symbol, follow);
        m->chinese = whole(m->chinese, follow);
    }
    if (wants & WANT_CASE) {
        m->upper = whole(m->upper, follow);
        m->lower = whole(m->lower, follow);
        space |= mark & ~(m->letter << 1); /* a mark that follows no letter: leave it to the twin */
    }
    if (space) m->known = lowest(space) < m->known ? lowest(space) : m->known;
}

AVX2_INLINE void classify(const uint8_t *p, ptrdiff_t left, const uint8_t *bits, int wants,
                          block_masks *m) {
    block v = load_block(p, left), folded;
    folded.low = _mm256_or_si256(v.low, _mm256_set1_epi8(0x20));
    folded.high = _mm256_or_si256(v.high, _mm256_set1_epi8(0x20));
    m->letter = within(folded, 'a', 'z');
    m->number = within(v, '0', '9');
    m->blank = equal(v, ' ');
    m->space = m->blank | within(v, '\t', '\r');
    m->newline = equal(v, '\n') | equal(v, '\r');
    m->quote = equal(v, '\'');
    m->less = equal(v, '<');
    m->slash = wants & WANT_CASE ? equal(v, '/') : 0;
    m->upper = wants & WANT_CASE ? within(v, 'A', 'Z') : 0;
    m->lower = wants & WANT_CASE ? within(v, 'a', 'z') : 0;
    m->symbol = wants & WANT_SYMBOLS ? within(v, '!', '~') & ~m->letter & ~m->number : 0;
    m->ascii = m->letter;
    m->chinese = m->follow = m->hangul = m->cjk = 0;
    m->known = 64;
    uint64_t high = joined(v.low, v.high);
    if (__builtin_expect(high != 0, 0)) classify_wide(p, v, bits, high, wants, m);
    if (wants & WANT_SYMBOLS) { /* what no split of DeepSeek-V3 matches is left to the twin */
        uint64_t other = ~(m->letter | m->number | m->space | m->symbol | m->chinese);
        if (other & below(m->known)) m->known = lowest(other);
    }
}

#endif
