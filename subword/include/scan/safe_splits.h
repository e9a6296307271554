/* Where words of byte-level BPE may be cut, because no merge joins the two sides (models/_byte_joints.pyx): between two
 * characters of three bytes, as Hangul, Chinese and kana have. A cut that is not found costs time and nothing else, so
 * the vector scanners look at these three alone. */
#ifndef SUBWORD_JOINTS_H
#define SUBWORD_JOINTS_H

#include <stddef.h>
#include <stdint.h>

#include "text/utf8.h"

typedef struct {
    const uint64_t *bits;   /* one for each joint_place: that of a joint, or of one that hashes like it */
    int shift;
    int hangul;             /* whether any joint has Hangul on its right */
} byte_joints;

/* The last two bytes of a character and the first two of the next, from the lowest on. */
static inline uint32_t joint_around(uint8_t second, uint8_t third, uint8_t first, uint8_t next) {
    return second | (uint32_t)third << 8 | (uint32_t)first << 16 | (uint32_t)next << 24;
}

static inline uint64_t joint_place(uint32_t around, int shift) { return around * 0x9E3779B97F4A7C15ull >> shift; }

/* Whether a merge may join the two characters with these bytes between them. */
static inline int may_join(const byte_joints *j, uint32_t around) {
    uint64_t place = joint_place(around, j->shift);
    return (int)(j->bits[place >> 6] >> (place & 63)) & 1;
}

/* Write a word, not empty, as spans to `out`: cut, if there are joints, into at most `room` pieces. Returns how many. */
static inline int cut_word(const byte_joints *joints, const uint8_t *p, ptrdiff_t start, ptrdiff_t end, int32_t *out,
                           int room) {
    int count = 0, before = 0, length;
    out[0] = (int32_t)start;
    for (; joints && start < end && count + 1 < room; start += length) {
        const uint8_t *at = p + start;
        length = utf8_length(*at);
        if (length == 3 && before == 3 && !may_join(joints, joint_around(at[-2], at[-1], at[0], at[1]))) {
            out[2 * count + 1] = out[2 * count + 2] = (int32_t)start;
            count++;
        }
        before = length;
    }
    out[2 * count + 1] = (int32_t)end;
    return count + 1;
}

#endif
