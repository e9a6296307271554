"""Chunks of a text that no stage looks across, and their tokens.

A text is cut between two characters if every stage keeps the cut (see chunk_rules.py). Then the
tokens of a chunk depend on its bytes alone, and the word cache keeps them: the normalizer, the
pre-tokenizer and the model run only for chunks that are new. Where a mark is put before a text, or
white space at its beginning is stripped, its first chunk has a byte in front that no text holds, so
it has a cache entry of its own.

As for BERT, worker.chunk_word_ids[k] is the word of token k within the chunk and, after the last
token, the number of words.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy

from subword._core.pipeline cimport (
    Model, Normalizer, PreTokenizer, Text, text_reserve, text_source_end, text_source_start,
    tokens_push,
)
from subword._core.simd cimport simd_on
from subword._core.unicode cimport bert_bits, form_bits
from subword.encode.segments cimport normalize, part_of, segment_text, split_words
from subword.encode.worker cimport Worker
from subword.normalizers.precompiled cimport Precompiled
from subword.vocab.added_tokens cimport AddedSpan, AddedTokenMatcher

cdef extern from "cpu/hash.h" nogil:
    uint64_t load64(const uint8_t* p)

cdef extern from "scan/pair_cuts.h" nogil:
    uint64_t HIGH_BITS
    Py_ssize_t pair_cuts(const pair_kinds* kinds, const uint8_t* p, Py_ssize_t* at, Py_ssize_t size,
                         int32_t* out, Py_ssize_t count, Py_ssize_t capacity, int simd)

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)


cdef enum:
    MAX_KINDS = 8       # bits of a byte


cdef class TextChunks:
    """Where the texts of a tokenizer are cut, and the stages that a chunk goes through.

    Args:
        rules: A `ChunkRules`.
        normalizer, pre_tokenizer: Of the tokenizer; may be None.
        model: Of the tokenizer.
        added: Finds added tokens in normalized text.
    """

    def __init__(self, rules, Normalizer normalizer, PreTokenizer pre_tokenizer,
                 Model model not None, AddedTokenMatcher added not None):
        cdef int which, before, behind
        cdef bint shifts
        self.first_normalizer = normalizer
        self.first_pre_tokenizer = pre_tokenizer
        self.normalizer = rules.normalizer
        self.pre_tokenizer = rules.pre_tokenizer
        self.model = model
        self.added = added
        self.first_differs = rules.first_differs
        self.counts_words = rules.at_words.any()
        self.bert_bits = rules.bert_bits
        self.form_bits = rules.form_bits
        self.charmap = <Precompiled?>rules.charmap if rules.charmap is not None else None
        for before, shifts in enumerate(rules.shifts):
            self.shifts[before] = shifts
        for char in rules.barred:
            self.barred[self.barred_count] = ord(char)
            self.barred_count += 1
        for which, table in enumerate((rules.anywhere, rules.at_words)):
            for before, behind in zip(*table[:128].nonzero(), strict=True):
                self.pairs[which][(before | behind << 8) >> 6] |= <uint64_t>1 << (before & 63)
            for behind in table[128].nonzero()[0]:
                self.behind_others[which][behind] = 1
            self.set_kinds(which, table[:128])

    cdef int set_kinds(self, int which, table) except -1:
        """Set the kinds of characters before a cut, if there are at most eight."""
        cdef int kind, letter
        allowed = [row.tobytes() for row in table]
        rows = sorted({row for row in allowed if any(row)})
        self.has_kinds[which] = len(rows) <= MAX_KINDS
        for kind in range(len(rows) if self.has_kinds[which] else 0):
            for letter in range(128):
                if allowed[letter] == rows[kind]:
                    self.kinds[which].before[letter] = 1 << kind
                if rows[kind][letter]:
                    self.kinds[which].behind[letter] |= 1 << kind
        return 0

    cdef bint may_follow(self, const uint8_t* data, Py_ssize_t i) noexcept nogil:
        """Whether a cut may follow the character before data[i], which is not ASCII."""
        cdef int length, k
        cdef uint32_t code
        if self.charmap is not None and not self.charmap.may_cut_behind(data, i):
            return False
        i -= 1
        while (data[i] & 0xC0) == 0x80:
            i -= 1
        code = utf8_decode(data + i, &length)
        if bert_bits[code] & self.bert_bits or form_bits[code] & self.form_bits:
            return False
        for k in range(self.barred_count):
            if self.barred[k] == code:
                return False
        return True

    cdef bint may_shift(self, const Text* text) noexcept nogil:
        """Whether a text that is not empty may begin with what is removed, and that shifts the
        offsets of all of it: then the chunks do not tell them."""
        if text.data[0] < 0x80:
            return self.shifts[text.data[0]]
        return self.shifts[OTHER] or (
            self.charmap is not None and self.charmap.removes_first(text.data, text.size))

    cdef Py_ssize_t find(self, const uint8_t* data, Py_ssize_t size, Py_ssize_t* pos, int32_t* out,
                         Py_ssize_t capacity, bint at_words) noexcept nogil:
        """Write the chunks from byte pos[0] < size on as spans to `out`.

        Branch-free, as `SafeSplits.find_chunks`; 32 bytes at a time where the processor can.

        Args:
            data, size: The text.
            pos: Where to start; afterwards, where the next chunk starts.
            out: Has space for capacity + 1 spans.
            capacity: The most chunks to write.
            at_words: Cut only where words end.

        Returns:
            How many were written.
        """
        cdef Py_ssize_t i = pos[0] + 1, count = 0, stop
        cdef const uint64_t* pairs = self.pairs[at_words]
        cdef const uint8_t* behind_others = self.behind_others[at_words]
        cdef uint32_t pair
        cdef int k, simd = simd_on if self.has_kinds[at_words] else 0
        out[0] = <int32_t>pos[0]
        while i < size and count < capacity:
            if data[i] >= 0x80:
                while i + 8 <= size and load64(data + i) & HIGH_BITS == HIGH_BITS:
                    i += 8
                while i < size and data[i] >= 0x80:
                    i += 1
                continue
            if data[i - 1] >= 0x80:
                if behind_others[data[i]] and self.may_follow(data, i):
                    out[2 * count + 1] = out[2 * count + 2] = <int32_t>i
                    count += 1
                i += 1
                continue
            if simd and i + PAIR_BLOCK <= size:
                count = pair_cuts(&self.kinds[at_words], data, &i, size, out, count, capacity, simd)
                if i == size or count == capacity:
                    break
            stop = min(size, i + capacity - count)
            while i + 8 <= stop and not load64(data + i) & HIGH_BITS:
                for k in range(8):
                    pair = data[i + k - 1] | <uint32_t>data[i + k] << 8
                    out[2 * count + 1] = out[2 * count + 2] = <int32_t>i + k
                    count += <Py_ssize_t>(pairs[pair >> 6] >> (pair & 63) & 1)
                i += 8
            while i < stop and data[i] < 0x80:
                pair = data[i - 1] | <uint32_t>data[i] << 8
                out[2 * count + 1] = out[2 * count + 2] = <int32_t>i
                count += <Py_ssize_t>(pairs[pair >> 6] >> (pair & 63) & 1)
                i += 1
        if count < capacity:
            out[2 * count + 1] = <int32_t>size
            pos[0] = size
            return count + 1
        pos[0] = out[2 * capacity]
        return capacity

    cdef int begin_text(self, Worker worker, const Text* text, int32_t end, Text* first_chunk,
                        int32_t* span) except -1 nogil:
        """Make the chunk that begins a text, text[0:end); `span` of `first_chunk` is that chunk."""
        cdef Text* scratch = &worker.normalized
        text_reserve(scratch, end + 1)
        scratch.data[0] = BEGINS_TEXT if text.source_offset else BEGINS_DOCUMENT
        memcpy(scratch.data + 1, text.data, end)
        first_chunk[0] = scratch[0]
        first_chunk.source_start = NULL
        first_chunk.source_offset = text.source_offset - 1
        first_chunk.size = span[1] = end + 1
        span[0] = 0
        return 0

    cdef int tokenize(self, Worker worker, const uint8_t* chunk, int32_t size) except -1 nogil:
        """Put the tokens of a chunk into worker.tokens, their words into worker.chunk_word_ids."""
        # A chunk is no beginning of a document for its stages, unless it is marked as one.
        cdef bint begins = chunk[0] >= BEGINS_TEXT
        cdef Text text = segment_text(chunk, begins, size, True)
        cdef Py_ssize_t i
        cdef int32_t words = 0, shift
        text.source_offset = chunk[0] != BEGINS_DOCUMENT
        shift = begins - <int32_t>text.source_offset
        if begins:
            self.run_stages(worker, &text, self.first_normalizer, self.first_pre_tokenizer, &words)
        else:
            self.run_stages(worker, &text, self.normalizer, self.pre_tokenizer, &words)
        for i in range(worker.tokens.size):
            worker.tokens.data[i].start += shift
            worker.tokens.data[i].end += shift
        worker.reserve_chunk_word_ids()
        worker.chunk_word_ids[worker.tokens.size] = words
        return 0

    cdef int run_stages(self, Worker worker, const Text* text, Normalizer normalizer,
                        PreTokenizer pre_tokenizer, int32_t* words) except -1 nogil:
        """Append the tokens of a chunk, and count its words."""
        cdef Text part
        cdef const Text* source = text
        cdef const AddedSpan* span
        cdef Py_ssize_t i, first
        if normalizer is not None:
            source = normalize(normalizer, text, &worker.chunk)
        first = self.added.first_place(source.data, source.size, -1)
        if first == source.size:
            return self.add_words(worker, source, pre_tokenizer, words)
        worker.normalized_added_spans.size = 0
        self.added.find_from(source.data, <int32_t>first, <int32_t>source.size,
                             &worker.normalized_added_spans)
        for i in range(worker.normalized_added_spans.size):
            span = &worker.normalized_added_spans.data[i]
            part = part_of(source, span.start, span.end)
            if span.id < 0 and span.start == 0:
                self.add_words(worker, &part, pre_tokenizer, words)
            elif span.id < 0:
                self.add_words(worker, &part, self.first_pre_tokenizer, words)
            else:
                tokens_push(&worker.tokens, <uint32_t>span.id, text_source_start(&part, 0),
                            text_source_end(&part, part.size - 1))
                worker.reserve_chunk_word_ids()
                worker.chunk_word_ids[worker.tokens.size - 1] = words[0]
                words[0] += 1
        return 0

    cdef int add_words(self, Worker worker, const Text* text, PreTokenizer pre_tokenizer,
                       int32_t* words) except -1 nogil:
        """Append the tokens of normalized text that holds no added token, and count its words."""
        cdef const Text* source
        cdef Py_ssize_t i, k, first, start
        if text.size == 0:
            return 0
        source = split_words(pre_tokenizer, text, worker)
        for i in range(worker.spans.size):
            first = worker.tokens.size
            start = worker.spans.data[i].start
            self.model.tokenize(source.data + start, worker.spans.data[i].end - start,
                                &worker.tokens)
            worker.reserve_chunk_word_ids()
            for k in range(first, worker.tokens.size):
                worker.chunk_word_ids[k] = words[0]
                worker.tokens.data[k].end = text_source_end(
                    source, start + worker.tokens.data[k].end - 1)
                worker.tokens.data[k].start = text_source_start(
                    source, start + worker.tokens.data[k].start)
            words[0] += 1
        return 0
