/* Cache hints and hashing: what Cython has no words for. */
#ifndef SUBWORD_MEMORY_H
#define SUBWORD_MEMORY_H

#include <stdint.h>
#include <stddef.h>
#include <string.h>

#include "cpu/multiply128.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#if defined(__GNUC__)
#define subword_prefetch(p) __builtin_prefetch((p), 0, 3)
#define subword_likely(x) __builtin_expect(!!(x), 1)
#define subword_noinline __attribute__((noinline, unused))
#else
#define subword_prefetch(p) ((void)(p))
#define subword_likely(x) (x)
#define subword_noinline
#endif

/* Ask for 2 MiB pages before the memory is first touched: fewer page faults and TLB misses for large tables. */
static inline void advise_huge_pages(void *p, size_t size) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    uintptr_t huge = (uintptr_t)2 << 20, from = ((uintptr_t)p + 4095) & ~(uintptr_t)4095, to = ((uintptr_t)p + size) & ~(uintptr_t)4095;
    if (size >= 2 * huge && to > from) madvise((void *)from, to - from, MADV_HUGEPAGE);
#else
    (void)p; (void)size;
#endif
}

static inline void *align_up(void *p, size_t to) { return (void *)(((uintptr_t)p + to - 1) & ~(uintptr_t)(to - 1)); }

/* The pages of this memory hold nothing that is needed: the kernel may take them when it is short, and needs not clear
 * those it has not taken when they are written again. */
static inline void offer_to_kernel(void *p, size_t size) {
#if defined(__linux__) && defined(MADV_FREE)
    uintptr_t from = ((uintptr_t)p + 4095) & ~(uintptr_t)4095, to = ((uintptr_t)p + size) & ~(uintptr_t)4095;
    if (to > from) madvise((void *)from, to - from, MADV_FREE);
#else
    (void)p; (void)size;
#endif
}

/* Let the kernel have what malloc holds back: after many small blocks were freed. */
static inline void return_free_memory(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

/* Fold a 64 x 64 bit product: a good hash step that is two instructions. */
static inline uint64_t mix(uint64_t a, uint64_t b) {
    uint64_t high, low = wide_product(a, b, &high);
    return low ^ high;
}

static inline uint64_t load64(const uint8_t *p) { uint64_t v; memcpy(&v, p, 8); return v; }

/* Hash any bytes. The last eight overlap those before, so that no copy has a size known only when it runs. */
static inline uint64_t hash_bytes(const uint8_t *p, size_t n) {
    uint64_t h = n * 0x9E3779B97F4A7C15ull, tail = 0;
    if (n < 8) {
        memcpy(&tail, p, n);
    } else {
        const uint8_t *last = p + n - 8;
        for (; p < last; p += 8) h = mix(h ^ load64(p), 0xA0761D6478BD642Full);
        tail = load64(last);
    }
    return mix(h ^ tail, 0xE7037ED1A0B428DBull);
}

/* The key of a word of 1 to 15 bytes: the bytes, zero filled, with the length in the top byte, as two words.
 * `whole`: 16 bytes may be read at p. Kept in two registers; no branch on the length. */
typedef struct { uint64_t low, high; } word_key;

static inline word_key short_key(const uint8_t *p, int n, int whole) {
    word_key k;
    if (subword_likely(whole)) {
        k.low = load64(p);
        k.high = load64(p + 8);
        uint64_t low_mask = n >= 8 ? ~0ull : (1ull << (8 * n)) - 1;
        uint64_t high_mask = n <= 8 ? 0 : (1ull << (8 * (n - 8))) - 1;
        k.low &= low_mask;
        k.high &= high_mask;
    } else {
        uint8_t padded[16] = {0};
        memcpy(padded, p, (size_t)n);
        k.low = load64(padded);
        k.high = load64(padded + 8);
    }
    k.high |= (uint64_t)n << 56;
    return k;
}

static inline uint64_t hash_key(uint64_t low, uint64_t high) {
    return mix(low ^ 0x9E3779B97F4A7C15ull, high ^ 0xA0761D6478BD642Full);
}

#endif
