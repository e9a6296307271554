"""Byte-pair encoding: learn merges by frequency (Sennrich et al. 2016,
https://arxiv.org/abs/1508.07909).

The result is that of `tokenizers`' BpeTrainer wherever that is a function of the counts: without
prefix, suffix and ties at the cut of the alphabet.
"""

cimport cython

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc

from subword.corpus.word_table cimport out_of_memory
from subword.trainers._symbols cimport Pair, Segments, left_of, right_of

cdef enum:
    REPORT_EVERY = 1024   # merges between two looks at signals


cdef struct Entry:
    # A pair that waits, with the count it had when it was put there.
    int64_t count
    uint64_t key
    uint32_t pair


cdef struct Entries:
    Entry* data
    size_t size
    size_t capacity


cdef inline bint before(const Entry* a, const Entry* b) noexcept nogil:
    """Say whether `a` leaves the queue first: the higher count, of equals the smaller pair of ids.
    """
    return a.count > b.count or (a.count == b.count and a.key < b.key)


cdef void sift_down(Entries* heap, size_t i) noexcept nogil:
    cdef Entry moving = heap.data[i]
    cdef size_t child
    while True:
        child = 2 * i + 1
        if child >= heap.size:
            break
        if child + 1 < heap.size and before(heap.data + child + 1, heap.data + child):
            child += 1
        if not before(heap.data + child, &moving):
            break
        heap.data[i] = heap.data[child]
        i = child
    heap.data[i] = moving


cdef int append(Entries* entries, const Entry* entry) except -1 nogil:
    cdef void* p
    if entries.size == entries.capacity:
        p = realloc(entries.data,
                    max(<size_t>1024, entries.capacity + entries.capacity // 2) * sizeof(Entry))
        if p == NULL:
            return out_of_memory()
        entries.data = <Entry*>p
        entries.capacity = max(<size_t>1024, entries.capacity + entries.capacity // 2)
    entries.data[entries.size] = entry[0]
    entries.size += 1
    return 0


cdef int push(Entries* heap, const Entry* entry) except -1 nogil:
    cdef Entry moving = entry[0]
    cdef size_t i
    append(heap, &moving)
    i = heap.size - 1
    while i > 0 and before(&moving, heap.data + (i - 1) // 2):
        heap.data[i] = heap.data[(i - 1) // 2]
        i = (i - 1) // 2
    heap.data[i] = moving
    return 0


@cython.final
cdef class _Learner:
    """The loop of merges, with its queue.

    Only pairs with at least `threshold` are in the queue: most are rare and never reach their turn.
    When none is left, the threshold is halved and all pairs are looked through for those that reach
    it now.

    The count of a pair that waits can fall without its entry knowing; the entry is corrected when
    it comes up. When a count rises, the pair is entered anew, and the old entry finds nothing left
    to do.
    """

    cdef Segments segments
    cdef Entries heap
    cdef int64_t threshold

    def __dealloc__(self):
        free(self.heap.data)

    cdef int enter(self, uint32_t number) except -1 nogil:
        """Put a pair in the queue if it reaches the threshold."""
        cdef Entry entry
        entry.count = self.segments.pairs[number].count
        entry.key = self.segments.pairs[number].key
        entry.pair = number
        if entry.count >= self.threshold:
            push(&self.heap, &entry)
        return 0

    cdef int set_threshold(self, int64_t threshold) except -1 nogil:
        cdef uint32_t i
        cdef int64_t before = self.threshold
        self.threshold = threshold
        for i in range(self.segments.pairs_size):
            if self.segments.pairs[i].count < before:   # the others are in the queue
                self.enter(i)
        return 0

    cdef int next_pair(self, Entry* found) except -1 nogil:
        """Take the entry whose turn it is; return 0 when there is none."""
        cdef int64_t count
        while True:
            while self.heap.size == 0 or self.heap.data[0].count < self.threshold:
                if self.threshold == 1:
                    return 0
                self.set_threshold(max(self.threshold // 2, 1))
            count = self.segments.pairs[self.heap.data[0].pair].count
            if 0 < count < self.heap.data[0].count:
                self.heap.data[0].count = count
                sift_down(&self.heap, 0)
                continue
            found[0] = self.heap.data[0]
            self.heap.size -= 1
            if self.heap.size:
                self.heap.data[0] = self.heap.data[self.heap.size]
                sift_down(&self.heap, 0)
            if count == found.count:
                return 1

    cdef int learn(self, uint32_t vocab_size, int64_t least, object progress) except -1 nogil:
        cdef Entry entry
        cdef uint32_t i, left, right, result
        cdef uint64_t key
        cdef int64_t highest = 0
        cdef Pair* pair
        self.segments.count_pairs()
        for i in range(self.segments.pairs_size):
            highest = max(highest, self.segments.pairs[i].count)
        self.threshold = highest + 1
        self.set_threshold(max(highest // 2, 1))
        while self.segments.vocab_size < vocab_size and self.next_pair(&entry):
            if entry.count < least:
                break
            left = left_of(entry.key)
            right = right_of(entry.key)
            result = self.segments.new_token(left, right)
            self.segments.merge(entry.pair, left, right, result)
            for i in range(self.segments.touched_size):
                pair = self.segments.pairs + self.segments.touched[i]
                key = pair.key
                if pair.count <= 0:
                    self.segments.forget_words(self.segments.touched[i])
                # only these counts can have risen
                elif left_of(key) == result or right_of(key) == result:
                    self.enter(self.segments.touched[i])
            if self.segments.merges % REPORT_EVERY == 0:
                self.segments.report(progress)
        self.segments.report(progress)
        return 0


def train_bpe(counts, vocab_size=30000, *, min_frequency=0, special_tokens=(), limit_alphabet=None,
              initial_alphabet=(), continuing_subword_prefix=None, end_of_word_suffix=None,
              max_token_length=None, byte_level=False, progress=None, consume=False):
    """Learn a BPE vocabulary: merge the most frequent pair of neighbouring symbols, again and
    again.

    Pairs with equal counts are merged in the order of their ids, smallest first, so the result
    depends on nothing but the counts. Training ends early when no pair is left that was seen
    `min_frequency` times.

    Args:
        counts: `WordCounts`, the words before any symbol mapping (byte level: the text itself).
        vocab_size: Tokens wanted, special tokens and alphabet included.
        min_frequency: Least count of a pair that is merged.
        special_tokens: Strings that take the first ids.
        limit_alphabet: Keep only this many characters, the most frequent; of equals those with the
            smallest code point. Other characters are dropped from their words.
        initial_alphabet: Characters (the first of each string) in the alphabet whether seen or not.
        continuing_subword_prefix: Carried by symbols that do not begin a word, such as "##".
        end_of_word_suffix: Carried by symbols that end a word, such as "</w>". With either, the
            forms that occur follow the alphabet in the vocabulary, by the code point of their
            character, then as strings.
        max_token_length: Longer tokens are not made from pairs that form on the way: such a pair
            must have fewer characters than this. Pairs of two characters are always allowed.
        byte_level: Cut words into bytes instead of characters.
        consume: Empty `counts` once they have been read: their memory is free for the merging.
        progress: Called with the number of tokens so far, about every thousand merges.

    Returns:
        (vocab, merges): the tokens by id, and the merges by rank as pairs of tokens.

    Raises:
        ValueError: An option is out of range, there are no words, or `vocab_size` is below the
            alphabet.

    Example:
        >>> from subword.corpus.word_counts import WordCounts
        >>> train_bpe(WordCounts({"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5}), 9)
        (['b', 'g', 'h', 'n', 'p', 's', 'u', 'ug', 'un'], [('u', 'g'), ('u', 'n')])
    """
    cdef _Learner learner = _Learner()
    cdef Segments segments
    cdef uint32_t size
    cdef int64_t least
    if isinstance(min_frequency, bool) or not isinstance(min_frequency, int):
        raise TypeError(
            f"min_frequency must be an int, got {type(min_frequency).__name__}: {min_frequency!r}")
    if not 0 <= min_frequency < 2**63:
        raise ValueError(f"min_frequency must be at least 0 and below 2**63, got {min_frequency}")
    segments = Segments(
        counts, vocab_size=vocab_size, special_tokens=special_tokens, limit_alphabet=limit_alphabet,
        initial_alphabet=initial_alphabet, continuing_subword_prefix=continuing_subword_prefix,
        end_of_word_suffix=end_of_word_suffix, max_token_length=max_token_length,
        byte_level=byte_level)
    if consume:
        counts.clear()
    learner.segments = segments
    size = vocab_size
    least = max(1, min_frequency)
    with nogil:
        learner.learn(size, least, progress)
        segments.forget()
    tokens = segments.tokens()
    return tokens, [(tokens[left], tokens[right]) for left, right in segments.pairs_merged()]
