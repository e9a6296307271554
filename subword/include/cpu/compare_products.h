/* Comparison of products without rounding. */
#ifndef SUBWORD_COMPARE_PRODUCTS_H
#define SUBWORD_COMPARE_PRODUCTS_H

#include "cpu/multiply128.h"

/* Sign of a*b - c*d, exactly. */
static inline int compare_two(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    uint64_t x_high, x = multiply_64x64(a, b, &x_high), y_high, y = multiply_64x64(c, d, &y_high);
    if (x_high != y_high) return x_high > y_high ? 1 : -1;
    return (x > y) - (x < y);
}

/* The 192 bits of a*b*c, the highest word first. */
static inline void product_of_three(uint64_t a, uint64_t b, uint64_t c, uint64_t *words) {
    uint64_t high, carry, low = multiply_64x64(b, c, &high);
    words[2] = multiply_64x64(a, low, &carry);
    words[1] = multiply_64x64(a, high, &words[0]) + carry;
    words[0] += words[1] < carry;
}

/* Sign of a*b*c - d*e*f, exactly. */
static inline int compare_three(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
    uint64_t x[3], y[3];
    product_of_three(a, b, c, x);
    product_of_three(d, e, f, y);
    for (int i = 0; i < 3; i++)
        if (x[i] != y[i]) return x[i] > y[i] ? 1 : -1;
    return 0;
}

#endif
