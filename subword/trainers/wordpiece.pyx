"""WordPiece: learn merges by likelihood (Schuster & Nakajima 2012, "Japanese and Korean Voice
Search").

The next merge is the pair with the highest score count(ab) / (count(a) * count(b)), every count as
it stands after all merges so far. How the best pair is found without looking at all of them is told
in _candidates.pyx.
"""

import warnings

cimport cython
from libc.math cimport M_E, log
from libc.stdint cimport int64_t, uint32_t, uint64_t

from subword.trainers._pair_queue cimport Candidates
from subword.trainers._symbols cimport Segments, left_of, right_of

from subword.trainers.bpe import train_bpe

cdef enum:
    REPORT_EVERY = 512   # merges between two looks at signals


@cython.final
cdef class _Learner:
    """The loop of merges, and the floor: the least count of a pair that may be merged."""

    cdef Segments segments
    cdef Candidates candidates
    cdef double total        # symbols before the first merge
    cdef int64_t floor
    cdef int64_t least       # the floor never falls below

    def __init__(self, Segments segments not None, uint32_t vocab_size, bint by_gain,
                 int64_t floor):
        """Count the pairs; `floor` 0 asks for the falling floor."""
        cdef uint32_t i
        cdef int64_t highest = 1
        self.segments = segments
        with nogil:
            segments.count_pairs()
        for i in range(segments.vocab_size):
            self.total += <double>segments.symbol_counts[i]
        for i in range(segments.pairs_size):
            highest = max(highest, segments.pairs[i].count)
        self.least = max(1, floor)
        self.floor = max(highest, self.least) if floor == 0 or by_gain else floor
        self.candidates = Candidates(segments, vocab_size, by_gain, self.total)

    cdef int seat_all(self) except -1 nogil:
        """Make every pair that reaches the floor a candidate."""
        cdef uint32_t i
        for i in range(self.segments.pairs_size):
            if self.segments.pairs[i].count >= self.floor and self.candidates.seats[i].place == 0:
                self.candidates.seat(i)
        self.candidates.settle()
        return 0

    cdef bint too_high(self) noexcept nogil:
        """Say whether a pair below the floor could be better than the best candidate.

        By likelihood the floor is the rule itself, so only an empty queue asks for a lower one. By
        gain it only
        saves work: count(a) and count(b) are at least count(ab), so a pair with fewer than `floor`
            gains at most
        floor * log(total / floor); c * log(total / c) grows until c = total / e.
        """
        cdef double best, count = min(<double>self.floor, self.total / M_E)
        if self.candidates.queue_size == 0:
            return True
        if not self.candidates.by_gain:
            return False
        best = self.candidates.rows[self.candidates.queue[0]].best.gain
        # the factor is far above any rounding
        return best <= 1.000001 * count * log(self.total / count)

    cdef int learn(self, uint32_t vocab_size, object progress) except -1 nogil:
        """Merge until there are `vocab_size` tokens or nothing is left to merge."""
        self.candidates.reserve_seats()
        self.seat_all()
        while self.segments.vocab_size < vocab_size:
            while self.floor > self.least and self.too_high():
                self.floor = max(self.floor // 2, self.least)
                self.seat_all()
            if self.candidates.queue_size == 0:
                break
            self.merge_best()
            if self.segments.merges % REPORT_EVERY == 0:
                self.segments.report(progress)
        self.segments.report(progress)
        return 0

    cdef int merge_best(self) except -1 nogil:
        cdef uint32_t known = self.segments.vocab_size
        cdef uint32_t number = self.candidates.rows[self.candidates.queue[0]].best.pair, i
        cdef uint64_t key = self.segments.pairs[number].key
        cdef uint32_t left = left_of(key), right = right_of(key)
        cdef int64_t count
        cdef uint32_t result = self.segments.new_token(left, right)
        self.segments.merge(number, left, right, result)
        self.candidates.reserve_seats()
        self.candidates.unseat(number)
        for i in range(self.segments.touched_size):
            number = self.segments.touched[i]
            count = self.segments.pairs[number].count
            if count >= self.floor:
                if self.candidates.seats[number].place:
                    self.candidates.reseat(number)
                else:
                    self.candidates.seat(number)
            elif self.candidates.seats[number].place:
                self.candidates.unseat(number)
            if count == 0:
                self.segments.forget_words(number)
        self.candidates.recount(left)
        if right != left:
            self.candidates.recount(right)
        if result < known and result != right:   # a string that was there before
            self.candidates.recount(result)
        self.candidates.settle()
        return 0


def train_wordpiece(counts, vocab_size=30000, *, score="likelihood", min_frequency=None,
                    special_tokens=(), limit_alphabet=None, initial_alphabet=(),
                    continuing_subword_prefix="##", progress=None, consume=False):
    """Learn a WordPiece vocabulary.

    The alphabet holds every character both as it is and, where it occurs inside a word, with the
    prefix. Pairs with
    equal scores are merged in this order: higher count first, then the smaller left id, then the
    smaller right id.

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
    cdef _Learner learner
    cdef Segments segments
    cdef uint32_t size
    cdef int64_t floor
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
                                   progress=progress,
                                   consume=consume, **options)
    else:
        segments = Segments(
            counts, vocab_size=vocab_size, end_of_word_suffix=None, max_token_length=None,
            byte_level=False, **options)
        if consume:
            counts.clear()
        size = vocab_size
        floor = 0 if min_frequency is None else max(1, min_frequency)
        learner = _Learner(segments, size, score == "gain", floor)
        with nogil:
            learner.learn(size, progress)
            segments.forget()
        tokens = segments.tokens()
        merges = [(tokens[left], tokens[right]) for left, right in segments.pairs_merged()]
    if len(tokens) < vocab_size:
        warnings.warn(
            f"candidates ran out: the vocabulary has {len(tokens)} tokens, {vocab_size} were asked "
            "for; no pair is left"
            f" that occurs at least {max(1, min_frequency or 1)} times", stacklevel=1)
    return tokens, merges
