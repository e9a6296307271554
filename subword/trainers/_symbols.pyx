"""The words of a corpus as symbols: what both trainers merge, and the vocabulary that grows by it.

All words are in one flat array of symbols; a word only ever shrinks, so a merge rewrites it in
place. Every pair of neighbouring symbols has a record with its count and a list of the words that
may hold it, so a merge visits only those words and corrects only the counts of the pairs beside the
merged ones.
"""

cimport cython
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport UINT32_MAX, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memcpy, memset

from subword._core.pipeline cimport out_of_memory, reallocate
from subword.corpus.word_counts cimport WordCounts
from subword.corpus.word_table cimport Slot, table_free, table_slot
from subword.trainers._alphabet cimport Alphabet
from subword.trainers._pairs cimport FEW, PairRecord, home_slot, list_word, new_hash_key

from subword._core.limits import MAX_TOKEN_CHARS
from subword.trainers.options import check_options

cdef extern from "cpu/hints.h" nogil:
    void subword_prefetch(const void* p)
    void return_free_memory()


@cython.final
cdef class WordSymbols:
    """Words as symbols, with the vocabulary so far. A trainer makes one and uses it up.

    The vocabulary starts with the special tokens in their order, then the alphabet by code point,
    then the forms with prefix and suffix that occur, by the code point of their character and then
    as strings.

    Args:
        counts: The words; those with count 0 are left out.
        continuing_subword_prefix: Carried by every symbol that does not begin a word.
        max_token_length: A pair that a merge brings about is not counted when its token would have
            this many characters or more; pairs of two characters always are (the rule of
            `tokenizers`).
        byte_level: Cut words into bytes, written in the byte alphabet.
        whole_alphabet: A vocab_size below the alphabet gives the alphabet, and no words give the
            initial alphabet; else both are errors.
    The other options are those of `train_bpe`.

    Raises:
        ValueError: There is nothing to learn from, an option is out of range, or the counts are too
            large to add.
    """

    def __init__(self, WordCounts counts not None, *, vocab_size, special_tokens, limit_alphabet,
                 initial_alphabet, continuing_subword_prefix, end_of_word_suffix, max_token_length,
                 byte_level, whole_alphabet=False):
        special_tokens, initial_alphabet = check_options(
            counts, vocab_size, limit_alphabet, max_token_length, special_tokens, initial_alphabet,
            whole_alphabet)
        # No model takes longer tokens; a length here counts neither prefix nor suffix.
        self.max_token_length = max(1, min(
            UINT32_MAX if max_token_length is None else max_token_length,
            MAX_TOKEN_CHARS + 1 - len(continuing_subword_prefix or "")
            - len(end_of_word_suffix or "")))
        self.whole_alphabet = whole_alphabet
        self.prefix_bytes = (continuing_subword_prefix or "").encode()
        self.prefix = <const uint8_t*><const char*>self.prefix_bytes
        self.prefix_size = len(self.prefix_bytes)
        for token in special_tokens:
            self._add_str(token, 0)
        self._write_words(counts, len(set(special_tokens)), vocab_size, limit_alphabet,
                          initial_alphabet, continuing_subword_prefix, end_of_word_suffix,
                          byte_level)
        self.symbol_counts = <int64_t*>calloc(max(vocab_size, self.vocab_size) + 1, sizeof(int64_t))
        if self.symbol_counts == NULL:
            out_of_memory()
        new_hash_key(self.hash_key)

    def __dealloc__(self):
        self.free_words()
        free(self.text)
        free(self.token_ends)
        free(self.token_lengths)
        free(self.symbol_counts)
        free(self.changed_pairs)
        free(self.merge_log)
        table_free(&self.ids)

    cdef void free_words(self) noexcept nogil:
        """Free the words and the pairs; the vocabulary and the merges stay."""
        cdef uint32_t i
        for i in range(self.pairs_size):
            self.free_word_list(i)
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

    def _add_str(self, token, length):
        """Return the id of a token, which is added if it is new."""
        cdef bytes data = token.encode()
        return self.add_token(<const uint8_t*><const char*>data, len(data), length)

    cdef uint32_t add_token(self, const uint8_t* token, size_t size,
                            uint32_t length) except? 0xFFFFFFFF nogil:
        """Return the id of a token of `length` characters, which is added if it is new."""
        cdef Slot* slot = table_slot(&self.ids, token, size, token + size)
        cdef uint32_t i = self.vocab_size
        if slot.value == 0:
            if i == self.vocab_capacity:
                self.vocab_capacity = max(1024, 2 * i)
                self.token_ends = <size_t*>reallocate(
                    self.token_ends, self.vocab_capacity * sizeof(size_t))
                self.token_lengths = <uint32_t*>reallocate(
                    self.token_lengths, self.vocab_capacity * sizeof(uint32_t))
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
            self.text = <uint8_t*>reallocate(self.text, self.text_capacity)
        return 0

    def _write_words(self, WordCounts counts, specials, vocab_size, limit, initial, prefix, suffix,
                     bint bytewise):
        """Find the alphabet, then write every word as symbols."""
        cdef Alphabet alphabet = Alphabet(bytewise, bool(prefix), bool(suffix))
        cdef size_t i, total = alphabet.count_words(counts)
        cdef uint32_t written
        cdef Slot* slot
        kept = alphabet.select(limit, {ord(string[0]) for string in initial})
        for code in kept:
            self._add_str(chr(code), 1)
        self._check_size(vocab_size, specials, "characters of the alphabet")
        alphabet.assign_forms(set(self.tokens()), lambda token: self._add_str(token, 1),
                              prefix or "", suffix or "")
        self._check_size(vocab_size, specials, "forms of the characters")
        self.symbols = <uint32_t*>malloc(max(total, <size_t>1) * sizeof(uint32_t))
        self.words = <SymbolWord*>malloc(max(counts.table.used, <size_t>1) * sizeof(SymbolWord))
        if self.symbols == NULL or self.words == NULL:
            out_of_memory()
        used = counts.table.used
        if used >= UINT32_MAX:
            raise ValueError(
                f"at most {UINT32_MAX - 1} different words can be trained on, got {used}")
        with nogil:
            for i in range(counts.table.capacity):
                slot = counts.table.slots + i
                if slot.hi and slot.value:
                    self.words[self.words_size].count = slot.value
                    self.words[self.words_size].start = self.symbols_size
                    written = <uint32_t>alphabet.write_symbols(
                        counts, slot, self.symbols + self.symbols_size)
                    self.words[self.words_size].size = written
                    self.symbols_size += written
                    self.words_size += 1

    def _check_size(self, vocab_size, specials, what):
        wanted = self.vocab_size
        if vocab_size < wanted and not self.whole_alphabet:
            raise ValueError(
                f"vocab_size must be at least {wanted} ({wanted - specials} {what} + {specials} "
                f"special tokens), got {vocab_size}")

    # -- pairs

    cdef uint32_t pair_number(self, uint32_t left, uint32_t right) except? 0xFFFFFFFF nogil:
        """Return the number of a pair's record, made with count 0 when it is new."""
        cdef uint64_t key = <uint64_t>left << 32 | right
        cdef size_t mask = self.index_capacity - 1, i = home_slot(key, self.hash_key, mask)
        while self.index[i]:
            if self.pairs[self.index[i] - 1].key == key:
                return self.index[i] - 1
            i = (i + 1) & mask
        if self.pairs_size == self.pairs_capacity:
            self.pairs_capacity += self.pairs_capacity // 2
            self.pairs = <PairRecord*>reallocate(
                self.pairs, self.pairs_capacity * sizeof(PairRecord))
        memset(self.pairs + self.pairs_size, 0, sizeof(PairRecord))
        self.pairs[self.pairs_size].key = key
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
            i = home_slot(self.pairs[n].key, self.hash_key, capacity - 1)
            while self.index[i]:
                i = (i + 1) & (capacity - 1)
            self.index[i] = n + 1
        return 0

    cdef void queue_delta(self, uint32_t left, uint32_t right, int64_t count,
                          uint32_t word) noexcept nogil:
        """Note a change of the count of a pair, found in `word`; `apply_deltas` makes it."""
        cdef CountDelta* delta = self.deltas + self.deltas_size
        delta.key = <uint64_t>left << 32 | right
        delta.count = count
        delta.word = word
        self.deltas_size += 1
        subword_prefetch(self.index + home_slot(delta.key, self.hash_key, self.index_capacity - 1))

    cdef int apply_deltas(self) except -1 nogil:
        """Add the noted changes to the pairs, whose index slots were prefetched when noted."""
        cdef uint32_t k, number
        cdef size_t mask = self.index_capacity - 1
        cdef CountDelta* delta
        cdef PairRecord* pair
        for k in range(self.deltas_size):
            number = self.index[home_slot(self.deltas[k].key, self.hash_key, mask)]
            if number:   # most pairs are in the first slot of their search
                subword_prefetch(self.pairs + number - 1)
        for k in range(self.deltas_size):
            delta = self.deltas + k
            number = self.pair_number(left_of(delta.key), right_of(delta.key))
            pair = self.pairs + number
            pair.count += delta.count
            if pair.last_change != self.merges:
                pair.last_change = self.merges
                if self.changed_pairs_size == self.changed_pairs_capacity:
                    self.changed_pairs_capacity = max(256, 2 * self.changed_pairs_capacity)
                    self.changed_pairs = <uint32_t*>reallocate(
                        self.changed_pairs, self.changed_pairs_capacity * sizeof(uint32_t))
                self.changed_pairs[self.changed_pairs_size] = number
                self.changed_pairs_size += 1
            if delta.count > 0:
                list_word(pair, delta.word)
        self.deltas_size = 0
        return 0

    cdef int count_pairs(self) except -1 nogil:
        """Count symbols and pairs in all words. Called once, before the first merge."""
        cdef uint32_t w, i, number
        cdef const uint32_t* symbols
        cdef int64_t count
        self.pairs_capacity = 1024
        self.pairs = <PairRecord*>reallocate(NULL, self.pairs_capacity * sizeof(PairRecord))
        self.rebuild_index(2048)
        for w in range(self.words_size):
            symbols = self.symbols + self.words[w].start
            count = <int64_t>self.words[w].count
            for i in range(self.words[w].size):
                self.symbol_counts[symbols[i]] += count
                if i:
                    number = self.pair_number(symbols[i - 1], symbols[i])
                    self.pairs[number].count += count
                    list_word(self.pairs + number, w)
        return 0

    cdef uint32_t new_token(self, uint32_t left, uint32_t right) except? 0xFFFFFFFF nogil:
        """Note the next merge and return the id of its token; a string that exists keeps its id."""
        cdef size_t a = self.token_ends[left - 1] if left else 0
        cdef size_t b = self.token_ends[right - 1] if right else 0
        cdef size_t size = self.token_ends[left] - a, right_size = self.token_ends[right] - b
        cdef uint32_t result
        cdef uint8_t* token
        if (right_size >= self.prefix_size
                and memcmp(self.text + b, self.prefix, self.prefix_size) == 0):
            b += self.prefix_size
            right_size -= self.prefix_size
        self.reserve_text(2 * (size + right_size))
        # Made after the bytes to which add_token will copy it.
        token = self.text + self.text_size + size + right_size
        memcpy(token, self.text + a, size)
        memcpy(token + size, self.text + b, right_size)
        result = self.add_token(token, size + right_size,
                                self.token_lengths[left] + self.token_lengths[right])
        if self.merges >= self.merge_log_capacity:
            self.merge_log_capacity = max(1024, 2 * self.merges)
            self.merge_log = <uint32_t*>reallocate(
                self.merge_log, 3 * <size_t>self.merge_log_capacity * sizeof(uint32_t))
        self.merge_log[3 * <size_t>self.merges] = left
        self.merge_log[3 * <size_t>self.merges + 1] = right
        self.merge_log[3 * <size_t>self.merges + 2] = result
        self.merges += 1
        return result

    cdef int merge(self, uint32_t number, uint32_t left, uint32_t right,
                   uint32_t result) except -1 nogil:
        """Replace `left right` by `result` from left to right in all words that hold the pair;
        correct the counts.

        `changed_pairs` then lists the pairs whose counts changed, sometimes the merged pair too.
        """
        cdef uint32_t k, w, n, at, to, other
        cdef uint32_t* symbols
        cdef int64_t count, merged_count = 0
        cdef uint32_t length = self.token_lengths[result]
        # A pair of the result and another symbol is counted when the other is shorter than this.
        cdef uint32_t other_limit = max(
            self.max_token_length - min(self.max_token_length, length), 2 if length == 1 else 0)
        # A copy: records may move, but not the list of words.
        cdef PairRecord merged = self.pairs[number]
        cdef const uint32_t* words = (
            merged.words.many if merged.size > FEW else &merged.words.few[0])
        self.changed_pairs_size = 0
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
                continue   # an earlier merge removed the pair from this word
            to = at
            while at < n:
                if symbols[at] == left and at + 1 < n and symbols[at + 1] == right:
                    if self.deltas_size > MAX_DELTAS - 4:
                        self.apply_deltas()
                    if to > 0:
                        other = symbols[to - 1]
                        self.queue_delta(other, left, -count, w)
                        if self.token_lengths[other] < other_limit:
                            self.queue_delta(other, result, count, w)
                    if at + 2 < n:
                        other = symbols[at + 2]
                        self.queue_delta(right, other, -count, w)
                        if self.token_lengths[other] < other_limit:
                            self.queue_delta(result, other, count, w)
                    symbols[to] = result
                    at += 2
                    merged_count += count
                else:
                    symbols[to] = symbols[at]
                    at += 1
                to += 1
            self.words[w].size = to
        self.apply_deltas()
        self.symbol_counts[left] -= merged_count
        self.symbol_counts[right] -= merged_count
        self.symbol_counts[result] += merged_count
        self.pairs[number].count = 0
        self.free_word_list(number)
        return 0

    cdef void free_word_list(self, uint32_t number) noexcept nogil:
        """Empty the list of words of a pair that no word holds any more."""
        cdef PairRecord* pair = self.pairs + number
        if pair.size > FEW:
            free(pair.words.many)
        pair.size = 0

    cdef int report(self, object progress) except -1 nogil:
        """Handle signals (Ctrl-C), and call `progress` with the number of tokens so far."""
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
        """Return the merges in order, as pairs of ids; of a pair merged twice the last merge."""
        cdef uint32_t i
        merged = {}
        for i in range(self.merges):
            pair = (self.merge_log[3 * <size_t>i], self.merge_log[3 * <size_t>i + 1])
            merged.pop(pair, None)
            merged[pair] = None
        return list(merged)
