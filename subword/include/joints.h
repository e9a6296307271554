/* Where words of byte-level BPE may be cut, because no merge joins the two sides (models/_byte_joints.pyx): between two
 * characters of three bytes, as Hangul, Chinese and kana have. A cut that is not found costs time and nothing else, so
 * the vector scanners look at these three alone. */
#ifndef SUBWORD_JOINTS_H
#define SUBWORD_JOINTS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "utf8.h"

typedef struct {
    const uint64_t *near;   /* bits of joint_edge: the bytes around some joint are these; NULL if they are of most pairs */
    const uint64_t *edges;  /* the same of the joints that these bytes are enough for */
    const uint64_t *pairs;  /* bits of joint_pair: joints of whole characters, and some others that hash like them */
    int shift;
    int hangul;             /* whether any joint has Hangul on its right */
} byte_joints;

/* The last byte of a character and the first two of the next, of 24 bits JOINT_EDGE. */
#define JOINT_EDGE 0x3F0F3Fu
static inline uint32_t joint_edge(uint8_t last, uint8_t first, uint8_t second) {
    return (last & 0x3Fu) | (first & 0x0Fu) << 6 | (second & 0x3Fu) << 10;
}

/* Of two characters of three bytes, their bytes from the lowest on. */
static inline uint64_t joint_pair(uint64_t characters, int shift) {
    return characters * 0x9E3779B97F4A7C15ull >> shift;
}

static inline int joint_bit(const uint64_t *bits, uint64_t at) { return (int)(bits[at >> 6] >> (at & 63)) & 1; }

/* Whether a merge may join the character of three bytes in front of p and the one at p. */
static inline int may_join(const byte_joints *j, const uint8_t *p) {
    uint32_t edge = joint_edge(p[-1], p[0], p[1]);
    uint64_t characters = p[-3] | (uint64_t)p[-2] << 8 | (uint64_t)p[-1] << 16 | (uint64_t)p[0] << 24 |
                          (uint64_t)p[1] << 32 | (uint64_t)p[2] << 40;
    return joint_bit(j->edges, edge) | joint_bit(j->pairs, joint_pair(characters, j->shift));
}

/* Write a word, not empty, as spans to `out`: cut, if there are joints, into at most `room` pieces. Returns how many. */
static inline int cut_word(const byte_joints *joints, const uint8_t *p, ptrdiff_t start, ptrdiff_t end, int32_t *out,
                           int room) {
    int count = 0, before = 0, length;
    out[0] = (int32_t)start;
    for (; joints && start < end && count + 1 < room; start += length) {
        length = utf8_length(p[start]);
        if (length == 3 && before == 3 && !may_join(joints, p + start)) {
            out[2 * count + 1] = out[2 * count + 2] = (int32_t)start;
            count++;
        }
        before = length;
    }
    out[2 * count + 1] = (int32_t)end;
    return count + 1;
}

#endif
