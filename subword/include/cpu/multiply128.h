/* Products of 128 bits in two halves. */
#ifndef SUBWORD_MULTIPLY128_H
#define SUBWORD_MULTIPLY128_H

#include <stdint.h>

/* Return the lower half of a*b; the upper half goes to *high. */
static inline uint64_t multiply_64x64(uint64_t a, uint64_t b, uint64_t *high) {
#if defined(__SIZEOF_INT128__) && !defined(SUBWORD_PORTABLE)
    unsigned __int128 product = (unsigned __int128)a * b;
    *high = (uint64_t)(product >> 64);
    return (uint64_t)product;
#else  /* in quarters: what MSVC gets */
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (uint32_t)middle;
    *high = a1 * b1 + (middle >> 32) + (other >> 32);
    return a * b;
#endif
}

#endif
