/* words.h for ids with their places: what the cache keeps of a token beside its id, and how it comes out. */
#ifndef SUBWORD_WORDS_PLACES_H
#define SUBWORD_WORDS_PLACES_H

#include "text/offsets.h"
#include "cache/word_cache.h"

/* What emit_found does, with places from `start` on, and with words from `word` on unless `words` is NULL. Returns how many tokens,
 * and above the lowest byte how many words; 0 if the plain way is needed. */
subword_noinline static int emit_found_places(const word_batch *b, const word_table *t, int at, int32_t start,
                                              uint32_t *ids, int32_t *offsets, int32_t *words, int32_t word) {
    uint32_t count, k, tokens, last = 0;
    if (b->keys[at].high == 0 && b->odd[b->keys[at].low - 1].size <= 0) return 0;
    const uint32_t *values = batch_find(b, t, at, &count);
    if (!values || count > WIDE_VALUES) return 0;
    if (count == PACKED && b->keys[at].high) {
        memcpy(ids, values, 2 * sizeof(uint32_t));
        unpack_places(offsets, start, values[2]);
        if (words) words[0] = words[1] = word;
        return 0x100 + 1 + (values[2] >> 24 != 0);
    }
    if (count == PACKED_MANY && b->keys[at].high) {
        for (k = 0; k < 4; k++) {
            ids[k] = values[k] & 0xFFFFFF;
            offsets[2 * k] = start + (int32_t)last;
            last = values[k] >> 24;
            offsets[2 * k + 1] = start + (int32_t)last;
            if (words) words[k] = word;
        }
        return 0x100 + 3 + (values[3] != 0);
    }
    for (k = 0, tokens = count / PLACES; k < tokens; k++, values += PLACES) {
        ids[k] = values[0];
        offsets[2 * k] = start + (int32_t)(values[1] >> 16);
        offsets[2 * k + 1] = start + (int32_t)(values[1] & 0xFFFF);
        last = values[2];
        if (words) words[k] = word + (int32_t)last;
    }
    return tokens ? (int)((last + 1) << 8 | tokens) : 0;
}

/* Emit the words b[at], ... that are in the table with at most four tokens: their ids, and their places from the word's,
 * base + spans[2 * at], on. Unless `words` is NULL their words go there, numbered from *word on. Returns the first other
 * one. Behind *size, which grows, there is room for four tokens a word. */
static inline int plain_emit_places(const word_batch *b, const word_table *t, int at, int32_t base,
                                    const int32_t *spans, uint32_t *ids, int32_t *offsets, int32_t *words,
                                    int32_t *word, ptrdiff_t *size) {
    for (; at < b->size; at++) {
        int found = emit_found_places(b, t, at, base + spans[2 * at], ids + *size, offsets + 2 * *size,
                                      words ? words + *size : NULL, *word);
        if (!found) break;
        *size += found & 0xFF;
        *word += found >> 8;
    }
    return at;
}

#if defined(__x86_64__) && defined(__GNUC__)
WORDS_FUNCTION static inline int vector_emit_places(const word_batch *b, const word_table *t, int at, int32_t base,
                                                    const int32_t *spans, uint32_t *ids, int32_t *offsets,
                                                    int32_t *words, int32_t *word_at, ptrdiff_t *size) {
    const char *slots = t->slots;
    uint64_t mask = t->mask;
    ptrdiff_t to = *size;
    int last = b->size;
    int32_t word = *word_at;
    const __m128i packed = _mm_set_epi64x((long long)((uint64_t)PACKED << 60), 0);
    for (; at < last; at++) {
        const word_slot *slot = (const word_slot *)(slots + (b->hashes[at] & mask));
        __m128i wanted = _mm_or_si128(_mm_loadu_si128((const __m128i *)&b->keys[at]), packed);
        __m128i differs = _mm_xor_si128(wanted, _mm_load_si128((const __m128i *)slot));
        if (!subword_likely(_mm_testz_si128(differs, differs))) {
            int found = emit_found_places(b, t, at, base + spans[2 * at], ids + to, offsets + 2 * to,
                                          words ? words + to : NULL, word);
            if (!found) break;
            to += found & 0xFF;
            word += found >> 8;
            continue;
        }
        __m128i values = _mm_load_si128((const __m128i *)slot->values);
        __m128i places = _mm_cvtepu8_epi32(_mm_srli_si128(values, 8));
        _mm_storel_epi64((__m128i *)(ids + to), values);
        _mm_storeu_si128((__m128i *)(offsets + 2 * to), _mm_add_epi32(places, _mm_set1_epi32(base + spans[2 * at])));
        if (words) words[to] = words[to + 1] = word;
        word++;
        to += 1 + (slot->values[2] > 0xFFFFFF);
    }
    *size = to;
    *word_at = word;
    return at;
}

#else
#define vector_emit_places plain_emit_places
#endif

static inline int batch_emit_places(const word_batch *b, const word_table *t, int at, int32_t base,
                                    const int32_t *spans, uint32_t *ids, int32_t *offsets, int32_t *words,
                                    int32_t *word, ptrdiff_t *size) {
    return t->vector ? vector_emit_places(b, t, at, base, spans, ids, offsets, words, word, size)
                     : plain_emit_places(b, t, at, base, spans, ids, offsets, words, word, size);
}

#endif
