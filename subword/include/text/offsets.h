/* Places of tokens: from packed bytes to positions, and from bytes to characters. */
#ifndef SUBWORD_PLACES_H
#define SUBWORD_PLACES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Add `start` to each of the four bytes of `packed` (start and end of two tokens of a word). */
static inline void unpack_places(int32_t *offsets, int32_t start, uint32_t packed) {
    for (int k = 0; k < 4; k++) offsets[k] = start + (int32_t)(packed >> 8 * k & 0xFF);
}

/* Position of the first byte of a character outside ASCII in p[at..n), n if there is none. */
static inline ptrdiff_t next_wide(const uint8_t *p, ptrdiff_t at, ptrdiff_t n) {
    const uint64_t high = 0x8080808080808080ull;
    for (; at + 32 <= n; at += 32) {
        uint64_t w[4];
        memcpy(w, p + at, 32);
        if ((w[0] | w[1] | w[2] | w[3]) & high) break;
    }
    while (at < n && p[at] < 0x80) at++;
    return at;
}

#endif
