/* Comparison of products without rounding: what needs 128 bits. */
#ifndef SUBWORD_EXACT_H
#define SUBWORD_EXACT_H

#include <stdint.h>

typedef unsigned __int128 wide_t;

/* Sign of a*b - c*d, exactly. */
static inline int compare_two(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    wide_t x = (wide_t)a * b, y = (wide_t)c * d;
    return (x > y) - (x < y);
}

/* Sign of a*b*c - d*e*f, exactly: in 128 bits while they suffice, else in 192. */
static inline int compare_three(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
    wide_t x = (wide_t)b * c, y = (wide_t)e * f;
    wide_t x_low = (wide_t)a * (uint64_t)x, y_low = (wide_t)d * (uint64_t)y;
    wide_t x_high = (wide_t)a * (uint64_t)(x >> 64) + (x_low >> 64);
    wide_t y_high = (wide_t)d * (uint64_t)(y >> 64) + (y_low >> 64);
    if (x_high != y_high) return x_high > y_high ? 1 : -1;
    return ((uint64_t)x_low > (uint64_t)y_low) - ((uint64_t)x_low < (uint64_t)y_low);
}

#endif
