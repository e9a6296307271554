"""Byte-pair encoding: learn merges by frequency (Sennrich et al. 2016,
https://arxiv.org/abs/1508.07909).

The result is that of `tokenizers`' BpeTrainer wherever that is a function of the counts: without
prefix, suffix and ties at the cut of the alphabet.
"""

cimport cython

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport free

from subword._core.pipeline cimport grow
from subword.trainers._pairs cimport PairRecord
from subword.trainers._symbols cimport WordSymbols, left_of, right_of

cdef enum:
    REPORT_EVERY = 1024   # merges between two checks for signals


cdef struct PairEntry:
    # A pair in the heap, with the count it had when it was put there.
    int64_t count
    uint64_t key
    uint32_t pair


cdef struct PairHeap:
    PairEntry* data
    Py_ssize_t size
    Py_ssize_t capacity


cdef inline bint before(const PairEntry* a, const PairEntry* b) noexcept nogil:
    """Say whether `a` is merged first: the higher count, of equals the smaller pair of ids."""
    return a.count > b.count or (a.count == b.count and a.key < b.key)


cdef void sift_down(PairHeap* heap, Py_ssize_t i) noexcept nogil:
    cdef PairEntry moving = heap.data[i]
    cdef Py_ssize_t child
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


cdef int push(PairHeap* heap, const PairEntry* entry) except -1 nogil:
    cdef PairEntry moving = entry[0]
    cdef Py_ssize_t i = heap.size
    if heap.size == heap.capacity:
        heap.data = <PairEntry*>grow(heap.data, &heap.capacity, heap.size + 1, sizeof(PairEntry))
    heap.size += 1
    while i > 0 and before(&moving, heap.data + (i - 1) // 2):
        heap.data[i] = heap.data[(i - 1) // 2]
        i = (i - 1) // 2
    heap.data[i] = moving
    return 0


@cython.final
cdef class _BpeTrainerLoop:
    """The loop of merges, with its heap of pairs.

    Only pairs with a count of at least `threshold` are in the heap: most pairs are rare and are
    never merged. When the heap is empty, the threshold is halved and all pairs that reach it now
    are added.

    When the count of a pair falls, its entry is out of date and is corrected when it is first in
    the heap. When a count rises, the pair gets another entry, and the old one is dropped when it is
    first.
    """

    cdef WordSymbols words
    cdef PairHeap heap
    cdef int64_t threshold

    def __dealloc__(self):
        free(self.heap.data)

    cdef int push_pair(self, uint32_t number) except -1 nogil:
        """Put a pair in the heap if it reaches the threshold."""
        cdef PairEntry entry
        entry.count = self.words.pairs[number].count
        entry.key = self.words.pairs[number].key
        entry.pair = number
        if entry.count >= self.threshold:
            push(&self.heap, &entry)
        return 0

    cdef int set_threshold(self, int64_t threshold) except -1 nogil:
        """Lower the threshold, and add the pairs that reach it now."""
        cdef uint32_t i
        cdef int64_t before = self.threshold
        self.threshold = threshold
        for i in range(self.words.pairs_size):
            if self.words.pairs[i].count < before:   # the others are in the heap
                self.push_pair(i)
        return 0

    cdef int next_pair(self, PairEntry* found) except -1 nogil:
        """Take the entry of the most frequent pair; return 0 when there is none."""
        cdef int64_t count
        while True:
            while self.heap.size == 0 or self.heap.data[0].count < self.threshold:
                if self.threshold == 1:
                    return 0
                self.set_threshold(max(self.threshold // 2, 1))
            count = self.words.pairs[self.heap.data[0].pair].count
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

    cdef int run(self, uint32_t vocab_size, int64_t min_count, object progress) except -1 nogil:
        """Merge until there are `vocab_size` tokens or no pair is seen `min_count` times."""
        cdef PairEntry entry
        cdef uint32_t i, left, right, result
        cdef uint64_t key
        cdef int64_t highest = 0
        cdef PairRecord* pair
        self.words.count_pairs()
        for i in range(self.words.pairs_size):
            highest = max(highest, self.words.pairs[i].count)
        self.threshold = highest + 1
        self.set_threshold(max(highest // 2, 1))
        while self.words.vocab_size < vocab_size and self.next_pair(&entry):
            if entry.count < min_count:
                break
            left = left_of(entry.key)
            right = right_of(entry.key)
            result = self.words.new_token(left, right)
            self.words.merge(entry.pair, left, right, result)
            for i in range(self.words.changed_pairs_size):
                pair = self.words.pairs + self.words.changed_pairs[i]
                key = pair.key
                if pair.count <= 0:
                    self.words.free_word_list(self.words.changed_pairs[i])
                # only these counts can have risen
                elif left_of(key) == result or right_of(key) == result:
                    self.push_pair(self.words.changed_pairs[i])
            if self.words.merges % REPORT_EVERY == 0:
                self.words.report(progress)
        self.words.report(progress)
        return 0


def train_bpe(counts, vocab_size=30000, *, min_frequency=0, special_tokens=(), limit_alphabet=None,
              initial_alphabet=(), continuing_subword_prefix=None, end_of_word_suffix=None,
              max_token_length=None, byte_level=False, whole_alphabet=False, progress=None,
              consume=False):
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
        whole_alphabet: A `vocab_size` below the alphabet gives the alphabet, and a table without
            words the initial one, as for `tokenizers`; else both are errors.
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
    cdef _BpeTrainerLoop loop = _BpeTrainerLoop()
    cdef WordSymbols words
    cdef uint32_t size
    cdef int64_t min_count
    if isinstance(min_frequency, bool) or not isinstance(min_frequency, int):
        raise TypeError(
            f"min_frequency must be an int, got {type(min_frequency).__name__}: {min_frequency!r}")
    if not 0 <= min_frequency < 2**63:
        raise ValueError(f"min_frequency must be at least 0 and below 2**63, got {min_frequency}")
    words = WordSymbols(
        counts, vocab_size=vocab_size, special_tokens=special_tokens, limit_alphabet=limit_alphabet,
        initial_alphabet=initial_alphabet, continuing_subword_prefix=continuing_subword_prefix,
        end_of_word_suffix=end_of_word_suffix, max_token_length=max_token_length,
        byte_level=byte_level, whole_alphabet=whole_alphabet)
    if consume:
        counts.clear()
    loop.words = words
    size = vocab_size
    min_count = max(1, min_frequency)
    with nogil:
        loop.run(size, min_count, progress)
        words.free_words()
    tokens = words.tokens()
    return tokens, [(tokens[left], tokens[right]) for left, right in words.pairs_merged()]
