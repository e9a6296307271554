/* The first place of some bytes in others: memmem, which not every C library has. */
#ifndef SUBWORD_FIND_H
#define SUBWORD_FIND_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Return the first of `n` >= 1 bytes in p[0..size), or NULL; `lacks` says whether the byte they begin with is not
 * before them. memchr runs to each candidate, so what is looked for should begin with a byte that is rare. */
static inline const uint8_t *find_bytes(const uint8_t *p, size_t size, const uint8_t *needle, size_t n, int *lacks) {
    *lacks = 1;
    while (size >= n) {
        const uint8_t *found = (const uint8_t *)memchr(p, needle[0], size - n + 1);
        if (found == NULL) return NULL;
        if (!memcmp(found, needle, n)) return found;
        size -= (size_t)(found + 1 - p);
        p = found + 1;
        *lacks = 0;
    }
    return NULL;
}

#endif
