/* The word cache: the inner loops that turn words into keys and find their slots, one vector register a word.
 *
 * `pending_words` gathers words across texts and documents, so that the slots of many are prefetched before the first
 * is looked up. The key of a word of 1 to 15 bytes is the word itself: the bytes, zero filled, and in the top byte the
 * length. A slot holds the same key, with the count of the word's values in the bits above the length. Everything else
 * is an extra entry: a longer word, whose bytes are copied, or an added token. The key of an extra entry has length 0,
 * so that it equals no slot, and the index of the entry among the extras, counted from 1. */
#ifndef SUBWORD_WORD_CACHE_H
#define SUBWORD_WORD_CACHE_H

#include "cpu/hash.h"
#include "cpu/hints.h"

enum {
    PENDING_WORDS = 256,      /* words between a prefetch and its use */
    PENDING_ROWS = 256,       /* ends of rows that wait with them */
    PENDING_BYTES = 1 << 13,  /* for the bytes of long words that wait */
    MAX_SHORT_BYTES = 15,     /* of a word that is its own key */
    MAX_CACHED_BYTES = 512,   /* longer words are computed each time */
    SLOT32 = 5, SLOT64 = 6,   /* a slot has 32 or 64 bytes: their logarithm to base 2 */
    SLOT32_VALUES = 4, SLOT64_VALUES = 12, /* values that such a slot holds */
    VALUES_PER_TOKEN = 3,     /* of a token with its offsets: its id, start << 16 | end, its word */
    MAX_TOKENS = SLOT64_VALUES / VALUES_PER_TOKEN, /* of a word whose offsets `pending_emit_offsets` emits */
    TWO_TOKENS = 3,           /* values of a short word with offsets that has one or two tokens, see pack_tokens */
    FOUR_TOKENS = 4,          /* of one that has three or four, without gaps: id | end << 24 of each, or 0 */
    IN_ARENA = 15,            /* as a slot's count: values[0] is the index in the arena, values[1] the count */
    ADDED_TOKEN = -1          /* as the size of an extra entry: `hash` is the id of an added token */
};

typedef struct {
    uint64_t low, high;     /* high == 0: empty */
    uint32_t values[SLOT32_VALUES];
} word_slot;

typedef struct {
    uint64_t hash;
    uint32_t arena_index;   /* of the word's bytes; its values come after them */
    uint16_t size, count;   /* size == 0: empty */
} long_slot;

typedef struct {
    char *slots;            /* of 1 << shift bytes, in memory aligned to them */
    uint64_t mask;          /* of a hash: the byte where a slot begins */
    long_slot *long_slots;
    uint64_t long_mask;
    uint32_t *arena;
    int shift;
    int vector;             /* use the vector forms below, which have a hash of their own */
    uint64_t hash_key[4];   /* unknown to texts, see _core/hash_keys.pyx */
} word_table;

typedef struct {
    uint64_t hash;
    int32_t first_byte, size; /* of a long word, in `bytes` below */
} extra_entry;

typedef struct {
    word_key keys[PENDING_WORDS];
    uint32_t hashes[PENDING_WORDS];
    extra_entry extras[PENDING_WORDS];
    uint8_t bytes[PENDING_BYTES];
    int row_ends[PENDING_ROWS]; /* a row ends before this word */
    int size, extra_count, bytes_used, rows;
} pending_words;

static inline void pending_clear(pending_words *w) { w->size = w->extra_count = w->bytes_used = w->rows = 0; }

/* Append an entry that is not a short word: a word of `size` bytes, or an ADDED_TOKEN. NULL if it is full. */
static inline extra_entry *pending_add_extra(pending_words *w, int32_t size, uint64_t hash) {
    if (w->size == PENDING_WORDS || (size > 0 && w->bytes_used + size > PENDING_BYTES)) return NULL;
    extra_entry *extra = &w->extras[w->extra_count++];
    extra->size = size;
    extra->hash = hash;
    extra->first_byte = w->bytes_used;
    w->keys[w->size].low = (uint64_t)w->extra_count;
    w->keys[w->size].high = 0;
    w->hashes[w->size++] = 0;
    return extra;
}

/* Copy and compare long words. Most have 16 to 32 bytes: these are two overlapping halves. */
static inline void copy_word(uint8_t *to, const uint8_t *from, int32_t size) {
    if (subword_likely(size >= 16 && size <= 32)) {
        uint64_t halves[4];
        memcpy(halves, from, 16);
        memcpy(halves + 2, from + size - 16, 16);
        memcpy(to, halves, 16);
        memcpy(to + size - 16, halves + 2, 16);
    } else {
        memcpy(to, from, (size_t)size);
    }
}

static inline int same_word(const uint8_t *a, const uint8_t *b, int32_t size) {
    if (!subword_likely(size >= 16 && size <= 32)) return memcmp(a, b, (size_t)size) == 0;
    const uint8_t *c = a + size - 16, *d = b + size - 16;
    return ((load64(a) ^ load64(b)) | (load64(a + 8) ^ load64(b + 8)) | (load64(c) ^ load64(d)) |
            (load64(c + 8) ^ load64(d + 8))) == 0;
}

static inline int pending_add_long(pending_words *w, const word_table *t, const uint8_t *p, int32_t size) {
    if (size > MAX_CACHED_BYTES) return 0;
    uint64_t hash = hash_bytes(p, (size_t)size, t->hash_key);
    const extra_entry *extra = pending_add_extra(w, size, hash);
    if (!extra) return 0;
    copy_word(w->bytes + extra->first_byte, p, size);
    w->bytes_used += size;
    subword_prefetch(t->long_slots + (hash & t->long_mask));
    return 1;
}

/* Copy values four at a time: up to three values more than `count` are read and written. */
static inline void copy_values(uint32_t *to, const uint32_t *from, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 4) memcpy(to + i, from + i, 16);
}

#define SLOT(t, hash) ((word_slot *)((t)->slots + ((hash) & (t)->mask)))
#define SLOT_COUNT(slot) ((uint32_t)((slot)->high >> 60))

/* The slot to try after `at`: with slots of 32 bytes first the other one in the same cache line, then the next line. */
static inline uint64_t next_slot(const word_table *t, uint32_t hash, uint64_t at) {
    uint64_t other = at ^ 1ull << SLOT32;
    if (t->shift == SLOT32 && (other ^ hash) & 1ull << SLOT32) return other;
    return ((t->shift == SLOT32 ? other : at) + (1ull << SLOT64)) & t->mask;
}

/* The values of a short word, or NULL. */
static inline const uint32_t *find_short(const word_table *t, const word_key *key, uint32_t hash, uint32_t *count) {
    for (uint64_t at = hash & t->mask;; at = next_slot(t, hash, at)) {
        const word_slot *slot = SLOT(t, at);
        if (slot->high == 0) return NULL;
        if (slot->low != key->low || (slot->high ^ key->high) << 4) continue;
        *count = SLOT_COUNT(slot);
        if (*count < IN_ARENA) return slot->values;
        *count = slot->values[1];
        return t->arena + slot->values[0];
    }
}

/* The values of a long word, or NULL: in the arena they come after its bytes, at the next whole entry. */
static inline const uint32_t *find_long(const word_table *t, const uint8_t *word, int32_t size, uint64_t hash,
                                        uint32_t *count) {
    for (uint64_t at = hash & t->long_mask;; at = (at + 1) & t->long_mask) {
        const long_slot *slot = &t->long_slots[at];
        if (slot->size == 0) return NULL;
        const uint32_t *entry = t->arena + slot->arena_index;
        if (slot->hash != hash || slot->size != size || !same_word((const uint8_t *)entry, word, size)) continue;
        *count = slot->count;
        return entry + ((size_t)size + 3) / 4;
    }
}

/* The values of the pending word `at`, which is no added token, or NULL. */
static inline const uint32_t *pending_find(const pending_words *w, const word_table *t, int at, uint32_t *count) {
    const word_key *key = &w->keys[at];
    if (key->high) return find_short(t, key, w->hashes[at], count);
    const extra_entry *extra = &w->extras[key->low - 1];
    return find_long(t, w->bytes + extra->first_byte, extra->size, extra->hash, count);
}

/* The first pending word from `at` on that is not in the table, or as many as wait. */
static inline int pending_next_new(const pending_words *w, const word_table *t, int at) {
    uint32_t count;
    for (; at < w->size; at++) {
        const word_key *key = &w->keys[at];
        const word_slot *slot = SLOT(t, w->hashes[at]);
        if (subword_likely(slot->low == key->low && (slot->high ^ key->high) << 4 == 0)) continue;
        if (key->high == 0 && w->extras[key->low - 1].size <= 0) continue;
        if (!pending_find(w, t, at, &count)) break;
    }
    return at;
}

/* Write the id of the pending entry `at` if it is an added token, the values of a word if it is in the table, in
 * another slot than its first or as a long word. Returns where they end, or NULL if it is not there or has more than SLOT64_VALUES. Not inlined: the loops that call
 * it need their registers. */
subword_noinline static uint32_t *emit_found(const pending_words *w, const word_table *t, int at, uint32_t *ids) {
    uint32_t count;
    if (w->keys[at].high == 0) {
        const extra_entry *extra = &w->extras[w->keys[at].low - 1];
        if (extra->size == ADDED_TOKEN) {
            *ids = (uint32_t)extra->hash;
            return ids + 1;
        }
        if (extra->size == 0) return NULL;
    }
    const uint32_t *values = pending_find(w, t, at, &count);
    if (!values || count > SLOT64_VALUES) return NULL;
    copy_values(ids, values, count);
    return ids + count;
}

/* Append the words spans[at], ... of a text; n bytes of it may be read. Returns the first that did not fit, or `count`; that word
 * may be longer than MAX_CACHED_BYTES. */
static inline int plain_add(pending_words *w, const word_table *t, const uint8_t *text, ptrdiff_t n,
                            const int32_t *spans, int at, int count) {
    for (; at < count && w->size < PENDING_WORDS; at++) {
        int32_t start = spans[2 * at], size = spans[2 * at + 1] - start;
        if (size > MAX_SHORT_BYTES || size == 0) {
            if (!pending_add_long(w, t, text + start, size)) break;
            continue;
        }
        word_key key = short_key(text + start, size, n - start >= 16);
        uint32_t hash = (uint32_t)hash_key(key.low, key.high, t->hash_key);
        w->keys[w->size] = key;
        w->hashes[w->size++] = hash;
        subword_prefetch(SLOT(t, hash));
    }
    return at;
}

/* Emit the pending words `at`, ..., last - 1 that are in the table and have at most SLOT64_VALUES values; returns the
 * first other one. At *ids there is space for SLOT64_VALUES a word and as many more. */
static inline int plain_emit(const pending_words *w, const word_table *t, int at, int last, uint32_t **ids) {
    uint32_t max_values = t->shift == SLOT64 ? SLOT64_VALUES : SLOT32_VALUES;
    for (; at < last; at++) {
        const word_slot *slot = SLOT(t, w->hashes[at]);
        uint32_t count = SLOT_COUNT(slot);
        if (slot->low != w->keys[at].low || (slot->high ^ w->keys[at].high) << 4 || count > max_values) {
            uint32_t *end = emit_found(w, t, at, *ids);
            if (!end) break;
            *ids = end;
            continue;
        }
        memcpy(*ids, slot->values, count * sizeof(uint32_t));
        *ids += count;
    }
    return at;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#include "cpu/load_tail.h"

#define WORD_CACHE_AVX2 __attribute__((target("avx2,aes,bmi2")))

static inline int word_cache_has_vector(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("aes");
}

/* 16 bytes at length_masks + 16 - n: n times 0xFF, then zeros. */
static const uint8_t length_masks[32] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

/* Three rounds of AES. Every bit depends on every byte after two of them; but there words that differ in four bytes
 * alone, those of one column, could have no more than 256 hashes, whatever the key. */
WORD_CACHE_AVX2 static inline uint32_t vector_hash(__m128i word, __m128i first, __m128i second) {
    __m128i state = _mm_aesenc_si128(_mm_xor_si128(word, first), second);
    state = _mm_aesenc_si128(state, first);
    return (uint32_t)_mm_cvtsi128_si32(_mm_aesenc_si128(state, second));
}

#define HASH_KEY(t, half) _mm_loadu_si128((const __m128i *)(t)->hash_key + (half))

/* The 16 bytes from `start` on, zero filled, where fewer are left of the text. */
WORD_CACHE_AVX2 static inline __m128i load_tail(const uint8_t *text, ptrdiff_t n, ptrdiff_t start) {
    if (n < 16) return load_short(text + start, n - start);
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(text + n - 16)), shift_bytes(start - (n - 16)));
}

WORD_CACHE_AVX2 static inline int vector_add(pending_words *w, const word_table *t, const uint8_t *text, ptrdiff_t n,
                                             const int32_t *spans, int at, int count) {
    ptrdiff_t whole = n - 16;
    const char *slots = t->slots;
    uint64_t mask = t->mask;
    const __m128i first = HASH_KEY(t, 0), second = HASH_KEY(t, 1);
    int size = w->size;
    for (; at < count && size < PENDING_WORDS; at++) {
        ptrdiff_t start = spans[2 * at];
        int32_t length = spans[2 * at + 1] - (int32_t)start;
        if (subword_likely((uint32_t)length - 1 < MAX_SHORT_BYTES)) {
            __m128i key = subword_likely(start <= whole) ? _mm_loadu_si128((const __m128i *)(text + start))
                                                         : load_tail(text, n, start);
            key = _mm_and_si128(key, _mm_loadu_si128((const __m128i *)(length_masks + 16 - length)));
            key = _mm_or_si128(key, _mm_slli_si128(_mm_cvtsi32_si128(length), 15));
            _mm_storeu_si128((__m128i *)&w->keys[size], key);
            uint32_t hash = vector_hash(key, first, second);
            w->hashes[size++] = hash;
            subword_prefetch_beside(slots + (hash & mask));
            continue;
        }
        w->size = size;
        if (!pending_add_long(w, t, text + start, length)) break;
        size = w->size;
    }
    w->size = size;
    return at;
}

WORD_CACHE_AVX2 static inline int vector_emit_as(const pending_words *w, const word_table *t, int at, int last,
                                                uint32_t **ids_at, int slot64) {
    const char *slots = t->slots;
    uint64_t mask = t->mask;
    uint32_t *ids = *ids_at;
    /* All of the key but the count; in a slot of 32 bytes also the top bit of the count, which is set for IN_ARENA. */
    const __m128i care = _mm_set_epi64x(slot64 ? 0x0FFFFFFFFFFFFFFFll : (long long)0x8FFFFFFFFFFFFFFFull, -1);
    const __m128i key = _mm_set_epi64x(0x0FFFFFFFFFFFFFFFll, -1);
    for (; at < last; at++) {
        const word_slot *slot = (const word_slot *)(slots + (w->hashes[at] & mask));
        __m128i differs = _mm_xor_si128(_mm_loadu_si128((const __m128i *)&w->keys[at]),
                                        _mm_load_si128((const __m128i *)slot));
        uint32_t count = SLOT_COUNT(slot);
        if (!subword_likely(_mm_testz_si128(differs, care)) || (slot64 && count == IN_ARENA)) {
            if (count == IN_ARENA && _mm_testz_si128(differs, key) && slot->values[1] <= SLOT64_VALUES) {
                copy_values(ids, t->arena + slot->values[0], slot->values[1]);
                ids += slot->values[1];
                continue;
            }
            uint32_t *end = emit_found(w, t, at, ids);
            if (!end) break;
            ids = end;
            continue;
        }
        _mm_storeu_si128((__m128i *)ids, _mm_load_si128((const __m128i *)slot->values));
        if (slot64) _mm256_storeu_si256((__m256i *)(ids + 4), _mm256_load_si256((const __m256i *)(slot->values + 4)));
        ids += count;
    }
    *ids_at = ids;
    return at;
}

WORD_CACHE_AVX2 static inline int vector_emit(const pending_words *w, const word_table *t, int at, int last,
                                             uint32_t **ids) {
    return t->shift == SLOT64 ? vector_emit_as(w, t, at, last, ids, 1) : vector_emit_as(w, t, at, last, ids, 0);
}

WORD_CACHE_AVX2 static inline uint32_t vector_key_hash(const word_table *t, const word_key *key) {
    return vector_hash(_mm_loadu_si128((const __m128i *)key), HASH_KEY(t, 0), HASH_KEY(t, 1));
}
#else
static inline int word_cache_has_vector(void) { return 0; }
#define vector_add plain_add
#define vector_emit plain_emit
#define vector_key_hash(t, key) ((uint32_t)hash_key((key)->low, (key)->high, (t)->hash_key))
#endif

static inline int pending_add(pending_words *w, const word_table *t, const uint8_t *text, ptrdiff_t n,
                              const int32_t *spans, int at, int count) {
    return t->vector ? vector_add(w, t, text, n, spans, at, count) : plain_add(w, t, text, n, spans, at, count);
}

static inline int pending_emit(const pending_words *w, const word_table *t, int at, int last, uint32_t **ids) {
    return t->vector ? vector_emit(w, t, at, last, ids) : plain_emit(w, t, at, last, ids);
}

static inline uint32_t word_hash(const word_table *t, const word_key *key) {
    return t->vector ? vector_key_hash(t, key) : (uint32_t)hash_key(key->low, key->high, t->hash_key);
}

/* The slots of long words have been prefetched; now prefetch what they point to. */
static inline void pending_prefetch_long(const pending_words *w, const word_table *t) {
    for (int i = 0; i < w->extra_count; i++) {
        if (w->extras[i].size <= 0) continue;
        const long_slot *slot = &t->long_slots[w->extras[i].hash & t->long_mask];
        subword_prefetch(t->arena + slot->arena_index);
        subword_prefetch(t->arena + slot->arena_index + 16);
    }
}

#endif
