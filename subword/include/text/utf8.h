/* UTF-8 one code point at a time. Input is always valid: strings come from Python, files are checked first. */
#ifndef SUBWORD_UTF8_H
#define SUBWORD_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Length in bytes of the character whose first byte is `lead`. */
static inline int utf8_length(uint8_t lead) {
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* Decode the character at `p`; its length goes to `*length`. */
static inline uint32_t utf8_decode(const uint8_t *p, int *length) {
    uint32_t b = p[0];
    if (b < 0x80) { *length = 1; return b; }
    if (b < 0xE0) { *length = 2; return (b & 0x1F) << 6 | (p[1] & 0x3F); }
    if (b < 0xF0) {
        *length = 3;
        return (b & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    }
    *length = 4;
    return (b & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
}

/* Write `code` at `p` (room for 4 bytes needed); return its length. */
static inline int utf8_encode(uint32_t code, uint8_t *p) {
    if (code < 0x80) { p[0] = (uint8_t)code; return 1; }
    if (code < 0x800) {
        p[0] = (uint8_t)(0xC0 | code >> 6);
        p[1] = (uint8_t)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        p[0] = (uint8_t)(0xE0 | code >> 12);
        p[1] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
        p[2] = (uint8_t)(0x80 | (code & 0x3F));
        return 3;
    }
    p[0] = (uint8_t)(0xF0 | code >> 18);
    p[1] = (uint8_t)(0x80 | (code >> 12 & 0x3F));
    p[2] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
    p[3] = (uint8_t)(0x80 | (code & 0x3F));
    return 4;
}

/* Number of characters that begin in p[0..n). */
static inline ptrdiff_t utf8_count(const uint8_t *p, ptrdiff_t n) {
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < n; i++) count += (p[i] & 0xC0) != 0x80;
    return count;
}

#endif
