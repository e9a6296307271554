"""WordPiece: learn merges by likelihood (Schuster & Nakajima 2012, "Japanese and Korean Voice
Search").

The next merge is the pair with the highest score count(ab) / (count(a) * count(b)), with every
count as it is after all merges so far. _likelihood_queue.pyx finds it without looking at all pairs.
"""

import warnings

cimport cython
from libc.math cimport M_E, log
from libc.stdint cimport int64_t, uint32_t, uint64_t

from subword.trainers._likelihood_queue cimport LikelihoodQueue
from subword.trainers._symbols cimport WordSymbols, left_of, right_of

from subword.trainers.bpe import train_bpe

cdef enum:
    REPORT_EVERY = 512   # merges between two checks for signals


@cython.final
cdef class _WordPieceTrainerLoop:
    """The loop of merges.

    Pairs are queued when their count is at least `min_pair_count`, the floor, which is halved as
    merging goes on but never below `min_count`.
    """

    cdef WordSymbols words
    cdef LikelihoodQueue queue
    cdef double total        # symbols before the first merge
    cdef int64_t min_pair_count
    cdef int64_t min_count

    def __init__(self, WordSymbols words not None, uint32_t vocab_size, bint by_gain,
                 int64_t min_count):
        """Count the pairs; by likelihood, `min_count` 0 asks for the falling floor."""
        cdef uint32_t i
        cdef int64_t highest = 1
        self.words = words
        with nogil:
            words.count_pairs()
        for i in range(words.vocab_size):
            self.total += <double>words.symbol_counts[i]
        for i in range(words.pairs_size):
            highest = max(highest, words.pairs[i].count)
        self.min_count = max(1, min_count)
        self.min_pair_count = self.min_count
        if min_count == 0 or by_gain:
            self.min_pair_count = max(highest, self.min_count)
        self.queue = LikelihoodQueue(words, vocab_size, by_gain, self.total)

    cdef int queue_pairs(self) except -1 nogil:
        """Put every pair that reaches the floor in the queue."""
        cdef uint32_t i
        for i in range(self.words.pairs_size):
            if (self.words.pairs[i].count >= self.min_pair_count
                    and self.queue.positions[i].position == 0):
                self.queue.insert(i)
        self.queue.restore_top()
        return 0

    cdef bint must_lower_floor(self) noexcept nogil:
        """Say whether a pair below the floor could be better than the best pair of the queue.

        By likelihood the floor is part of the rule, so only an empty queue asks for a lower one.
        By gain it only saves work: count(a) and count(b) are at least count(ab), so a pair with a
        count c below the floor gains at most c * log(total / c), which grows until c = total / e.
        """
        cdef double best, count = min(<double>self.min_pair_count, self.total / M_E)
        if self.queue.top_size == 0:
            return True
        if not self.queue.by_gain:
            return False
        best = self.queue.heaps[self.queue.top[0]].best.gain
        # The factor is far above any rounding error.
        return best <= 1.000001 * count * log(self.total / count)

    cdef int run(self, uint32_t vocab_size, object progress) except -1 nogil:
        """Merge until there are `vocab_size` tokens or nothing is left to merge."""
        self.queue.reserve_positions()
        self.queue_pairs()
        while self.words.vocab_size < vocab_size:
            while self.min_pair_count > self.min_count and self.must_lower_floor():
                self.min_pair_count = max(self.min_pair_count // 2, self.min_count)
                self.queue_pairs()
            if self.queue.top_size == 0:
                break
            self.merge_best()
            if self.words.merges % REPORT_EVERY == 0:
                self.words.report(progress)
        self.words.report(progress)
        return 0

    cdef int merge_best(self) except -1 nogil:
        """Merge the best pair, and correct the queue."""
        cdef uint32_t known = self.words.vocab_size
        cdef uint32_t number = self.queue.heaps[self.queue.top[0]].best.pair, i
        cdef uint64_t key = self.words.pairs[number].key
        cdef uint32_t left = left_of(key), right = right_of(key)
        cdef int64_t count
        cdef uint32_t result = self.words.new_token(left, right)
        self.words.merge(number, left, right, result)
        self.queue.reserve_positions()
        self.queue.remove(number)
        for i in range(self.words.changed_pairs_size):
            number = self.words.changed_pairs[i]
            count = self.words.pairs[number].count
            if count >= self.min_pair_count:
                if self.queue.positions[number].position:
                    self.queue.update(number)
                else:
                    self.queue.insert(number)
            elif self.queue.positions[number].position:
                self.queue.remove(number)
            if count == 0:
                self.words.free_word_list(number)
        self.queue.update_symbol(left)
        if right != left:
            self.queue.update_symbol(right)
        if result < known and result != right:   # a string that was there before
            self.queue.update_symbol(result)
        self.queue.restore_top()
        return 0


def train_wordpiece(counts, vocab_size=30000, *, score="likelihood", min_frequency=None,
                    special_tokens=(), limit_alphabet=None, initial_alphabet=(),
                    continuing_subword_prefix="##", progress=None, consume=False):
    """Learn a WordPiece vocabulary.

    The alphabet holds every character both as it is and, where it occurs inside a word, with the
    prefix. Pairs with equal scores are merged in this order: higher count first, then the smaller
    left id, then the smaller right id.

    Args:
        counts: `WordCounts`.
        vocab_size: Tokens wanted, special tokens and alphabet included.
        score: What makes a pair the next to merge: "likelihood", count(ab) / (count(a) * count(b))
            compared exactly; "frequency", count(ab), as in BPE; "gain", count(ab) * log(count(ab) *
            N / (count(a) * count(b))) in double precision, N being the number of all symbols before
            the first merge. Counts are always those of the moment.
        min_frequency: Least count of a pair that is merged. None, by likelihood, asks for the
            falling floor: the least count starts at that of the most frequent pair, and whenever no
            pair reaches it, it is halved and rounded down, to 1 at last. (A fixed small least count
            makes likelihood prefer rare strings.) By frequency and gain None means 1.
        special_tokens: Strings that take the first ids.
        limit_alphabet: Keep only this many characters, the most frequent; of equals those with the
            smallest code point. Other characters are dropped from their words.
        initial_alphabet: Characters (the first of each string) in the alphabet whether seen or not.
        continuing_subword_prefix: Carried by symbols that do not begin a word.
        consume: Empty `counts` once they have been read: their memory is free for the merging.
        progress: Called with the number of tokens so far, from time to time.

    Returns:
        (vocab, merges): the tokens by id, and the merges in order as pairs of tokens.

    Raises:
        ValueError: An option is out of range, there are no words, or `vocab_size` is below the
            alphabet.

    Warns:
        UserWarning: The candidates ran out, so the vocabulary is smaller than asked for.

    Example:
        >>> from subword.corpus.word_counts import WordCounts
        >>> counts = WordCounts({"hug": 10, "pug": 5, "pun": 12, "bun": 4, "hugs": 5})
        >>> vocab, merges = train_wordpiece(counts, 14, min_frequency=1)
        >>> vocab[-3:]
        ['##gs', 'pu', 'hu']
    """
    cdef _WordPieceTrainerLoop loop
    cdef WordSymbols words
    cdef uint32_t size
    cdef int64_t min_count
    if score not in ("likelihood", "frequency", "gain"):
        raise ValueError(f'score must be "likelihood", "frequency" or "gain", got {score!r}')
    if min_frequency is not None and (isinstance(min_frequency, bool)
                                      or not isinstance(min_frequency, int)):
        raise TypeError(
            f"min_frequency must be an int or None, got {type(min_frequency).__name__}: "
            f"{min_frequency!r}")
    if min_frequency is not None and not 0 <= min_frequency < 2**63:
        raise ValueError(f"min_frequency must be at least 0 and below 2**63, got {min_frequency}")
    options = {
        "special_tokens": special_tokens, "limit_alphabet": limit_alphabet,
        "initial_alphabet": initial_alphabet,
        "continuing_subword_prefix": continuing_subword_prefix,
    }
    if score == "frequency":
        tokens, merges = train_bpe(counts, vocab_size, min_frequency=min_frequency or 0,
                                   progress=progress, consume=consume, **options)
    else:
        words = WordSymbols(
            counts, vocab_size=vocab_size, end_of_word_suffix=None, max_token_length=None,
            byte_level=False, **options)
        if consume:
            counts.clear()
        size = vocab_size
        min_count = 0 if min_frequency is None else max(1, min_frequency)
        loop = _WordPieceTrainerLoop(words, size, score == "gain", min_count)
        with nogil:
            loop.run(size, progress)
            words.free_words()
        tokens = words.tokens()
        merges = [(tokens[left], tokens[right]) for left, right in words.pairs_merged()]
    if len(tokens) < vocab_size:
        warnings.warn(
            f"candidates ran out: the vocabulary has {len(tokens)} tokens, {vocab_size} were asked "
            f"for; no pair is left that occurs at least {max(1, min_frequency or 1)} times",
            stacklevel=1)
    return tokens, merges
