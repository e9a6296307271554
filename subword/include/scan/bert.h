/* The chunks of BERT. Their vector form is in spaced_words.h. */
#ifndef SUBWORD_SCAN_BERT_H
#define SUBWORD_SCAN_BERT_H

#include "text/utf8.h"

/* Bits of bert_bits (see _core/unicode.pxd): blanks separate chunks; punctuation and Chinese characters stand alone. */
enum { BERT_SPLIT_BLANK = 2, BERT_SPLIT_ALONE = 16 | 32 };

/* Chunks that the BERT normalizer and pre-tokenizer treat independently of each other (clean_text must be on). */
static inline int fill_bert(const uint8_t *p, ptrdiff_t n, ptrdiff_t *pos, const uint8_t *bits,
                            int32_t *out, int capacity) {
    ptrdiff_t i = *pos;
    int count = 0, length;
    while (count < capacity && i < n) {
        uint8_t b = bits[utf8_decode(p + i, &length)];
        ptrdiff_t end = i + length;
        if (b & BERT_SPLIT_BLANK) { i = end; continue; }
        if (!(b & BERT_SPLIT_ALONE))
            while (end < n && !(bits[utf8_decode(p + end, &length)] & (BERT_SPLIT_BLANK | BERT_SPLIT_ALONE)))
                end += length;
        out[2 * count] = (int32_t)i; out[2 * count + 1] = (int32_t)end;
        count++;
        i = end;
    }
    *pos = i;
    return count;
}

#endif
