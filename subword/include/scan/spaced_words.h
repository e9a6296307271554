/* Word boundaries a block at a time for words with white space between them: the chunks of BERT, \w+|[^\w\s]+,
 * [^\s]+ and CLIP's words (compiled once for each kind of block: scan_simd.h).
 *
 * A block begins outside of words. Each split_*() says where words begin and end in it. */

/* Of the characters whose first bytes are in `todo`, those of a class; those of another are added to *others. */
VECTOR_INLINE uint64_t with_class(const uint8_t *p, block v, const uint8_t *bits, uint64_t todo, uint8_t wanted,
                                uint8_t other, uint64_t *others) {
    uint64_t found = 0;
    int many = _mm_popcnt_u64(todo) >= MIN_SAME_ROW;
    while (todo) {
        uint64_t bit = todo & -todo;
        int length;
        uint32_t code = utf8_decode(p + lowest(todo), &length);
        uint64_t row_mates = many ? same_row(p, v, todo, lowest(todo), length) : 0;
        if (_mm_popcnt_u64(row_mates) >= MIN_SAME_ROW) {
            block classes = row_bytes(v, bits + (code & ~63u));
            todo &= ~row_mates;
            found |= with_bits(classes, wanted) >> (length - 1) & row_mates;
            *others |= with_bits(classes, other) >> (length - 1) & row_mates;
            continue;
        }
        todo &= todo - 1;
        found |= bits[code] & wanted ? bit : 0;
        *others |= bits[code] & other ? bit : 0;
    }
    return found;
}

/* Chunks that the BERT normalizer and pre-tokenizer treat independently of each other: the text between blanks, split
 * before and after every punctuation and Chinese character. (clean_text must be on; `bits` is bert_bits.) */
VECTOR_INLINE void split_bert(const uint8_t *p, ptrdiff_t left, const uint8_t *bits, spaced_masks *m) {
    block v = load_block(p, left);
    uint64_t blank = equal(v, ' ') | within(v, '\t', '\n') | equal(v, '\r'), follow = 0;
    uint64_t alone = within(v, '!', '/') | within(v, ':', '@') | within(v, '[', '`') | within(v, '{', '~');
    uint64_t high = with_bit(v, 0);
    m->blank = blank;
    if (__builtin_expect(high != 0, 0)) {
        follow = find_follow(v, high, &m->known);
        common_letters common = find_common(v, high & ~follow);
        uint64_t told = common.hangul | common.kana | common.jamo | common.cased | common.chinese;
        alone |= common.chinese;
        blank |= with_class(p, v, bits, high & ~follow & ~told & below(m->known), BERT_SPLIT_BLANK, BERT_SPLIT_ALONE,
                            &alone);
        blank = whole(blank, follow);
    }
    uint64_t after = next_character(alone, follow), other = ~(blank | whole(alone, follow));
    m->starts = alone | (other & ~(other << 1));
    m->ends = after | (other << 1 & ~other);
}

/* \w+|[^\w\s]+ or, with `split`, [^\s]+ */
VECTOR_INLINE void split_spaces(const uint8_t *p, ptrdiff_t left, const uint8_t *bits, int split, spaced_masks *m) {
    block v = load_block(p, left);
    uint64_t space = equal(v, ' ') | within(v, '\t', '\r'), word = 0, follow = 0;
    uint64_t high = with_bit(v, 0);
    m->blank = space;
    if (!split)
        word = within(v, '0', '9') | within(v, 'A', 'Z') | within(v, 'a', 'z') | equal(v, '_');
    if (__builtin_expect(high != 0, 0)) {
        follow = find_follow(v, high, &m->known);
        common_letters common = find_common(v, high & ~follow);
        uint64_t told = common.hangul | common.kana | common.jamo | common.cased | common.chinese;
        word |= told;
        space |= with_class(p, v, bits, high & ~follow & ~told & below(m->known), SPACE, WORD, &word);
        space = whole(space, follow);
        word = whole(word, follow);
    }
    if (split) word = ~space;
    set_runs(word, ~(word | space), m);
}

/* CLIP's words. `specials`: the pattern has the special tokens, which are left to the scalar form. */
VECTOR_INLINE void split_clip(const uint8_t *p, ptrdiff_t left, const uint8_t *bits, int specials, spaced_masks *m) {
    block_masks b;
    classify(p, left, bits, 0, &b);
    uint64_t l = b.letter, d = b.number, w = b.space, o = ~(l | d | w);
    uint64_t starts = (l & ~(l << 1)) | (d & ~b.follow) | (o & ~(o << 1));
    m->blank = b.blank;
    m->known = b.known;
    for (uint64_t todo = specials ? starts & b.less & below((int)(left < 64 ? left : 64)) : 0; todo; todo &= todo - 1) {
        int at = lowest(todo);
        if (next_clip(p, left, at, bits) == next_clip_bare(p, left, at, bits)) continue;
        if (at < m->known) m->known = at;
        break;
    }
    m->starts = split_contractions(p, left, starts, b.quote, 0) & ~w;
    m->ends = ~w << 1 & (w | m->starts);
}

/* The next block begins at the last blank, which one mask tells; without one, at the last word, and if that is the
 * first as well, the scalar form finds its end. */
#define SCAN_SPACED(NAME, SPLIT, NEXT_WORD)                                                              \
    VECTOR_TARGET static int NAME(const uint8_t *p, ptrdiff_t n, ptrdiff_t *pos, const uint8_t *bits,  \
                         int32_t *out, int capacity) {                                                 \
        ptrdiff_t i = *pos;                                                                            \
        int count = 0;                                                                                 \
        while (i < n && count + 64 <= capacity) {                                                      \
            spaced_masks m;                                                                            \
            ptrdiff_t left = n - i;                                                                    \
            m.known = 64;                                                                              \
            SPLIT;                                                                                     \
            uint64_t blank = m.blank & below(m.known);                                                 \
            if (__builtin_expect(left > 64 && blank > 1, 1)) {                                         \
                int stop = highest(blank);                                                             \
                count += store_words(m.starts & below(stop), m.ends & below(stop + 1), i,              \
                                     out + 2 * count);                                                 \
                i += stop;                                                                             \
                continue;                                                                              \
            }                                                                                          \
            uint64_t starts = m.starts & below(m.known), ends = m.ends & below(m.known) & ~1ull;       \
            if (left <= 64 && m.known == 64) {                                                         \
                count += store_words(m.starts & below((int)left), m.ends & ~1ull, i, out + 2 * count); \
                i = n;                                                                                 \
                continue;                                                                              \
            }                                                                                          \
            int open = _mm_popcnt_u64(starts) > _mm_popcnt_u64(ends); /* does a word reach beyond the block? */         \
            int stop = open ? highest(starts) : m.known;                                               \
            count += store_words(starts & below(stop), ends, i, out + 2 * count);                      \
            i += stop;                                                                                 \
            if (stop == 0) count += NEXT_WORD;                                                         \
        }                                                                                              \
        *pos = i;                                                                                      \
        return count;                                                                                  \
    }

SCAN_SPACED(VECTOR(scan_bert), split_bert(p + i, left, bits, &m), fill_bert(p, n, &i, bits, out + 2 * count, 1))
SCAN_SPACED(VECTOR(scan_whitespace), split_spaces(p + i, left, bits, 0, &m),
            fill_spaced(p, n, &i, bits, out + 2 * count, 1, next_whitespace))
SCAN_SPACED(VECTOR(scan_whitespace_split), split_spaces(p + i, left, bits, 1, &m),
            fill_spaced(p, n, &i, bits, out + 2 * count, 1, next_solid))
SCAN_SPACED(VECTOR(scan_clip), split_clip(p + i, left, bits, 1, &m),
            fill_spaced(p, n, &i, bits, out + 2 * count, 1, next_clip))
SCAN_SPACED(VECTOR(scan_clip_bare), split_clip(p + i, left, bits, 0, &m),
            fill_spaced(p, n, &i, bits, out + 2 * count, 1, next_clip_bare))

#undef SCAN_SPACED
