/* Extended grapheme clusters (UAX #29, section 3.1), as far as the reference's can be told apart: without the pairs
 * of regional indicators, see tools/make_grapheme_table.py. */
#ifndef SUBWORD_GRAPHEMES_H
#define SUBWORD_GRAPHEMES_H

#include "text/grapheme_table.h"
#include "text/utf8.h"

/* Whether a cluster whose last character is of the kind `left` goes on with one of the kind `right` (GB6 to GB9b). */
static inline int grapheme_joins(int left, int right) {
    switch (right) {
    case GRAPHEME_EXTEND:
    case GRAPHEME_ZWJ:
    case GRAPHEME_SPACING_MARK: return 1;
    case GRAPHEME_L:
    case GRAPHEME_LV:
    case GRAPHEME_LVT:
        if (left == GRAPHEME_L) return 1;
        break;
    case GRAPHEME_V:
        if (left == GRAPHEME_L || left == GRAPHEME_LV || left == GRAPHEME_V) return 1;
        break;
    case GRAPHEME_T:
        if (left >= GRAPHEME_V && left <= GRAPHEME_LVT) return 1;
        break;
    }
    return left == GRAPHEME_PREPEND;
}

/* Return the end of the cluster that begins at byte i < n. `values` has a value of grapheme_table.h for every code
 * point. */
static inline ptrdiff_t grapheme_end(const uint8_t *values, const uint8_t *p, ptrdiff_t i, ptrdiff_t n) {
    int length, value = values[utf8_decode(p + i, &length)], left = value & 15;
    int emoji = left == GRAPHEME_PICTOGRAPH;            /* GB11: 1 in a pictograph and its marks, 2 after ZWJ */
    int conjunct = (value & GRAPHEME_CONSONANT) != 0;   /* GB9c: 1 after a consonant, 2 with a linker after it */
    if (left == GRAPHEME_CONTROL) return i + (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n' ? length + 1 : length);
    for (i += length; i < n; i += length) {
        value = values[utf8_decode(p + i, &length)];
        int right = value & 15;
        if (right == GRAPHEME_CONTROL) return i;
        if (!grapheme_joins(left, right) && !(emoji == 2 && right == GRAPHEME_PICTOGRAPH) &&
            !(conjunct == 2 && (value & GRAPHEME_CONSONANT)))
            return i;
        if (right == GRAPHEME_PICTOGRAPH) emoji = 1;
        else if (right == GRAPHEME_ZWJ) emoji *= 2;
        else if (right != GRAPHEME_EXTEND || emoji == 2) emoji = 0;
        if (emoji > 2) emoji = 0;
        if (value & GRAPHEME_CONSONANT) conjunct = 1;
        else if (conjunct && (value & GRAPHEME_LINKER)) conjunct = 2;
        else if (!(value & GRAPHEME_CONJUNCT_EXTEND)) conjunct = 0;
        left = right;
    }
    return n;
}

#endif
