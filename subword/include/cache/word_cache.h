/* The inner loops of the word cache: keys of words, and the slots they hit, one vector register a word.
 *
 * A batch gathers words across texts and documents. A word of 1 to 15 bytes is its own key: the bytes, zero filled,
 * and in the top byte the length. In a slot the same key stands with the count of the word's values above the length.
 * Everything else is odd: a longer word, whose bytes the batch copies, or an added token. An odd entry's key has no
 * length, so that no slot is like it, and its number among the odd, from 1. */
#ifndef SUBWORD_WORDS_H
#define SUBWORD_WORDS_H

#include "cpu/memory.h"

enum {
    BATCH_WORDS = 256,      /* words between a prefetch and its use */
    BATCH_ROWS = 256,       /* ends of rows that wait with them */
    BATCH_BYTES = 1 << 13,  /* room for the bytes of its odd words */
    SHORT_WORD = 15,
    LONGEST_CACHED = 512,   /* bytes; longer words are computed each time */
    NARROW = 5, WIDE = 6,   /* logarithm of a slot's bytes */
    NARROW_VALUES = 4, WIDE_VALUES = 12,
    PLACES = 3,             /* values of a token with its place: its id, start << 16 | end, its word */
    MOST_TOKENS = WIDE_VALUES / PLACES, /* of a word whose places `batch_emit_places` emits */
    PACKED = 3,             /* values of a short word that holds one or two tokens with their places */
    PACKED_MANY = 4,        /* of one that holds three or four, gap-free: id | end << 24 of each, or 0 for the fourth */
    SPILLED = 15,           /* as the count: the values are in the arena, at values[0], values[1] of them */
    TOKEN = -1              /* as the size of an odd word: `hash` is the id of an added token */
};

typedef struct {
    uint64_t low, high;     /* high == 0: empty */
    uint32_t values[NARROW_VALUES];
} word_slot;

typedef struct {
    uint64_t hash;
    uint32_t place;         /* in the arena: the bytes, then the values */
    uint16_t size, count;   /* size == 0: empty */
} long_slot;

typedef struct {
    char *slots;            /* of 1 << shift bytes, in memory aligned to them */
    uint64_t mask;          /* of a hash: the byte where a slot begins */
    long_slot *longs;
    uint64_t long_mask;
    uint32_t *arena;
    int shift;
    int vector;             /* the vector forms below, whose hash is another */
} word_table;

typedef struct {
    uint64_t hash;
    int32_t place, size;    /* in the batch's bytes */
} odd_word;

typedef struct {
    word_key keys[BATCH_WORDS];
    uint32_t hashes[BATCH_WORDS];
    odd_word odd[BATCH_WORDS];
    uint8_t bytes[BATCH_BYTES];
    int row_ends[BATCH_ROWS]; /* a row ends before this word */
    int size, odd_size, bytes_used, rows;
} word_batch;

static inline void batch_clear(word_batch *b) { b->size = b->odd_size = b->bytes_used = b->rows = 0; }

/* Append an entry that is not a short word: one of `size` bytes, or a TOKEN. NULL without room. */
static inline odd_word *batch_odd(word_batch *b, int32_t size, uint64_t hash) {
    if (b->size == BATCH_WORDS || (size > 0 && b->bytes_used + size > BATCH_BYTES)) return NULL;
    odd_word *odd = &b->odd[b->odd_size++];
    odd->size = size;
    odd->hash = hash;
    odd->place = b->bytes_used;
    b->keys[b->size].low = (uint64_t)b->odd_size;
    b->keys[b->size].high = 0;
    b->hashes[b->size++] = 0;
    return odd;
}

/* Copy, and compare, words of which most have 16 to 32 bytes: as two overlapping halves. */
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

static inline int batch_long(word_batch *b, const word_table *t, const uint8_t *p, int32_t size) {
    if (size > LONGEST_CACHED) return 0;
    uint64_t hash = hash_bytes(p, (size_t)size);
    const odd_word *odd = batch_odd(b, size, hash);
    if (!odd) return 0;
    copy_word(b->bytes + odd->place, p, size);
    b->bytes_used += size;
    subword_prefetch(t->longs + (hash & t->long_mask));
    return 1;
}

/* Copy values four at a time: up to three more are read and written. */
static inline void copy_values(uint32_t *to, const uint32_t *from, uint32_t count) {
    for (uint32_t i = 0; i < count; i += 4) memcpy(to + i, from + i, 16);
}

#define SLOT(t, hash) ((word_slot *)((t)->slots + ((hash) & (t)->mask)))
#define SLOT_COUNT(slot) ((uint32_t)((slot)->high >> 60))

/* The slot to try after `at`: of narrow ones first the other one in the same cache line, then those behind. */
static inline uint64_t next_slot(const word_table *t, uint32_t hash, uint64_t at) {
    uint64_t other = at ^ 1ull << NARROW;
    if (t->shift == NARROW && (other ^ hash) & 1ull << NARROW) return other;
    return ((t->shift == NARROW ? other : at) + (1ull << WIDE)) & t->mask;
}

/* The values of a short word, or NULL. */
static inline const uint32_t *find_short(const word_table *t, const word_key *key, uint32_t hash, uint32_t *count) {
    for (uint64_t at = hash & t->mask;; at = next_slot(t, hash, at)) {
        const word_slot *slot = SLOT(t, at);
        if (slot->high == 0) return NULL;
        if (slot->low != key->low || (slot->high ^ key->high) << 4) continue;
        *count = SLOT_COUNT(slot);
        if (*count < SPILLED) return slot->values;
        *count = slot->values[1];
        return t->arena + slot->values[0];
    }
}

/* The values of a long word, or NULL: in the arena they begin behind its bytes, at a whole entry. */
static inline const uint32_t *find_long(const word_table *t, const uint8_t *word, int32_t size, uint64_t hash,
                                        uint32_t *count) {
    for (uint64_t at = hash & t->long_mask;; at = (at + 1) & t->long_mask) {
        const long_slot *slot = &t->longs[at];
        if (slot->size == 0) return NULL;
        const uint32_t *place = t->arena + slot->place;
        if (slot->hash != hash || slot->size != size || !same_word((const uint8_t *)place, word, size)) continue;
        *count = slot->count;
        return place + ((size_t)size + 3) / 4;
    }
}

/* The values of the batch's word `at`, which has a size, or NULL. */
static inline const uint32_t *batch_find(const word_batch *b, const word_table *t, int at, uint32_t *count) {
    const word_key *key = &b->keys[at];
    if (key->high) return find_short(t, key, b->hashes[at], count);
    const odd_word *odd = &b->odd[key->low - 1];
    return find_long(t, b->bytes + odd->place, odd->size, odd->hash, count);
}

/* Write the values of the word b[at] if it is in the table, off the slot of its hash or long. Returns where they end,
 * or NULL if it is not, or has many. Kept out of the loops that call it: they need their registers. */
subword_noinline static uint32_t *emit_found(const word_batch *b, const word_table *t, int at, uint32_t *ids) {
    uint32_t count;
    if (b->keys[at].high == 0 && b->odd[b->keys[at].low - 1].size <= 0) return NULL;
    const uint32_t *values = batch_find(b, t, at, &count);
    if (!values || count > WIDE_VALUES) return NULL;
    copy_values(ids, values, count);
    return ids + count;
}

/* Append the words spans[at], ... of a text of n bytes. Returns the first that has no room, or `count`; that word
 * may be longer than LONGEST_CACHED. */
static inline int plain_fill(word_batch *b, const word_table *t, const uint8_t *text, ptrdiff_t n, const int32_t *spans,
                             int at, int count) {
    for (; at < count && b->size < BATCH_WORDS; at++) {
        int32_t start = spans[2 * at], size = spans[2 * at + 1] - start;
        if (size > SHORT_WORD || size == 0) {
            if (!batch_long(b, t, text + start, size)) break;
            continue;
        }
        word_key key = short_key(text + start, size, n - start >= 16);
        uint32_t hash = (uint32_t)hash_key(key.low, key.high);
        b->keys[b->size] = key;
        b->hashes[b->size++] = hash;
        subword_prefetch(SLOT(t, hash));
    }
    return at;
}

/* Emit the words b[at], ..., b[last - 1] that are in the table and have no more values than a wide slot holds; returns
 * the first other one. At *ids there is room for 12 values a word and 12 more. */
static inline int plain_emit(const word_batch *b, const word_table *t, int at, int last, uint32_t **ids) {
    uint32_t most = t->shift == WIDE ? WIDE_VALUES : NARROW_VALUES;
    for (; at < last; at++) {
        const word_slot *slot = SLOT(t, b->hashes[at]);
        uint32_t count = SLOT_COUNT(slot);
        if (slot->low != b->keys[at].low || (slot->high ^ b->keys[at].high) << 4 || count > most) {
            uint32_t *end = emit_found(b, t, at, *ids);
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

#define WORDS_FUNCTION __attribute__((target("avx2,aes,bmi2")))

static inline int words_vector(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("aes"); }

/* 16 bytes at length_masks + 16 - n: n times 0xFF, then zeros. */
static const uint8_t length_masks[32] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

/* Two rounds of AES: after them every bit depends on every byte. */
WORDS_FUNCTION static inline uint32_t vector_hash(__m128i key) {
    __m128i round = _mm_aesenc_si128(key, _mm_set1_epi64x((long long)0x9E3779B97F4A7C15ull));
    return (uint32_t)_mm_cvtsi128_si32(_mm_aesenc_si128(round, round));
}

/* The 16 bytes from `start` on where the text ends before. */
WORDS_FUNCTION static inline __m128i load_tail(const uint8_t *text, ptrdiff_t n, ptrdiff_t start) {
    if (n < 16) return load_few(text + start, n - start);
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(text + n - 16)), move_down(start - (n - 16)));
}

WORDS_FUNCTION static inline int vector_fill(word_batch *b, const word_table *t, const uint8_t *text, ptrdiff_t n,
                                      const int32_t *spans, int at, int count) {
    ptrdiff_t whole = n - 16;
    const char *slots = t->slots;
    uint64_t mask = t->mask;
    int size = b->size;
    for (; at < count && size < BATCH_WORDS; at++) {
        ptrdiff_t start = spans[2 * at];
        int32_t length = spans[2 * at + 1] - (int32_t)start;
        if (subword_likely((uint32_t)length - 1 < SHORT_WORD)) {
            __m128i key = subword_likely(start <= whole) ? _mm_loadu_si128((const __m128i *)(text + start))
                                                         : load_tail(text, n, start);
            key = _mm_and_si128(key, _mm_loadu_si128((const __m128i *)(length_masks + 16 - length)));
            key = _mm_or_si128(key, _mm_slli_si128(_mm_cvtsi32_si128(length), 15));
            _mm_storeu_si128((__m128i *)&b->keys[size], key);
            uint32_t hash = vector_hash(key);
            b->hashes[size++] = hash;
            subword_prefetch(slots + (hash & mask));
            continue;
        }
        b->size = size;
        if (!batch_long(b, t, text + start, length)) break;
        size = b->size;
    }
    b->size = size;
    return at;
}

WORDS_FUNCTION static inline int vector_emit_as(const word_batch *b, const word_table *t, int at, int last,
                                                uint32_t **ids_at, int wide) {
    const char *slots = t->slots;
    uint64_t mask = t->mask;
    uint32_t *ids = *ids_at;
    /* All of the key but the count; of a narrow slot's count the top bit, which says SPILLED. */
    const __m128i care = _mm_set_epi64x(wide ? 0x0FFFFFFFFFFFFFFFll : (long long)0x8FFFFFFFFFFFFFFFull, -1);
    const __m128i key = _mm_set_epi64x(0x0FFFFFFFFFFFFFFFll, -1);
    for (; at < last; at++) {
        const word_slot *slot = (const word_slot *)(slots + (b->hashes[at] & mask));
        __m128i differs = _mm_xor_si128(_mm_loadu_si128((const __m128i *)&b->keys[at]),
                                        _mm_load_si128((const __m128i *)slot));
        uint32_t count = SLOT_COUNT(slot);
        if (!subword_likely(_mm_testz_si128(differs, care)) || (wide && count == SPILLED)) {
            if (count == SPILLED && _mm_testz_si128(differs, key) && slot->values[1] <= WIDE_VALUES) {
                copy_values(ids, t->arena + slot->values[0], slot->values[1]);
                ids += slot->values[1];
                continue;
            }
            uint32_t *end = emit_found(b, t, at, ids);
            if (!end) break;
            ids = end;
            continue;
        }
        _mm_storeu_si128((__m128i *)ids, _mm_load_si128((const __m128i *)slot->values));
        if (wide) _mm256_storeu_si256((__m256i *)(ids + 4), _mm256_load_si256((const __m256i *)(slot->values + 4)));
        ids += count;
    }
    *ids_at = ids;
    return at;
}

WORDS_FUNCTION static inline int vector_emit(const word_batch *b, const word_table *t, int at, int last,
                                             uint32_t **ids) {
    return t->shift == WIDE ? vector_emit_as(b, t, at, last, ids, 1) : vector_emit_as(b, t, at, last, ids, 0);
}

WORDS_FUNCTION static inline uint32_t vector_key_hash(const word_key *key) {
    return vector_hash(_mm_loadu_si128((const __m128i *)key));
}
#else
static inline int words_vector(void) { return 0; }
#define vector_fill plain_fill
#define vector_emit plain_emit
#define vector_key_hash(key) ((uint32_t)hash_key((key)->low, (key)->high))
#endif

static inline int batch_fill(word_batch *b, const word_table *t, const uint8_t *text, ptrdiff_t n, const int32_t *spans,
                             int at, int count) {
    return t->vector ? vector_fill(b, t, text, n, spans, at, count) : plain_fill(b, t, text, n, spans, at, count);
}

static inline int batch_emit(const word_batch *b, const word_table *t, int at, int last, uint32_t **ids) {
    return t->vector ? vector_emit(b, t, at, last, ids) : plain_emit(b, t, at, last, ids);
}

static inline uint32_t word_hash(const word_table *t, const word_key *key) {
    return t->vector ? vector_key_hash(key) : (uint32_t)hash_key(key->low, key->high);
}

/* The slots of long words have been asked for; now ask for what they point to. */
static inline void batch_prefetch_long(const word_batch *b, const word_table *t) {
    for (int i = 0; i < b->odd_size; i++) {
        if (b->odd[i].size <= 0) continue;
        const long_slot *slot = &t->longs[b->odd[i].hash & t->long_mask];
        subword_prefetch(t->arena + slot->place);
        subword_prefetch(t->arena + slot->place + 16);
    }
}

#endif
