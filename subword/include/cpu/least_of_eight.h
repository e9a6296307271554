/* The least of eight numbers of 64 bits, without a branch. */
#ifndef SUBWORD_LEAST_OF_EIGHT_H
#define SUBWORD_LEAST_OF_EIGHT_H

#include <stdint.h>

static inline uint64_t lesser(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Of v[0] ^ flip, ..., v[7] ^ flip. In pairs, so that no comparison waits for seven others. */
static inline uint64_t least_of_eight(const uint64_t *v, uint64_t flip) {
    uint64_t a = lesser(v[0] ^ flip, v[1] ^ flip), b = lesser(v[2] ^ flip, v[3] ^ flip);
    uint64_t c = lesser(v[4] ^ flip, v[5] ^ flip), d = lesser(v[6] ^ flip, v[7] ^ flip);
    return lesser(lesser(a, b), lesser(c, d));
}

#endif
