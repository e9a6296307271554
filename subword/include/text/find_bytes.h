/* The first match of a byte string: memmem, which not every C library has. */
#ifndef SUBWORD_FIND_BYTES_H
#define SUBWORD_FIND_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Return the first of `n` >= 1 bytes in p[0..size), or NULL; `is_absent` says whether p holds the
 * needle's first byte nowhere before the match. memchr stops at each of them, so a needle should begin with a rare
 * byte. */
static inline const uint8_t *find_bytes(const uint8_t *p, size_t size, const uint8_t *needle, size_t n,
                                        int *is_absent) {
    *is_absent = 1;
    while (size >= n) {
        const uint8_t *found = (const uint8_t *)memchr(p, needle[0], size - n + 1);
        if (found == NULL) return NULL;
        if (!memcmp(found, needle, n)) return found;
        size -= (size_t)(found + 1 - p);
        p = found + 1;
        *is_absent = 0;
    }
    return NULL;
}

#endif
