/* The split patterns of published tokenizers, one word at a time: the slow, plain form that scan_simd.h must equal.
 *
 * Each `next_*` is given the start of a word at byte `i` of text[0..n) and returns where the word ends, exactly as a
 * leftmost-first backtracking engine would match the pattern written above it. `bits` is the frozen table of
 * scan bits (see _unicode.pxd): what \p{L}, \p{N}, \s ... mean for each code point.
 * A match never looks at what lies before its start, so any start is a safe place to begin. */
#ifndef SUBWORD_SCAN_SCALAR_H
#define SUBWORD_SCAN_SCALAR_H

#include <string.h>

#include "text/utf8.h"

enum { LETTER = 1, NUMBER = 2, SPACE = 4, MARK = 8, UPPER = 16, LOWER = 32, SYMBOL = 64, WORD = 128 };

/* The bits of the character at p[i]; its length goes to *length. At the end of the text: 0. */
static inline uint8_t bits_at(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits, int *length) {
    if (i >= n) { *length = 0; return 0; }
    return bits[utf8_decode(p + i, length)];
}

/* End of the longest run of characters that have one of `want` and none of `avoid`. */
static inline ptrdiff_t run(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits, int want) {
    int length;
    while (i < n && (bits[utf8_decode(p + i, &length)] & want)) i += length;
    return i;
}

static inline ptrdiff_t run_without(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits, int avoid) {
    int length;
    while (i < n && !(bits[utf8_decode(p + i, &length)] & avoid)) i += length;
    return i;
}

static inline ptrdiff_t run_limited(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits, int want, int most) {
    int length;
    while (most-- > 0 && i < n && (bits[utf8_decode(p + i, &length)] & want)) i += length;
    return i;
}

static inline int is_newline(uint8_t b) { return b == '\n' || b == '\r'; }

/* 's 't 're 've 'm 'll 'd at p[i] == '\'': its end, or i. With `fold`, upper case and the long s (U+017F) too. */
static inline ptrdiff_t contraction(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, int fold) {
    if (i + 1 >= n) return i;
    uint8_t mask = fold ? 0xDF : 0xFF, up = fold ? 0x20 : 0;
    uint8_t a = p[i + 1] & mask;
    if (a == ('s' - up) || a == ('t' - up) || a == ('m' - up) || a == ('d' - up)) return i + 2;
    if (fold && i + 2 < n && p[i + 1] == 0xC5 && p[i + 2] == 0xBF) return i + 3;
    if (i + 2 >= n) return i;
    uint8_t b = p[i + 2] & mask;
    if ((a == ('r' - up) && b == ('e' - up)) || (a == ('v' - up) && b == ('e' - up)) ||
        (a == ('l' - up) && b == ('l' - up))) return i + 3;
    return i;
}

/* \s+(?!\S)|\s+ from a white-space character at i: the run less its last character, unless the run is
 * one character or reaches the end of the text. */
static inline ptrdiff_t blanks(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    ptrdiff_t last = i, end = i;
    int length;
    while (end < n && (bits[utf8_decode(p + end, &length)] & SPACE)) { last = end; end += length; }
    return end == n || last == i ? end : last;
}

/* \s*[\r\n]+ from i: the end of the last newline of the white-space run, or i if it holds none. */
static inline ptrdiff_t through_newlines(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    ptrdiff_t end = i;
    int length;
    while (i < n && (bits[utf8_decode(p + i, &length)] & SPACE)) {
        i += length;
        if (is_newline(p[i - 1])) end = i;
    }
    return end;
}

/* 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ */
static inline ptrdiff_t next_gpt2(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    if (p[i] == '\'') {
        ptrdiff_t end = contraction(p, n, i, 0);
        if (end > i) return end;
    }
    ptrdiff_t word = i + (p[i] == ' ');
    int length;
    uint8_t b = bits_at(p, n, word, bits, &length);
    if (length && !(b & SPACE)) {
        if (b & LETTER) return run(p, n, word, bits, LETTER);
        if (b & NUMBER) return run(p, n, word, bits, NUMBER);
        return run_without(p, n, word, bits, SPACE | LETTER | NUMBER);
    }
    return blanks(p, n, i, bits);
}

/* (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 * (Llama-3, cl100k); Qwen2 and Qwen3 have \p{N} for \p{N}{1,3} (digits = 1); Qwen3.5 has [\p{L}\p{M}]+ for \p{L}+ and
 * [^\s\p{L}\p{M}\p{N}] for [^\s\p{L}\p{N}] (letters = LETTER | MARK). */
static inline ptrdiff_t next_cl100k_like(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits,
                                         int digits, int letters) {
    int length, next_length;
    if (p[i] == '\'') {
        ptrdiff_t end = contraction(p, n, i, 1);
        if (end > i) return end;
    }
    uint8_t b = bits_at(p, n, i, bits, &length);
    if (b & letters & LETTER) return run(p, n, i, bits, letters);
    if (!(b & NUMBER) && !is_newline(p[i])) {
        /* The optional first character may itself be a mark; then the run goes on behind it. */
        uint8_t next = bits_at(p, n, i + length, bits, &next_length);
        if (next & letters) return run(p, n, i + length, bits, letters);
        if (b & letters) return run(p, n, i, bits, letters);
    }
    if (b & NUMBER) return run_limited(p, n, i, bits, NUMBER, digits);
    ptrdiff_t word = i + (p[i] == ' ');
    b = bits_at(p, n, word, bits, &length);
    if (length && !(b & (SPACE | letters | NUMBER))) {
        word = run_without(p, n, word, bits, SPACE | letters | NUMBER);
        while (word < n && is_newline(p[word])) word++;
        return word;
    }
    word = through_newlines(p, n, i, bits);
    return word > i ? word : blanks(p, n, i, bits);
}

static inline ptrdiff_t next_llama3(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    return next_cl100k_like(p, n, i, bits, 3, LETTER);
}

static inline ptrdiff_t next_qwen2(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    return next_cl100k_like(p, n, i, bits, 1, LETTER);
}

static inline ptrdiff_t next_qwen35(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    return next_cl100k_like(p, n, i, bits, 1, LETTER | MARK);
}

/* tiktoken's cl100k: '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|
 * \s*[\r\n]|\s+(?!\S)|\s  -- it differs from Llama-3's form only in white space that runs to the end of the text. */
static inline ptrdiff_t next_cl100k(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    int length;
    uint8_t b = bits_at(p, n, i, bits, &length);
    if (b & SPACE) {
        if (run(p, n, i, bits, SPACE) == n) return n;
    }
    return next_llama3(p, n, i, bits);
}

/* [UPPER]*[LOWER]+ from i, where marks and letters without case are in both classes; i when it does not match.
 * Backtracking, spelled out: if the greedy [UPPER]* is followed by a character that is only LOWER, the match goes on
 * there; otherwise the last character of the upper run that may also be LOWER ends it. `*upper` is the end of [UPPER]*. */
static inline ptrdiff_t cased_word(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits, ptrdiff_t *upper) {
    ptrdiff_t end = i, both = -1;
    int length;
    uint8_t b = 0;
    while (end < n) {
        b = bits[utf8_decode(p + end, &length)];
        if (!(b & UPPER)) break;
        if (b & LOWER) both = end;
        end += length;
    }
    *upper = end;
    if (end < n && (b & LOWER)) return run(p, n, end, bits, LOWER);
    return both >= 0 ? run(p, n, both, bits, LOWER) : i;
}

/* [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 * |[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 * |\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+          (o200k, gpt-oss)
 * Tekken: no contractions, \p{N} for \p{N}{1,3}. */
static inline ptrdiff_t next_o200k_like(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits,
                                        int digits, int contractions) {
    int length;
    uint8_t b = bits_at(p, n, i, bits, &length);
    if (!(b & NUMBER) && !is_newline(p[i])) {
        /* In order: the first alternative with and without the optional character, then the second likewise. A mark
         * may be the optional character or begin the word. */
        ptrdiff_t second = (b & LETTER) ? i : i + length, upper_second, upper_here = i, end = i, found;
        found = cased_word(p, n, second, bits, &upper_second);
        if (found > second) end = found;
        else if ((b & MARK) && (found = cased_word(p, n, i, bits, &upper_here)) > i) end = found;
        else if (upper_second > second) end = upper_second;
        else end = upper_here;
        if (end > i) {
            if (contractions && end < n && p[end] == '\'') end = contraction(p, n, end, 1);
            return end;
        }
    }
    if (b & NUMBER) return run_limited(p, n, i, bits, NUMBER, digits);
    ptrdiff_t word = i + (p[i] == ' ');
    b = bits_at(p, n, word, bits, &length);
    if (length && !(b & (SPACE | LETTER | NUMBER))) {
        word = run_without(p, n, word, bits, SPACE | LETTER | NUMBER);
        while (word < n && (is_newline(p[word]) || p[word] == '/')) word++;
        return word;
    }
    word = through_newlines(p, n, i, bits);
    return word > i ? word : blanks(p, n, i, bits);
}

static inline ptrdiff_t next_o200k(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    return next_o200k_like(p, n, i, bits, 3, 1);
}

static inline ptrdiff_t next_tekken(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    return next_o200k_like(p, n, i, bits, 1, 0);
}

/* [一-龥぀-ゟ゠-ヿ], the second split of DeepSeek-V3 */
static inline int is_deepseek_cjk(uint32_t code) {
    return (code >= 0x4E00 && code <= 0x9FA5) || (code >= 0x3040 && code <= 0x30FF);
}

/* Is p[i] where a piece of the third split ends: the end of the text, or what the first two cut out? */
static inline int deepseek_piece_ends(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    int length;
    if (i >= n) return 1;
    uint32_t code = utf8_decode(p + i, &length);
    return (bits[code] & NUMBER) || is_deepseek_cjk(code);
}

/* End of the longest run of characters of the piece that have one of `want`. */
static inline ptrdiff_t deepseek_run(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits, int want) {
    int length;
    while (!deepseek_piece_ends(p, n, i, bits) && (bits[utf8_decode(p + i, &length)] & want)) i += length;
    return i;
}

static inline int is_ascii_letter(uint8_t b) { return (uint8_t)((b | 0x20) - 'a') < 26; }

/* The third split of DeepSeek-V3, from within a piece: [!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|
 * ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+ . Returns i where nothing matches (controls, unassigned). */
static inline ptrdiff_t next_deepseek_match(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    int length;
    uint8_t b = bits[utf8_decode(p + i, &length)];
    if (p[i] < 0x80 && (b & SYMBOL) && i + 1 < n && is_ascii_letter(p[i + 1])) {
        for (i++; i < n && is_ascii_letter(p[i]);) i++;
        return i;
    }
    if (b & LETTER) return deepseek_run(p, n, i, bits, LETTER | MARK);
    if (!(b & SYMBOL) && !is_newline(p[i])) {
        ptrdiff_t end = deepseek_run(p, n, i + length, bits, LETTER | MARK);
        if (end > i + length || (b & MARK)) return end;
    }
    ptrdiff_t word = i + (p[i] == ' '), end = deepseek_run(p, n, word, bits, SYMBOL);
    if (end > word) {
        while (end < n && is_newline(p[end])) end++;
        return end;
    }
    if (!(b & SPACE)) return i;
    end = through_newlines(p, n, i, bits);
    if (end > i) return end;
    end = run(p, n, i, bits, SPACE);
    return deepseek_piece_ends(p, n, end, bits) ? end : blanks(p, n, i, bits);
}

/* All three splits of DeepSeek-V3: \p{N}{1,3}, then [一-龥぀-ゟ゠-ヿ]+, then the above in what is left. */
static inline ptrdiff_t next_deepseek(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    int length;
    if (bits[utf8_decode(p + i, &length)] & NUMBER) return run_limited(p, n, i, bits, NUMBER, 3);
    if (is_deepseek_cjk(utf8_decode(p + i, &length))) {
        while (i < n && is_deepseek_cjk(utf8_decode(p + i, &length))) i += length;
        return i;
    }
    ptrdiff_t end = next_deepseek_match(p, n, i, bits);
    if (end > i) return end;
    do end += utf8_length(p[end]); /* characters that nothing matches stay together */
    while (!deepseek_piece_ends(p, n, end, bits) && next_deepseek_match(p, n, end, bits) == end);
    return end;
}

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

/* 's|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+ (CLIP; not white space) */
static inline ptrdiff_t next_clip_bare(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    ptrdiff_t end = p[i] == '\'' ? contraction(p, n, i, 0) : i;
    int length;
    uint8_t b = bits[utf8_decode(p + i, &length)];
    if (end > i) return end;
    if (b & LETTER) return run(p, n, i, bits, LETTER);
    return b & NUMBER ? i + length : run_without(p, n, i, bits, SPACE | LETTER | NUMBER);
}

/* The same behind <\|startoftext\|>|<\|endoftext\|>| */
static inline ptrdiff_t next_clip(const uint8_t *p, ptrdiff_t n, ptrdiff_t i, const uint8_t *bits) {
    if (n - i >= 15 && memcmp(p + i, "<|startoftext|>", 15) == 0) return i + 15;
    if (n - i >= 13 && memcmp(p + i, "<|endoftext|>", 13) == 0) return i + 13;
    return next_clip_bare(p, n, i, bits);
}

typedef ptrdiff_t (*next_function)(const uint8_t *, ptrdiff_t, ptrdiff_t, const uint8_t *);

/* Words between white space, which is left out: `next` is given the start of one. */
static inline int fill_spaced(const uint8_t *p, ptrdiff_t n, ptrdiff_t *pos, const uint8_t *bits,
                              int32_t *out, int room, next_function next) {
    ptrdiff_t i = run(p, n, *pos, bits, SPACE);
    int count = 0;
    while (count < room && i < n) {
        ptrdiff_t end = next(p, n, i, bits);
        out[2 * count] = (int32_t)i; out[2 * count + 1] = (int32_t)end;
        count++;
        i = run(p, n, end, bits, SPACE);
    }
    *pos = i;
    return count;
}

/* The BERT cut: bits of bert_bits (see _unicode.pxd). Blanks separate; punctuation and Chinese characters stand alone. */
enum { BERT_CUT_BLANK = 2, BERT_CUT_ALONE = 16 | 32 };

/* Chunks that the BERT normalizer and pre-tokenizer treat independently of each other (clean_text must be on). */
static inline int fill_bert(const uint8_t *p, ptrdiff_t n, ptrdiff_t *pos, const uint8_t *bits,
                            int32_t *out, int room) {
    ptrdiff_t i = *pos;
    int count = 0, length;
    while (count < room && i < n) {
        uint8_t b = bits[utf8_decode(p + i, &length)];
        ptrdiff_t end = i + length;
        if (b & BERT_CUT_BLANK) { i = end; continue; }
        if (!(b & BERT_CUT_ALONE))
            while (end < n && !(bits[utf8_decode(p + end, &length)] & (BERT_CUT_BLANK | BERT_CUT_ALONE))) end += length;
        out[2 * count] = (int32_t)i; out[2 * count + 1] = (int32_t)end;
        count++;
        i = end;
    }
    *pos = i;
    return count;
}

#endif
