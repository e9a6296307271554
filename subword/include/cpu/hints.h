/* Hints to the compiler, the processor and the kernel. */
#ifndef SUBWORD_HINTS_H
#define SUBWORD_HINTS_H

#include <stdint.h>
#include <stddef.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#if defined(__GNUC__)
/* With the empty statement, because gcc takes a function that only prefetches for one without effect, and drops it. */
#define subword_prefetch(p) do { __builtin_prefetch((p), 0, 3); __asm__ volatile(""); } while (0)
/* Without it, for a loop that does other things too: there the statement costs 5 % of a warm encode. */
#define subword_prefetch_beside(p) __builtin_prefetch((p), 0, 3)
#define subword_likely(x) __builtin_expect(!!(x), 1)
#define subword_noinline __attribute__((noinline, unused))
#else
#define subword_prefetch(p) ((void)(p))
#define subword_prefetch_beside(p) ((void)(p))
#define subword_likely(x) (x)
#define subword_noinline
#endif

/* Ask for 2 MiB pages before the memory is first touched: fewer page faults and TLB misses for large tables. */
static inline void advise_huge_pages(void *p, size_t size) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    uintptr_t huge = (uintptr_t)2 << 20;
    uintptr_t from = ((uintptr_t)p + 4095) & ~(uintptr_t)4095, to = ((uintptr_t)p + size) & ~(uintptr_t)4095;
    if (size >= 2 * huge && to > from) madvise((void *)from, to - from, MADV_HUGEPAGE);
#else
    (void)p; (void)size;
#endif
}

/* Have the kernel give all pages of fresh memory in one call: a fault for each of them takes three times as long. */
static inline void populate_pages(void *p, size_t size) {
#if defined(__linux__)
    uintptr_t from = ((uintptr_t)p + 4095) & ~(uintptr_t)4095, to = ((uintptr_t)p + size) & ~(uintptr_t)4095;
    const int populate_write = 23; /* MADV_POPULATE_WRITE: headers older than Linux 5.14 lack the name, and kernels refuse it */
    if (to > from) (void)madvise((void *)from, to - from, populate_write);
#else
    (void)p; (void)size;
#endif
}

static inline void *align_up(void *p, size_t to) { return (void *)(((uintptr_t)p + to - 1) & ~(uintptr_t)(to - 1)); }

/* Tell the kernel that nothing in this memory is needed: it may take the pages when memory is short, and need not clear
 * those that it has not taken. */
static inline void offer_to_kernel(void *p, size_t size) {
#if defined(__linux__) && defined(MADV_FREE)
    uintptr_t from = ((uintptr_t)p + 4095) & ~(uintptr_t)4095, to = ((uintptr_t)p + size) & ~(uintptr_t)4095;
    if (to > from) madvise((void *)from, to - from, MADV_FREE);
#else
    (void)p; (void)size;
#endif
}

/* Give the kernel back what malloc keeps, after many small blocks were freed. */
static inline void return_free_memory(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

#endif
