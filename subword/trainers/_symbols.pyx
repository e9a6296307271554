"""The words of a corpus cut into symbols: what both trainers merge, and the vocabulary that grows
by it.

All words lie in one flat array of symbols; a word only ever shrinks, so a merge rewrites it in
place. Every pair of neighbouring symbols has a record with its count and a list of the words that
may hold it, so a merge visits only those words and corrects only the counts around the places it
changes.
"""

cimport cython

from libc.stdint cimport INT64_MAX, UINT32_MAX, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memcpy, memset

from cpython.exc cimport PyErr_CheckSignals

from subword.corpus.word_counts cimport WordCounts
from subword.corpus.word_table cimport Slot, out_of_memory, table_free, table_slot
from subword.trainers._alphabet cimport Alphabet
from subword.trainers._pairs cimport FEW, grow, list_word, place_of

from subword.trainers.options import check_options


cdef extern from "cpu/memory.h" nogil:
    void subword_prefetch(const void* p)
    void return_free_memory()


@cython.final
cdef class Segments:
    """Words in symbols, with the vocabulary so far. Made by the trainers; one use each.

    The vocabulary starts with the special tokens in their order, then the alphabet by code point,
    then the forms with prefix and suffix that occur, by the code point of their character and then
    as strings.

    Args:
        counts: The words. Words seen no time are not there.
        continuing_subword_prefix: Carried by every symbol that does not begin a word.
        max_token_length: Pairs whose token would have this many characters or more are not counted
            when they come up; pairs of two characters always are (the rule of `tokenizers`).
        byte_level: Cut words into bytes, written in the byte alphabet.
    The other options are those of `train_bpe`.

    Raises:
        ValueError: There is nothing to learn from, an option is out of range, or the counts are too
            large to add.
    """

    def __init__(self, WordCounts counts not None, *, vocab_size, special_tokens, limit_alphabet,
                 initial_alphabet, continuing_subword_prefix, end_of_word_suffix, max_token_length,
                 byte_level):
        check_options(counts, vocab_size, limit_alphabet, max_token_length, special_tokens,
                      initial_alphabet)
        self.max_token_length = UINT32_MAX if max_token_length is None else max_token_length
        self.prefix_bytes = (continuing_subword_prefix or "").encode()
        self.prefix = <const uint8_t*><const char*>self.prefix_bytes
        self.prefix_size = len(self.prefix_bytes)
        for token in special_tokens:
            self._add(token, 0)
        self._cut(counts, len(set(special_tokens)), vocab_size, limit_alphabet, initial_alphabet,
                  continuing_subword_prefix, end_of_word_suffix, byte_level)
        self.symbol_counts = <int64_t*>calloc(max(vocab_size, self.vocab_size) + 1, sizeof(int64_t))
        if self.symbol_counts == NULL:
            out_of_memory()

    def __dealloc__(self):
        self.forget()
        free(self.text)
        free(self.token_ends)
        free(self.token_lengths)
        free(self.symbol_counts)
        free(self.touched)
        free(self.history)
        table_free(&self.ids)

    cdef void forget(self) noexcept nogil:
        """Free the words and the pairs: the vocabulary and the merges are all that is left."""
        cdef uint32_t i
        for i in range(self.pairs_size):
            self.forget_words(i)
        free(self.pairs)
        free(self.index)
        free(self.symbols)
        free(self.words)
        self.pairs = NULL
        self.index = NULL
        self.symbols = NULL
        self.words = NULL
        self.pairs_size = self.words_size = 0
        return_free_memory()

    def _add(self, token, length):
        """Return the id of a token, new or not."""
        cdef bytes data = token.encode()
        return self.add_token(<const uint8_t*><const char*>data, len(data), length)

    cdef uint32_t add_token(self, const uint8_t* token, size_t size,
                            uint32_t length) except? 0xFFFFFFFF nogil:
        cdef Slot* slot = table_slot(&self.ids, token, size, token + size)
        cdef uint32_t i = self.vocab_size
        if slot.value == 0:
            if i == self.vocab_capacity:
                self.vocab_capacity = max(1024, 2 * i)
                self.token_ends = <size_t*>grow(self.token_ends, self.vocab_capacity,
                                                sizeof(size_t))
                self.token_lengths = <uint32_t*>grow(self.token_lengths, self.vocab_capacity,
                                                     sizeof(uint32_t))
            self.reserve_text(size)
            memcpy(self.text + self.text_size, token, size)
            self.text_size += size
            self.token_ends[i] = self.text_size
            self.token_lengths[i] = length
            slot.value = i + 1
            self.vocab_size += 1
        i = <uint32_t>(slot.value - 1)
        if self.token_lengths[i] == 0:
            self.token_lengths[i] = length
        return i

    cdef int reserve_text(self, size_t size) except -1 nogil:
        if self.text_size + size > self.text_capacity:
            self.text_capacity = max(<size_t>4096, 2 * (self.text_size + size))
            self.text = <uint8_t*>grow(self.text, self.text_capacity, 1)
        return 0

    def _cut(self, WordCounts counts, specials, vocab_size, limit, initial, prefix, suffix,
             bint bytewise):
        """Find the alphabet, then write every word of two or more symbols as symbols."""
        cdef Alphabet alphabet = Alphabet(bytewise, bool(prefix), bool(suffix))
        cdef size_t i, cells, total = 0
        cdef uint32_t start
        cdef int64_t weight = 0
        cdef Slot* slot
        with nogil:
            for i in range(counts.table.capacity):
                slot = counts.table.slots + i
                if slot.hi and slot.value:
                    cells = alphabet.visit(counts, slot)
                    if cells and slot.value > <uint64_t>((INT64_MAX - weight) // <int64_t>cells):
                        with gil:
                            raise ValueError(
                                "the counts are too large: all words together must have fewer "
                                "than 2**63 symbols")
                    weight += cells * slot.value
                    total += cells
        kept = alphabet.keep(limit, {ord(string[0]) for string in initial})
        for code in kept:
            self._add(chr(code), 1)
        self._check_size(vocab_size, specials, "characters of the alphabet")
        alphabet.name_forms(set(self.tokens()), lambda token: self._add(token, 1), prefix or "",
                            suffix or "")
        self._check_size(vocab_size, specials, "forms of the characters")
        self.symbols = <uint32_t*>malloc(max(total, <size_t>1) * sizeof(uint32_t))
        self.words = <Word*>malloc(max(counts.table.used, <size_t>1) * sizeof(Word))
        if self.symbols == NULL or self.words == NULL:
            out_of_memory()
        if counts.table.used >= UINT32_MAX:
            raise ValueError(
                f"at most {UINT32_MAX - 1} different words can be trained on, got "
                f"{counts.table.used}")
        with nogil:
            for i in range(counts.table.capacity):
                slot = counts.table.slots + i
                if slot.hi and slot.value:
                    self.words[self.words_size].count = slot.value
                    self.words[self.words_size].start = self.symbols_size
                    start = <uint32_t>alphabet.write(counts, slot, self.symbols + self.symbols_size)
                    self.words[self.words_size].size = start
                    self.symbols_size += start
                    self.words_size += 1

    def _check_size(self, vocab_size, specials, what):
        least = self.vocab_size
        if vocab_size < least:
            raise ValueError(
                f"vocab_size must be at least {least} ({least - specials} {what} + {specials} "
                f"special tokens), got {vocab_size}")

    # -- pairs

    cdef uint32_t pair(self, uint32_t left, uint32_t right) except? 0xFFFFFFFF nogil:
        """Return the number of a pair's record, made with count 0 when it is new."""
        cdef uint64_t key = <uint64_t>left << 32 | right
        cdef size_t mask = self.index_capacity - 1
        cdef size_t i = place_of(key) & mask
        cdef Pair* record
        while self.index[i]:
            if self.pairs[self.index[i] - 1].key == key:
                return self.index[i] - 1
            i = (i + 1) & mask
        if self.pairs_size == self.pairs_capacity:
            self.pairs_capacity += self.pairs_capacity // 2
            self.pairs = <Pair*>grow(self.pairs, self.pairs_capacity, sizeof(Pair))
        record = self.pairs + self.pairs_size
        memset(record, 0, sizeof(Pair))
        record.key = key
        self.pairs_size += 1
        self.index[i] = self.pairs_size
        if <size_t>self.pairs_size * 3 > self.index_capacity * 2:
            self.rebuild_index(self.index_capacity * 2)
        return self.pairs_size - 1

    cdef int rebuild_index(self, size_t capacity) except -1 nogil:
        cdef size_t i
        cdef uint32_t n
        free(self.index)
        self.index = <uint32_t*>calloc(capacity, sizeof(uint32_t))
        if self.index == NULL:
            return out_of_memory()
        self.index_capacity = capacity
        for n in range(self.pairs_size):
            i = place_of(self.pairs[n].key) & (capacity - 1)
            while self.index[i]:
                i = (i + 1) & (capacity - 1)
            self.index[i] = n + 1
        return 0

    cdef void change(self, uint32_t left, uint32_t right, int64_t count,
                     uint32_t word) noexcept nogil:
        """Note a change of the count of a pair; with a positive count it now stands in `word`."""
        cdef Change* change = self.changes + self.changes_size
        change.key = <uint64_t>left << 32 | right
        change.count = count
        change.word = word
        self.changes_size += 1
        subword_prefetch(self.index + (place_of(change.key) & (self.index_capacity - 1)))

    cdef int make_changes(self) except -1 nogil:
        """Add the noted changes to the pairs, which by now are on their way into the cache."""
        cdef uint32_t k, number
        cdef Change* change
        cdef Pair* pair
        for k in range(self.changes_size):
            number = self.index[place_of(self.changes[k].key) & (self.index_capacity - 1)]
            if number:   # most pairs are at the first place that is looked at
                subword_prefetch(self.pairs + number - 1)
        for k in range(self.changes_size):
            change = self.changes + k
            number = self.pair(left_of(change.key), right_of(change.key))
            pair = self.pairs + number
            pair.count += change.count
            if pair.touched != self.merges:
                pair.touched = self.merges
                if self.touched_size == self.touched_capacity:
                    self.touched_capacity = max(256, 2 * self.touched_capacity)
                    self.touched = <uint32_t*>grow(self.touched, self.touched_capacity,
                                                   sizeof(uint32_t))
                self.touched[self.touched_size] = number
                self.touched_size += 1
            if change.count > 0:
                list_word(pair, change.word)
        self.changes_size = 0
        return 0

    cdef int count_pairs(self) except -1 nogil:
        """Count symbols and pairs in all words. Called once, before the first merge."""
        cdef uint32_t w, i, number
        cdef const uint32_t* symbols
        cdef int64_t count
        self.pairs_capacity = 1024
        self.pairs = <Pair*>grow(NULL, self.pairs_capacity, sizeof(Pair))
        self.rebuild_index(2048)
        for w in range(self.words_size):
            symbols = self.symbols + self.words[w].start
            count = <int64_t>self.words[w].count
            for i in range(self.words[w].size):
                self.symbol_counts[symbols[i]] += count
                if i:
                    number = self.pair(symbols[i - 1], symbols[i])
                    self.pairs[number].count += count
                    list_word(self.pairs + number, w)
        return 0

    cdef uint32_t new_token(self, uint32_t left, uint32_t right) except? 0xFFFFFFFF nogil:
        """Note the next merge and return the id of its token; a string that exists keeps its id."""
        cdef size_t a = self.token_ends[left - 1] if left else 0
        cdef size_t b = self.token_ends[right - 1] if right else 0
        cdef size_t size = self.token_ends[left] - a, more = self.token_ends[right] - b
        cdef uint32_t result
        cdef uint8_t* token
        if more >= self.prefix_size and memcmp(self.text + b, self.prefix, self.prefix_size) == 0:
            b += self.prefix_size
            more -= self.prefix_size
        self.reserve_text(2 * (size + more))
        # behind the room where add_token will copy it
        token = self.text + self.text_size + size + more
        memcpy(token, self.text + a, size)
        memcpy(token + size, self.text + b, more)
        result = self.add_token(token, size + more,
                                self.token_lengths[left] + self.token_lengths[right])
        if self.merges >= self.history_capacity:
            self.history_capacity = max(1024, 2 * self.merges)
            self.history = <uint32_t*>grow(self.history, 3 * <size_t>self.history_capacity,
                                           sizeof(uint32_t))
        self.history[3 * <size_t>self.merges] = left
        self.history[3 * <size_t>self.merges + 1] = right
        self.history[3 * <size_t>self.merges + 2] = result
        self.merges += 1
        return result

    cdef int merge(self, uint32_t number, uint32_t left, uint32_t right,
                   uint32_t result) except -1 nogil:
        """Replace `left right` by `result` from left to right in all words that hold the pair;
        correct the counts.

        `touched` then lists the pairs whose counts changed, the merged pair perhaps among them.
        """
        cdef uint32_t k, w, n, at, to, other
        cdef uint32_t* symbols
        cdef int64_t count, made = 0
        cdef uint32_t length = self.token_lengths[result]
        # A pair of the result and `other` is counted when the other's length is below `room`.
        cdef uint32_t room = max(self.max_token_length - min(self.max_token_length, length),
                                 2 if length == 1 else 0)
        cdef Pair merged = self.pairs[number]   # its list stays put when records move
        cdef const uint32_t* words = (
            merged.words.many if merged.size > FEW else &merged.words.few[0])
        self.touched_size = 0
        for k in range(merged.size):
            if k + 12 < merged.size:
                subword_prefetch(self.words + words[k + 12])
            if k + 6 < merged.size:
                subword_prefetch(self.symbols + self.words[words[k + 6]].start)
            w = words[k]
            symbols = self.symbols + self.words[w].start
            n = self.words[w].size
            count = <int64_t>self.words[w].count
            at = 0
            while at + 1 < n and not (symbols[at] == left and symbols[at + 1] == right):
                at += 1
            if at + 1 >= n:
                continue   # another merge took the pair away
            to = at
            while at < n:
                if symbols[at] == left and at + 1 < n and symbols[at + 1] == right:
                    if self.changes_size > CHANGES - 4:
                        self.make_changes()
                    if to > 0:
                        other = symbols[to - 1]
                        self.change(other, left, -count, w)
                        if self.token_lengths[other] < room:
                            self.change(other, result, count, w)
                    if at + 2 < n:
                        other = symbols[at + 2]
                        self.change(right, other, -count, w)
                        if self.token_lengths[other] < room:
                            self.change(result, other, count, w)
                    symbols[to] = result
                    at += 2
                    made += count
                else:
                    symbols[to] = symbols[at]
                    at += 1
                to += 1
            self.words[w].size = to
        self.make_changes()
        self.symbol_counts[left] -= made
        self.symbol_counts[right] -= made
        self.symbol_counts[result] += made
        self.pairs[number].count = 0
        self.forget_words(number)
        return 0

    cdef void forget_words(self, uint32_t number) noexcept nogil:
        """Empty the list of words of a pair that stands nowhere."""
        cdef Pair* pair = self.pairs + number
        if pair.size > FEW:
            free(pair.words.many)
        pair.size = 0

    cdef int report(self, object progress) except -1 nogil:
        """Let signals (Ctrl-C) through and tell the caller how many tokens there are."""
        with gil:
            PyErr_CheckSignals()
            if progress is not None:
                progress(self.vocab_size)
        return 0

    def tokens(self):
        """Return the vocabulary: the token of each id."""
        cdef size_t start = 0
        cdef uint32_t i
        result = []
        for i in range(self.vocab_size):
            result.append((<const char*>self.text)[start:self.token_ends[i]].decode())
            start = self.token_ends[i]
        return result

    def pairs_merged(self):
        """Return the merges in order, as pairs of ids; of a pair merged twice the last."""
        cdef uint32_t i
        merged = {}
        for i in range(self.merges):
            pair = (self.history[3 * <size_t>i], self.history[3 * <size_t>i + 1])
            merged.pop(pair, None)
            merged[pair] = None
        return list(merged)
