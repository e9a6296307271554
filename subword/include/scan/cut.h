/* Cut text into words by the tables of a compiled pattern (_regex/boundaries.py): one load a byte, nothing read twice.
 *
 * A chunk of text becomes symbols, bytes that stand for classes of characters; the symbols become states; and the two
 * upper bits of a state say what happens at its byte. To wait less for one load after the other, a chunk is divided in
 * four where a pair of characters tells the state whatever was before it, and the four are walked side by side. */
#ifndef SUBWORD_CUT_H
#define SUBWORD_CUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cpu/simd.h"
#include "text/utf8.h"

#ifdef SUBWORD_VECTORS
#include "scan/scan_masks.h"
#endif

enum {
    CUT_CHUNK = 2048,       /* bytes */
    CUT_ROOM = CUT_CHUNK + 8, /* words that a chunk may give */
    CUT_MARKS = 8,
    CUT_HERE = 15,
    CUT_FOLLOW = 255, /* the symbol of all bytes of a character but its first: the state stays */
    CUT_MARK = 0x40, CUT_BOUNDARY = 0x80, CUT_ACTION = 0xC0, /* upper bits of a state */
    CUT_STATE = 0x3F,
    CUT_NOWHERE = 255,
    CUT_LOOKED_AT = 64, /* places to divide at */
};

/* Places that become boundaries, then marks that are set; a place is a mark or CUT_HERE. */
typedef struct {
    uint8_t boundary_count, mark_count;
    uint8_t boundaries[CUT_MARKS], marks[CUT_MARKS], places[CUT_MARKS];
} cut_action;

typedef struct {
    const uint8_t *next;            /* [symbol << 8 | byte of the state]: the byte of the state that follows */
    const int32_t *page_starts;     /* the symbol of character c: symbols[page_starts[c >> 7] + (c & 127)] */
    const uint8_t *symbols;
    const uint8_t *columns;         /* of symbols */
    const uint8_t *known;           /* [column * column_count + column]: the state behind two characters, or NOWHERE */
    const uint16_t *numbers;        /* [state * column_count + column]: of the action */
    const cut_action *actions, *ends; /* ends: [state], at the end of the text */
    const uint8_t *last_marks;      /* [state] */
    const uint8_t *kept;            /* [symbol]: a word that begins with it is kept; NULL: all are */
    int32_t column_count;
} cut_tables;

/* How far a text has been cut. */
typedef struct {
    ptrdiff_t pos;
    int32_t start;            /* of the word that is not yet complete */
    int32_t last_mark;        /* where CUT_MARK was met after the last action, or -1 */
    int32_t marks[CUT_MARKS];
    uint8_t state;
} cut_run;

static inline void cut_begin(cut_run *run) {
    memset(run, 0, sizeof *run);
    run->last_mark = -1;
}

/* Write the symbols of p[0:n), whole characters; returns where they are, perhaps in the text itself. */
static inline const uint8_t *cut_symbols(const cut_tables *t, const uint8_t *p, ptrdiff_t n, uint8_t *out) {
    ptrdiff_t i = 0;
    uint64_t eight;
    while (i + 8 <= n) {
        memcpy(&eight, p + i, 8);
        if (eight & 0x8080808080808080ull) break;
        i += 8;
    }
    while (i < n && p[i] < 0x80) i++;
    if (i == n) return p;
    memcpy(out, p, (size_t)i);
    while (i < n) {
        int length;
        if (p[i] < 0x80) {
            out[i] = p[i];
            i++;
            continue;
        }
        uint32_t code = utf8_decode(p + i, &length);
        out[i++] = t->symbols[t->page_starts[code >> 7] + (code & 127)];
        while (--length) out[i++] = CUT_FOLLOW;
    }
    return out;
}

/* Write the state behind each of n symbols to states[1:n + 1); states[0] is the one before them. */
static inline void cut_walk(const cut_tables *t, const uint8_t *symbols, ptrdiff_t n, uint8_t *states) {
    const uint8_t *next = t->next;
    ptrdiff_t from[4] = {0}, least = n / 4, i;
    int parts = n >= 8 * CUT_LOOKED_AT;
    for (int k = 1; k < 4 && parts; k++) {
        ptrdiff_t at = k * (n / 4), last = at + CUT_LOOKED_AT;
        uint8_t state = CUT_NOWHERE;
        for (; at < last && state == CUT_NOWHERE; at++) {
            ptrdiff_t before = at - 1;
            if (symbols[at] == CUT_FOLLOW) continue;
            while (symbols[before] == CUT_FOLLOW) before--;
            state = t->known[t->columns[symbols[before]] * t->column_count + t->columns[symbols[at]]];
        }
        parts = state != CUT_NOWHERE;
        from[k] = at;
        if (parts) states[at] = state; /* written again with what happens there by the walk that ends here */
        if (at - from[k - 1] < least) least = at - from[k - 1];
    }
    if (!parts) {
        size_t state = states[0];
        for (i = 0; i < n; i++) states[i + 1] = (uint8_t)(state = next[(size_t)symbols[i] << 8 | state]);
        return;
    }
    if (n - from[3] < least) least = n - from[3];
    size_t a = states[0], b = states[from[1]], c = states[from[2]], d = states[from[3]];
    const uint8_t *sb = symbols + from[1], *sc = symbols + from[2], *sd = symbols + from[3];
    uint8_t *ta = states + 1, *tb = ta + from[1], *tc = ta + from[2], *td = ta + from[3];
    for (i = 0; i < least; i++) {
        a = next[(size_t)symbols[i] << 8 | a];
        b = next[(size_t)sb[i] << 8 | b];
        c = next[(size_t)sc[i] << 8 | c];
        d = next[(size_t)sd[i] << 8 | d];
        ta[i] = (uint8_t)a;
        tb[i] = (uint8_t)b;
        tc[i] = (uint8_t)c;
        td[i] = (uint8_t)d;
    }
    for (i = least; i < from[1]; i++) ta[i] = (uint8_t)(a = next[(size_t)symbols[i] << 8 | a]);
    for (i = least; i < from[2] - from[1]; i++) tb[i] = (uint8_t)(b = next[(size_t)sb[i] << 8 | b]);
    for (i = least; i < from[3] - from[2]; i++) tc[i] = (uint8_t)(c = next[(size_t)sc[i] << 8 | c]);
    for (i = least; i < n - from[3]; i++) td[i] = (uint8_t)(d = next[(size_t)sd[i] << 8 | d]);
}

/* Leave out the words that are not kept. */
static inline int cut_kept(const cut_tables *t, const uint8_t *p, int32_t *out, int count) {
    int kept = 0;
    for (int k = 0; k < count; k++) {
        int32_t start = out[2 * k], end = out[2 * k + 1];
        int length;
        uint8_t symbol = p[start];
        if (symbol >= 0x80) {
            uint32_t code = utf8_decode(p + start, &length);
            symbol = t->symbols[t->page_starts[code >> 7] + (code & 127)];
        }
        out[2 * kept] = start;
        out[2 * kept + 1] = end;
        kept += t->kept[symbol];
    }
    return kept;
}

static inline int cut_word(cut_run *run, int32_t end, int32_t *out, int count) {
    if (end == run->start) return count;
    out[2 * count] = run->start;
    out[2 * count + 1] = run->start = end;
    return count + 1;
}

/* What happens at `here`, behind a state. */
static inline int cut_act(const cut_action *action, int last_mark, int32_t here, cut_run *run, int32_t *out,
                          int count) {
    int32_t marks[CUT_MARKS];
    if (run->last_mark >= 0 && last_mark != CUT_NOWHERE) run->marks[last_mark] = run->last_mark;
    run->last_mark = -1;
    for (int k = 0; k < action->boundary_count; k++) {
        int place = action->boundaries[k];
        count = cut_word(run, place == CUT_HERE ? here : run->marks[place], out, count);
    }
    memcpy(marks, run->marks, sizeof marks);
    for (int k = 0; k < action->mark_count; k++) {
        int place = action->places[k];
        run->marks[action->marks[k]] = place == CUT_HERE ? here : marks[place];
    }
    return count;
}

/* The action at byte i of a chunk. */
static inline int cut_act_at(const cut_tables *t, const uint8_t *symbols, const uint8_t *states, ptrdiff_t i,
                             cut_run *run, int32_t *out, int count) {
    int state = states[i] & CUT_STATE;
    const cut_action *action = t->actions + t->numbers[state * t->column_count + t->columns[symbols[i]]];
    return cut_act(action, t->last_marks[state], (int32_t)(run->pos + i), run, out, count);
}

static inline int cut_words(const cut_tables *t, const uint8_t *symbols, const uint8_t *states, ptrdiff_t n,
                            cut_run *run, int32_t *out) {
    int count = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        int what = states[i + 1] & ~CUT_STATE;
        if (what == CUT_MARK) run->last_mark = (int32_t)(run->pos + i);
        else if (what == CUT_BOUNDARY) count = cut_word(run, (int32_t)(run->pos + i), out, count);
        else if (what) count = cut_act_at(t, symbols, states, i, run, out, count);
    }
    return count;
}

#ifdef SUBWORD_VECTORS
/* End words before the bytes of a mask, which begins at `base`. */
AVX2_INLINE int cut_at_mask(uint64_t mask, int32_t base, cut_run *run, int32_t *out, int count) {
    if (!mask) return count;
    int32_t *to = out + 2 * count;
    int words = (int)_mm_popcnt_u64(mask);
    int32_t end = base + highest(mask);
    to[0] = run->start;
    for (int done = 0; done < words; done += 8)
        for (int k = done; k < done + 8; k++, mask &= mask - 1)
            to[2 * k + 1] = to[2 * k + 2] = base + (int32_t)_tzcnt_u64(mask);
    run->start = end;
    return count + words;
}

AVX2 static int avx2_cut_words(const cut_tables *t, const uint8_t *symbols, const uint8_t *states, ptrdiff_t n,
                               cut_run *run, int32_t *out) {
    int count = 0;
    for (ptrdiff_t at = 0; at < n; at += 64) {
        __m256i low = _mm256_loadu_si256((const __m256i *)(states + 1 + at));
        __m256i high = _mm256_loadu_si256((const __m256i *)(states + 33 + at));
        uint64_t inside = below((int)(n - at < 64 ? n - at : 64));
        uint64_t upper = ((uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32)
                         & inside;
        low = _mm256_slli_epi16(low, 1);
        high = _mm256_slli_epi16(high, 1);
        uint64_t lower = ((uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32)
                         & inside;
        uint64_t ends = upper & ~lower, marks = lower & ~upper;
        int32_t base = (int32_t)(run->pos + at);
        for (uint64_t todo = upper & lower; todo; todo &= todo - 1) {
            int k = lowest(todo);
            uint64_t before = below(k);
            count = cut_at_mask(ends & before, base, run, out, count);
            if (marks & before) run->last_mark = base + highest(marks & before);
            ends &= ~before;
            marks &= ~before;
            count = cut_act_at(t, symbols, states, at + k, run, out, count);
        }
        count = cut_at_mask(ends, base, run, out, count);
        if (marks) run->last_mark = base + highest(marks);
    }
    return count;
}
#endif

/* Append the words that the next chunk of the text p[0:n) completes, at most CUT_ROOM of them, as spans to `out`, which
 * has room for 8 more. All of the text is cut once run->pos is n. */
static inline int cut_chunk(const cut_tables *t, const uint8_t *p, ptrdiff_t n, cut_run *run, int32_t *out, int simd) {
    uint8_t buffer[CUT_CHUNK], states[CUT_CHUNK + 64];
    ptrdiff_t size = n - run->pos;
    int count;
    if (size > CUT_CHUNK) {
        size = CUT_CHUNK;
        while ((p[run->pos + size] & 0xC0) == 0x80) size--;
    }
    const uint8_t *symbols = cut_symbols(t, p + run->pos, size, buffer);
    states[0] = run->state;
    cut_walk(t, symbols, size, states);
#ifdef SUBWORD_VECTORS
    if (simd) {
        memset(states + size + 1, 0, 63);
        count = avx2_cut_words(t, symbols, states, size, run, out);
    } else
#endif
        count = cut_words(t, symbols, states, size, run, out);
    (void)simd;
    run->state = states[size] & CUT_STATE;
    run->pos += size;
    if (run->pos == n) {
        count = cut_act(t->ends + run->state, t->last_marks[run->state], (int32_t)n, run, out, count);
        count = cut_word(run, (int32_t)n, out, count);
    }
    return t->kept ? cut_kept(t, p, out, count) : count;
}

#endif
