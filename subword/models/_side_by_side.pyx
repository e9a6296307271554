"""The merges of several short words at once, so that they wait for memory together.

Merging one word waits most of the time: which pair is looked up next is known only when the last
look-up has been answered, and the merges of a vocabulary do not fit into the caches that answer at
once. Here several words take turns. A word asks for the slots of its next two pairs (`prefetch`),
and has its turn again when the others have had theirs.

The pairs of a word's bytes come from a table by both bytes, of which a text uses little.
"""

from libc.stdint cimport int32_t, uint32_t, uint64_t
from libc.stdlib cimport malloc

from subword._core.pipeline cimport NO_ID, Tokens, out_of_memory, tokens_push
from subword.models._pair_table cimport (
    NO_MERGE, PairTable, merge_number, merge_prefetch, merge_rank, merged_id,
    merged_prefetch,
)
from subword.models.merge cimport NOT_YET, SHORT, Word

cdef extern from "cpu/least_of_eight.h" nogil:
    uint64_t least_of_eight(const uint64_t* numbers, uint64_t flip)

cdef enum:
    LANES = 8                  # words that take turns
    BYTE_PAIRS = 1 << 16


cdef struct Lane:
    # A word that is being merged. A symbol is known by its place, that of its first byte.
    Word* word
    int32_t size
    int32_t made               # the symbol that the last merge has made, -1 before the first
    uint64_t[SHORT] pairs      # of the symbol at this place and the next one: rank << 32 | place
    uint32_t[SHORT] numbers    # of the merge of that pair
    uint32_t[SHORT] ids
    int32_t[SHORT] previous    # the place of the symbol before, -1 for none
    int32_t[SHORT + 1] next    # of the symbol behind; `size` for none


cdef int fill_first_pairs(FirstPairs* first, const uint32_t* ids, const PairTable* pairs) except -1:
    """Look up all pairs of bytes.

    Args:
        first: To fill; its owner frees `first.numbers`.
        ids: Of the 256 bytes, NO_ID for one that the vocabulary lacks.
        pairs: The merges.
    """
    cdef int left, right
    cdef bint known
    first.numbers = <uint32_t*>malloc(BYTE_PAIRS * sizeof(uint32_t))
    if first.numbers == NULL:
        return out_of_memory()
    for left in range(256):
        first.ids[left] = ids[left]
        for right in range(256):
            merge_prefetch(pairs, ids[left], ids[right])
        for right in range(256):
            known = ids[left] != <uint32_t>NO_ID and ids[right] != <uint32_t>NO_ID
            first.numbers[left << 8 | right] = (
                merge_number(pairs, ids[left], ids[right]) if known else <uint32_t>NO_MERGE)
    return 0


cdef bint knows_bytes(const FirstPairs* first, const Word* word) noexcept nogil:
    """Whether a word can be merged beside others: a short one, all of whose bytes have an id."""
    cdef Py_ssize_t i
    if first.numbers == NULL or not 0 < word.size <= SHORT:
        return False
    for i in range(word.size):
        if first.ids[word.bytes[i]] == <uint32_t>NO_ID:
            return False
    return True


cdef int merge_side_by_side(const PairTable* pairs, const FirstPairs* first, Word* words,
                            Py_ssize_t count, Tokens* tokens) except -1 nogil:
    """Append the tokens of words, in any order, and note where those of each are.

    Args:
        pairs: The merges.
        first: The pairs of bytes.
        words: Those that have NOT_YET as the count of their tokens are merged; `knows_bytes` must
            say yes to them.
    """
    cdef Lane[LANES] lanes
    cdef int[LANES] busy     # which lanes are
    cdef Py_ssize_t at = next_word(words, 0, count)
    cdef int k = 0, used = 0, lane
    while used < LANES and at < count:
        begin(&lanes[used], pairs, first, &words[at])
        busy[used] = used
        used += 1
        at = next_word(words, at + 1, count)
    while used:
        k = 0
        while k < used:
            lane = busy[k]
            if merge_next(&lanes[lane], pairs):
                k += 1
                continue
            push_tokens(&lanes[lane], tokens)
            if at < count:
                begin(&lanes[lane], pairs, first, &words[at])
                at = next_word(words, at + 1, count)
            else:
                used -= 1
                busy[k] = busy[used]
    return 0


cdef inline Py_ssize_t next_word(const Word* words, Py_ssize_t at, Py_ssize_t count) noexcept nogil:
    """The first word from `at` on that has no tokens yet, or `count`."""
    while at < count and words[at].count != NOT_YET:
        at += 1
    return at


cdef inline void begin(Lane* lane, const PairTable* pairs, const FirstPairs* first,
                       Word* word) noexcept nogil:
    """Put a word's bytes and their pairs into a lane."""
    cdef int32_t i
    lane.word = word
    lane.size = word.size
    lane.made = -1
    for i in range(word.size):
        lane.ids[i] = first.ids[word.bytes[i]]
        lane.previous[i] = i - 1
        lane.next[i] = i + 1
    for i in range(word.size - 1):
        set_pair(lane, pairs, i, first.numbers[word.bytes[i] << 8 | word.bytes[i + 1]])
    for i in range(word.size - 1, (word.size + 7) // 8 * 8):
        set_pair(lane, pairs, i, NO_MERGE)


cdef inline void set_pair(Lane* lane, const PairTable* pairs, int32_t place,
                          uint32_t number) noexcept nogil:
    """Set which merge joins the symbol at `place` with the next one, or that none does."""
    lane.pairs[place] = <uint64_t>merge_rank(pairs, number) << 32 | <uint32_t>place
    lane.numbers[place] = number


cdef inline bint merge_next(Lane* lane, const PairTable* pairs) noexcept nogil:
    """Do the merge of lowest rank, the leftmost of these, and ask for the pairs that it makes.

    Returns:
        Whether there was one.
    """
    cdef uint64_t best
    cdef int32_t i, place, right
    if lane.made >= 0:
        look_up(lane, pairs, lane.made)
        if lane.previous[lane.made] >= 0:
            look_up(lane, pairs, lane.previous[lane.made])
    best = least_of_eight(lane.pairs, 0)
    for i in range(8, lane.size, 8):
        best = min(best, least_of_eight(lane.pairs + i, 0))
    if best >> 32 == <uint64_t>NO_MERGE:
        return False
    place = <int32_t><uint32_t>best
    right = lane.next[place]
    lane.ids[place] = merged_id(pairs, lane.numbers[place])
    set_pair(lane, pairs, right, NO_MERGE)
    lane.next[place] = lane.next[right]
    if lane.next[place] < lane.size:
        lane.previous[lane.next[place]] = place
    lane.made = place
    ask_for(lane, pairs, place)
    if lane.previous[place] >= 0:
        ask_for(lane, pairs, lane.previous[place])
    return True


cdef inline void look_up(Lane* lane, const PairTable* pairs, int32_t place) noexcept nogil:
    """Learn which merge joins the symbol at `place` with the next one."""
    cdef uint32_t number = NO_MERGE
    if lane.next[place] < lane.size:
        number = merge_number(pairs, lane.ids[place], lane.ids[lane.next[place]])
        merged_prefetch(pairs, number)
    set_pair(lane, pairs, place, number)


cdef inline void ask_for(const Lane* lane, const PairTable* pairs, int32_t place) noexcept nogil:
    """Fetch the slot that `look_up` will read."""
    if lane.next[place] < lane.size:
        merge_prefetch(pairs, lane.ids[place], lane.ids[lane.next[place]])


cdef inline int push_tokens(Lane* lane, Tokens* tokens) except -1 nogil:
    """Append the symbols of a finished word."""
    cdef int32_t place = 0
    lane.word.first = tokens.size
    while place < lane.size:
        tokens_push(tokens, lane.ids[place], place, lane.next[place])
        place = lane.next[place]
    lane.word.count = tokens.size - lane.word.first
    return 0
