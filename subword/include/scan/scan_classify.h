/* Classes of the characters of a block (compiled once for each kind of block: scan_simd.h). */

/* The bytes 80 to BF; *known becomes the position of a character that the block's end cuts. */
VECTOR_INLINE uint64_t find_follow(block v, uint64_t high, int *known) {
    uint64_t lead = high & with_bit(v, 1), cut = lead & 7ull << 61;
    if (cut) {
        uint64_t three = cut & with_bit(v, 2);
        cut = (cut & 1ull << 63) | (three & 3ull << 62) | (three & with_bit(v, 3));
    }
    *known = cut ? lowest(cut) : 64;
    return high & ~lead;
}

/* `lead`: the first bytes of all characters that are not ASCII. */
VECTOR_INLINE common_letters find_common(block v, uint64_t lead) {
    common_letters c;
    uint64_t both = hangul_or_chinese(v);
    c.hangul = both & within(v, 0xEA, 0xED);
    c.chinese = both & ~c.hangul; /* E4 to E9 */
    c.kana = c.jamo = c.cased = 0;
    if (lead == both) return c;
    uint64_t first = equal(v, 0xE3);
    if (first) {
        c.kana = (first & equal(v, 0x81) >> 1 & ~(equal(v, 0x80) >> 2)) | /* U+3041 to 307F */
                 (first & equal(v, 0x83) >> 1 & ~(equal(v, 0xBB) >> 2));  /* U+30C0 to 30FF */
        c.jamo = first & equal(v, 0x85) >> 1;                             /* U+3140 to 317F */
    }
    c.cased = within(v, 0xC4, 0xCA) | within(v, 0xD0, 0xD1) | /* U+0100 to 02BF, 0400 to 047F */
              (equal(v, 0xC3) & ~((equal(v, 0x97) | equal(v, 0xB7)) >> 1)); /* U+00C0 to 00FF */
    return c;
}

/* Of the characters whose first bytes are in `todo`, those that differ from the one at bit `at` in the last byte alone:
 * their classes lie in 64 bytes of the table. 0 for one of four bytes. */
VECTOR_INLINE uint64_t same_row(const uint8_t *p, block v, uint64_t todo, int at, int length) {
    if (length == 2) return todo & equal(v, p[at]);
    return length == 3 ? todo & equal(v, p[at]) & equal(v, p[at + 1]) >> 1 : 0;
}

/* Classify the characters of several bytes, of which `high` has every byte. */
VECTOR_INLINE void classify_non_ascii(const uint8_t *p, block v, const uint8_t *bits, uint64_t high,
                               int wants, block_masks *m) {
    uint64_t follow = find_follow(v, high, &m->known), mark = 0, space = 0;
    common_letters common = find_common(v, high & ~follow);
    uint64_t told = common.hangul | common.chinese | common.kana;
    m->cjk = told;
    told |= common.jamo;
    m->hangul = common.hangul;
    if (!(wants & WANT_CASE)) told |= common.cased;
    if (wants & WANT_SYMBOLS) m->chinese = common.chinese | common.kana;
    m->letter |= told & ~m->chinese;
    uint64_t todo = high & ~follow & ~told & below(m->known);
    int many = !(wants & WANT_SYMBOLS) && _mm_popcnt_u64(todo) >= MIN_SAME_ROW;
    while (todo) {
        uint64_t bit = todo & -todo;
        int length;
        uint32_t code = utf8_decode(p + lowest(todo), &length);
        uint64_t row_mates = many ? same_row(p, v, todo, lowest(todo), length) : 0;
        if (_mm_popcnt_u64(row_mates) >= MIN_SAME_ROW) {
            block classes = row_bytes(v, bits + (code & ~63u));
            todo &= ~row_mates;
            m->letter |= with_bits(classes, LETTER) >> (length - 1) & row_mates;
            m->number |= with_bits(classes, NUMBER) >> (length - 1) & row_mates;
            space |= with_bits(classes, SPACE) >> (length - 1) & row_mates;
            if (wants & (WANT_MARKS | WANT_CASE)) mark |= with_bits(classes, MARK) >> (length - 1) & row_mates;
            if (wants & WANT_CASE) {
                uint64_t upper = with_bits(classes, UPPER) >> (length - 1) & row_mates;
                uint64_t lower = with_bits(classes, LOWER) >> (length - 1) & row_mates;
                m->upper |= upper & ~lower;
                m->lower |= lower & ~upper;
            }
            continue;
        }
        uint8_t b = bits[code];
        todo &= todo - 1;
        if (wants & WANT_SYMBOLS && is_deepseek_cjk(code)) {
            m->chinese |= bit;
            continue;
        }
        m->letter |= b & LETTER ? bit : 0;
        m->number |= b & NUMBER ? bit : 0;
        space |= b & SPACE ? bit : 0;
        if (wants & (WANT_MARKS | WANT_CASE)) mark |= b & MARK ? bit : 0;
        if (wants & WANT_SYMBOLS) m->symbol |= b & SYMBOL ? bit : 0;
        if (wants & WANT_CASE) {
            m->upper |= (b & (UPPER | LOWER)) == UPPER ? bit : 0;
            m->lower |= (b & (UPPER | LOWER)) == LOWER ? bit : 0;
        }
    }
    m->follow = follow;
    m->letter = whole(m->letter | mark, follow);
    m->number = whole(m->number, follow);
    if (wants & WANT_SYMBOLS) {
        m->symbol = whole(m->symbol, follow);
        m->chinese = whole(m->chinese, follow);
    }
    if (wants & WANT_CASE) {
        m->upper = whole(m->upper, follow);
        m->lower = whole(m->lower, follow);
        space |= mark & ~(m->letter << 1); /* a mark that follows no letter is left to the scalar form */
    }
    if (space) m->known = lowest(space) < m->known ? lowest(space) : m->known;
}

VECTOR_INLINE void classify(const uint8_t *p, ptrdiff_t left, const uint8_t *bits, int wants,
                          block_masks *m) {
    block v = load_block(p, left);
    m->letter = within(lower_case(v), 'a', 'z');
    m->number = within(v, '0', '9');
    m->blank = equal(v, ' ');
    m->space = m->blank | within(v, '\t', '\r');
    m->newline = equal(v, '\n') | equal(v, '\r');
    m->quote = equal(v, '\'');
    m->less = equal(v, '<');
    m->slash = wants & WANT_CASE ? equal(v, '/') : 0;
    m->upper = wants & WANT_CASE ? within(v, 'A', 'Z') : 0;
    m->lower = wants & WANT_CASE ? within(v, 'a', 'z') : 0;
    m->symbol = wants & WANT_SYMBOLS ? within(v, '!', '~') & ~m->letter & ~m->number : 0;
    m->ascii = m->letter;
    m->chinese = m->follow = m->hangul = m->cjk = 0;
    m->known = 64;
    uint64_t high = with_bit(v, 0);
    if (__builtin_expect(high != 0, 0)) classify_non_ascii(p, v, bits, high, wants, m);
    if (wants & WANT_SYMBOLS) { /* what no split of DeepSeek-V3 matches is left to the scalar form */
        uint64_t other = ~(m->letter | m->number | m->space | m->symbol | m->chinese);
        if (other & below(m->known)) m->known = lowest(other);
    }
}
