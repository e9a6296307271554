/* Python's string storage (1, 2 or 4 bytes a character) to UTF-8. Returns the length, or -1 - i for a lone surrogate at i. */
#ifndef SUBWORD_TRANSCODE_H
#define SUBWORD_TRANSCODE_H

#include <string.h>

#include "utf8.h"

static inline ptrdiff_t transcode_latin1(const uint8_t *s, ptrdiff_t n, uint8_t *out) {
    uint8_t *p = out;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (s[i] < 0x80) *p++ = s[i];
        else { *p++ = (uint8_t)(0xC0 | s[i] >> 6); *p++ = (uint8_t)(0x80 | (s[i] & 0x3F)); }
    }
    return p - out;
}

static inline ptrdiff_t transcode_ucs2(const uint16_t *s, ptrdiff_t n, uint8_t *out) {
    uint8_t *p = out;
    for (ptrdiff_t i = 0; i < n; i++) {
        uint32_t c = s[i];
        if (c < 0x80) *p++ = (uint8_t)c;
        else if (c < 0x800) { *p++ = (uint8_t)(0xC0 | c >> 6); *p++ = (uint8_t)(0x80 | (c & 0x3F)); }
        else {
            if ((c & 0xF800) == 0xD800) return -1 - i;
            p[0] = (uint8_t)(0xE0 | c >> 12);
            p[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
            p[2] = (uint8_t)(0x80 | (c & 0x3F));
            p += 3;
        }
    }
    return p - out;
}

static inline ptrdiff_t transcode_ucs4(const uint32_t *s, ptrdiff_t n, uint8_t *out) {
    uint8_t *p = out;
    for (ptrdiff_t i = 0; i < n; i++) {
        if ((s[i] & 0xFFFFF800) == 0xD800) return -1 - i;
        p += utf8_encode(s[i], p);
    }
    return p - out;
}

/* Offset of the first byte that is not part of valid UTF-8, or -1. */
static inline ptrdiff_t utf8_error(const uint8_t *p, ptrdiff_t n) {
    ptrdiff_t i = 0;
    while (i < n) {
        if (i + 8 <= n) {
            uint64_t v;
            memcpy(&v, p + i, 8);
            if (!(v & 0x8080808080808080ull)) { i += 8; continue; }
        }
        uint8_t b = p[i];
        if (b < 0x80) { i++; continue; }
        int length = b >= 0xC2 && b < 0xE0 ? 2 : b >= 0xE0 && b < 0xF0 ? 3 : b >= 0xF0 && b < 0xF5 ? 4 : 0;
        if (!length || i + length > n) return i;
        for (int k = 1; k < length; k++)
            if ((p[i + k] & 0xC0) != 0x80) return i;
        if ((b == 0xE0 && p[i + 1] < 0xA0) || (b == 0xED && p[i + 1] > 0x9F) || (b == 0xF0 && p[i + 1] < 0x90) ||
            (b == 0xF4 && p[i + 1] > 0x8F)) return i;
        i += length;
    }
    return -1;
}

#endif
