/* The word cache for ids with offsets: what it keeps of a token besides its id, and the loops that emit it. */
#ifndef SUBWORD_WORD_CACHE_OFFSETS_H
#define SUBWORD_WORD_CACHE_OFFSETS_H

#include "text/offsets.h"
#include "cache/word_cache.h"

/* What emit_found does, with offsets that count from `start` and, unless `words` is NULL, word ids that count from
 * `word`. Returns the number of tokens in the lowest byte and the number of words above it; 0 if the plain way is
 * needed. */
subword_noinline static int emit_found_offsets(const pending_words *w, const word_table *t, int at, int32_t start,
                                              uint32_t *ids, int32_t *offsets, int32_t *words, int32_t word) {
    uint32_t count, k, tokens, last = 0;
    if (w->keys[at].high == 0 && w->extras[w->keys[at].low - 1].size <= 0) return 0;
    const uint32_t *values = pending_find(w, t, at, &count);
    if (!values || count > SLOT64_VALUES) return 0;
    if (count == TWO_TOKENS && w->keys[at].high) {
        memcpy(ids, values, 2 * sizeof(uint32_t));
        unpack_offsets(offsets, start, values[2]);
        if (words) words[0] = words[1] = word;
        return 0x100 + 1 + (values[2] >> 24 != 0);
    }
    if (count == FOUR_TOKENS && w->keys[at].high) {
        for (k = 0; k < 4; k++) {
            ids[k] = values[k] & 0xFFFFFF;
            offsets[2 * k] = start + (int32_t)last;
            last = values[k] >> 24;
            offsets[2 * k + 1] = start + (int32_t)last;
            if (words) words[k] = word;
        }
        return 0x100 + 3 + (values[3] != 0);
    }
    for (k = 0, tokens = count / VALUES_PER_TOKEN; k < tokens; k++, values += VALUES_PER_TOKEN) {
        ids[k] = values[0];
        offsets[2 * k] = start + (int32_t)(values[1] >> 16);
        offsets[2 * k + 1] = start + (int32_t)(values[1] & 0xFFFF);
        last = values[2];
        if (words) words[k] = word + (int32_t)last;
    }
    return tokens ? (int)((last + 1) << 8 | tokens) : 0;
}

/* Emit the pending words `at`, ... that are in the table with at most MAX_TOKENS: their ids, and their offsets, which
 * count from the word's own, base + spans[2 * at]. Unless `words` is NULL their word ids go there, counted from *word.
 * Returns the first other word. After *size, which grows, there is space for MAX_TOKENS a word. */
static inline int plain_emit_offsets(const pending_words *w, const word_table *t, int at, int32_t base,
                                    const int32_t *spans, uint32_t *ids, int32_t *offsets, int32_t *words,
                                    int32_t *word, ptrdiff_t *size) {
    for (; at < w->size; at++) {
        int found = emit_found_offsets(w, t, at, base + spans[2 * at], ids + *size, offsets + 2 * *size,
                                      words ? words + *size : NULL, *word);
        if (!found) break;
        *size += found & 0xFF;
        *word += found >> 8;
    }
    return at;
}

#if defined(__x86_64__) && defined(__GNUC__)
WORD_CACHE_AVX2 static inline int vector_emit_offsets(const pending_words *w, const word_table *t, int at, int32_t base,
                                                    const int32_t *spans, uint32_t *ids, int32_t *offsets,
                                                    int32_t *words, int32_t *word_at, ptrdiff_t *size) {
    const char *slots = t->slots;
    uint64_t mask = t->mask;
    ptrdiff_t to = *size;
    int last = w->size;
    int32_t word = *word_at;
    const __m128i packed = _mm_set_epi64x((long long)((uint64_t)TWO_TOKENS << 60), 0);
    for (; at < last; at++) {
        const word_slot *slot = (const word_slot *)(slots + (w->hashes[at] & mask));
        __m128i wanted = _mm_or_si128(_mm_loadu_si128((const __m128i *)&w->keys[at]), packed);
        __m128i differs = _mm_xor_si128(wanted, _mm_load_si128((const __m128i *)slot));
        if (!subword_likely(_mm_testz_si128(differs, differs))) {
            int found = emit_found_offsets(w, t, at, base + spans[2 * at], ids + to, offsets + 2 * to,
                                          words ? words + to : NULL, word);
            if (!found) break;
            to += found & 0xFF;
            word += found >> 8;
            continue;
        }
        __m128i values = _mm_load_si128((const __m128i *)slot->values);
        __m128i ends = _mm_cvtepu8_epi32(_mm_srli_si128(values, 8));
        _mm_storel_epi64((__m128i *)(ids + to), values);
        _mm_storeu_si128((__m128i *)(offsets + 2 * to), _mm_add_epi32(ends, _mm_set1_epi32(base + spans[2 * at])));
        if (words) words[to] = words[to + 1] = word;
        word++;
        to += 1 + (slot->values[2] > 0xFFFFFF);
    }
    *size = to;
    *word_at = word;
    return at;
}

#else
#define vector_emit_offsets plain_emit_offsets
#endif

static inline int pending_emit_offsets(const pending_words *w, const word_table *t, int at, int32_t base,
                                    const int32_t *spans, uint32_t *ids, int32_t *offsets, int32_t *words,
                                    int32_t *word, ptrdiff_t *size) {
    return t->vector ? vector_emit_offsets(w, t, at, base, spans, ids, offsets, words, word, size)
                     : plain_emit_offsets(w, t, at, base, spans, ids, offsets, words, word, size);
}

#endif
