/* Offsets of tokens: from packed bytes to int32, and from bytes to characters. */
#ifndef SUBWORD_OFFSETS_H
#define SUBWORD_OFFSETS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Add `start` to each of the four bytes of `packed` (start and end of two tokens of a word). */
static inline void unpack_offsets(int32_t *offsets, int32_t start, uint32_t packed) {
    for (int k = 0; k < 4; k++) offsets[k] = start + (int32_t)(packed >> 8 * k & 0xFF);
}

/* Position of the first byte of a character outside ASCII in p[i..n), n if there is none. */
static inline ptrdiff_t next_non_ascii(const uint8_t *p, ptrdiff_t i, ptrdiff_t n) {
    const uint64_t high = 0x8080808080808080ull;
    for (; i + 32 <= n; i += 32) {
        uint64_t w[4];
        memcpy(w, p + i, 32);
        if ((w[0] | w[1] | w[2] | w[3]) & high) break;
    }
    while (i < n && p[i] < 0x80) i++;
    return i;
}

#endif
