"""The encode loop: documents to ids, with the stages of one tokenizer, and no Python object per
token.

    document --added tokens--> segments --normalizer--> text --pre-tokenizer--> words
        --cache, model--> ids

Seven shortcuts give the same result as running the stages one after the other; tests compare them:

* A pre-tokenizer that is one known pattern is run by its scanner, 256 words at a time.
* One that is another pattern is run by its cutter, two kilobytes at a time.
* Around BERT's normalizer the text is split first, at blanks, punctuation and Chinese characters:
  the normalizer and the pre-tokenizer never look across these. The tokens of each chunk depend on
  its bytes alone, so they are cached too.
* Other texts are cut where every stage keeps the cut (see `chunk_rules`), and the tokens of these
  chunks are cached.
* Words of byte-level BPE are split where the model never merges, unless offsets are asked for:
  between Hangul, Chinese and kana, and long words between any two bytes.
* BPE without a pre-tokenizer (SentencePiece's way) gets its text in chunks that no merge joins.
* Where its added tokens are looked for in normalized text, their parts between spaces are looked
  for in the original first: if none is there, the text is not normalized as a whole.
"""

cimport cython
from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from subword._core.pipeline cimport (
    Model, Normalizer, PreTokenizer, Text, text_source_end, text_source_start,
)
from subword._core.random cimport random_stream
from subword._core.simd cimport simd_on
from subword._core.unicode cimport bert_bits, scan_bits
from subword._regex.cutter cimport CUT_ROOM, cut_begin, cut_chunk, cut_run
from subword.encode._chunks cimport MAX_CHUNK
from subword.encode._unsplit cimport UnsplitText, make_unsplit_text
from subword.encode._word_cache cimport pending_clear
from subword.encode._word_encoder cimport WordEncoder
from subword.encode.segments cimport normalize, part_of, segment_text, split_words
from subword.encode.worker cimport Output, Worker, WorkerPool, begin_rows
from subword.models.bpe cimport BPE
from subword.models.byte_safe_splits cimport byte_safe_splits, find_byte_safe_splits
from subword.pre_tokenizers.sequence cimport cutter_of
from subword.vocab.added_tokens cimport AddedTokenMatcher, AddedSpan

from subword._core.pipeline import flatten
from subword._core.random import checked_seed
from subword.encode._unsplit import unspaced_cores
from subword.pre_tokenizers.metaspace import Metaspace
from subword.vocab.added_tokens import AddedToken

cdef extern from "scan/scan.h" nogil:
    enum:
        SCAN_BERT
    int scan(int pattern, const uint8_t* p, Py_ssize_t n, Py_ssize_t* pos, const uint8_t* bits,
             const byte_safe_splits* splits, int32_t* out, int room, int simd)

cdef extern from "scan/safe_splits.h" nogil:
    enum:
        LONG_WORD
    int split_long_word(const byte_safe_splits* splits, const uint8_t* p, int32_t* start,
                        int32_t end, int32_t* out, int capacity)

cdef enum:
    SCAN_WORDS = 256        # words that a scanner finds in a call


@cython.final
cdef class Encoder(WordEncoder):
    """The stages of one tokenizer, ready to run.

    Args:
        normalizer, pre_tokenizer: May be None.
        model: The model.
        before_normalizer, after_normalizer: Find added tokens in the original and in the normalized
            text.
        caches_words: The model gives a word the same tokens every time. Otherwise it draws at
            random, from the stream of the text's number in the call.
        splits_long_texts: `split_points.can_split` is true of the stages.
        chunk_rules: Returns what `find_chunk_rules` says of the stages; called if it is needed.
        cache_limit: Bytes that the word caches of one thread may take.
    """

    def __init__(self, Normalizer normalizer, PreTokenizer pre_tokenizer, Model model not None,
                 AddedTokenMatcher before_normalizer not None,
                 AddedTokenMatcher after_normalizer not None,
                 bint caches_words=True, bint splits_long_texts=False,
                 size_t cache_limit=64 << 20, chunk_rules=None):
        cdef bint added_after = after_normalizer.count > 0
        self.set_model(normalizer, pre_tokenizer, model, added_after, caches_words, chunk_rules,
                       after_normalizer)
        self.cutter = None if self.caches_chunks else cutter_of(pre_tokenizer)
        if isinstance(model, BPE) and self.unsplit is None:
            self.safe_splits = find_byte_safe_splits(model)
        self.splits_long_texts = splits_long_texts
        self.workers = WorkerPool(cache_limit)
        self.normalizes = normalizer is not None and (
            added_after or not self.caches_chunks or self.chunks is not None)
        self.aligns = any([isinstance(step, Metaspace) and step.prepend_scheme == "first"
                           for step in flatten(pre_tokenizer)])
        self.before_normalizer = before_normalizer
        self.after_normalizer = after_normalizer
        if added_after and normalizer is not None and self.unsplit is not None:
            self.raw_unsplit, self.core_matcher = find_raw_unsplit(
                normalizer, pre_tokenizer, model, after_normalizer.contents)
        if normalizer is None and self.unsplit is None and before_normalizer.count == 0:
            # Nothing lies between the two: search before the text is split into segments.
            self.before_normalizer = after_normalizer
            self.after_normalizer = before_normalizer

    def shortcuts(self):
        """Return which of the ways above are taken, for people to read.

        Returns:
            The names of those: "bert chunks", "raw text" (the added tokens' parts are looked for in
            the original first), "safe splits", "long words" (they are split between any two bytes),
            "cache", "whole normalizer" (it runs on whole texts).
        """
        taken = {
            "bert chunks": self.caches_chunks and self.unsplit is None and self.chunks is None,
            "raw text": self.raw_unsplit is not None,
            "safe splits": self.unsplit is not None or self.safe_splits is not None,
            "long words": (self.safe_splits is not None
                           and self.safe_splits.table.joined != NULL),
            "cache": self.caches_words,
            "whole normalizer": self.normalizes and self.chunks is None,
        }
        return {name for name, is_taken in taken.items() if is_taken}

    @property
    def samples(self):
        """Whether the model draws at random."""
        return not self.caches_words

    @property
    def cache_limit(self):
        """Bytes that the word caches of one thread may take."""
        return self.workers.cache_limit

    def cache_info(self):
        """Return what the caches of the workers that rest hold."""
        return self.workers.cache_info()

    def cache_clear(self):
        """Free the workers that rest, with their caches."""
        self.workers.clear()

    cdef uint64_t seed_of(self, seed) except? 0:
        """Return the seed of a call: the one given, or for None a new one if it is needed."""
        return checked_seed(seed) if seed is not None or not self.caches_words else 0

    cdef int begin_run(self, Worker worker, Output* out) except -1 nogil:
        """Begin the rows of a run of documents."""
        pending_clear(worker.pending)
        worker.plain = False
        return begin_rows(&worker.row_plan, out)

    cdef int encode_document(self, Worker worker, const uint8_t* data, Py_ssize_t size,
                             int absent_byte, Output* out) except -1 nogil:
        """Append the tokens of the document data[0:size).

        Some are appended only by `flush`, and a few more than the row's max_ids may be.

        Args:
            absent_byte: A byte that is not in the document, or -1.
        """
        worker.word = 0
        worker.row_words = 0
        worker.tokens.random = random_stream(worker.seed, worker.next_text)
        worker.next_text += 1
        return self.encode_part(worker, data, size, absent_byte, out)

    cdef int encode_part(self, Worker worker, const uint8_t* data, Py_ssize_t size,
                         int absent_byte, Output* out) except -1 nogil:
        """Do the same for the next part of a document that `encode_document` began."""
        cdef Py_ssize_t i, first = self.before_normalizer.first_place(data, size, absent_byte)
        cdef const AddedSpan* span
        if first == size:
            return self.encode_segment(worker, data, 0, <int32_t>size, size, out)
        worker.added_spans.size = 0
        self.before_normalizer.find_from(data, <int32_t>first, <int32_t>size, &worker.added_spans)
        for i in range(worker.added_spans.size):
            span = &worker.added_spans.data[i]
            if span.id < 0:
                self.encode_segment(worker, data, span.start, span.end, size, out)
            else:
                self.push_token(worker, <uint32_t>span.id, span.start, span.end, out)
            if self.has_enough(worker, out):
                break
        return 0

    cdef int encode_segment(self, Worker worker, const uint8_t* data, int32_t start, int32_t end,
                            Py_ssize_t size, Output* out) except -1 nogil:
        """Append the tokens of data[start:end), which lies between added tokens of data[0:size)."""
        cdef Text text = segment_text(data, start, end, out.with_offsets or self.aligns)
        text.capacity = size - start
        if text.size == 0:
            return 0
        if self.raw_unsplit is not None and not self.core_matcher.may_hold(text.data, text.size):
            return self.encode_unsplit(worker, &text, self.raw_unsplit, out)
        if self.chunks is None:
            return self.run_stages(worker, &text, self.normalizer, self.pre_tokenizer, out)
        if (out.with_word_ids and not self.chunks.counts_words) or (
                out.with_offsets and self.chunks.may_shift(&text)):
            self.set_plain(worker, True, out)
            return self.run_stages(worker, &text, self.normalizer, self.pre_tokenizer, out)
        return self.encode_chunks(worker, &text, out)

    cdef int set_plain(self, Worker worker, bint plain, Output* out) except -1 nogil:
        """Say whether words or chunks follow; their caches are different ones."""
        if worker.plain != plain:
            self.flush(worker, out)
            worker.plain = plain
            worker.prepare(out.with_offsets, plain)
        return 0

    cdef int encode_chunks(self, Worker worker, const Text* text, Output* out) except -1 nogil:
        """Append the tokens of a text chunk by chunk, those of very long chunks by the stages."""
        cdef int32_t[2 * SCAN_WORDS + 2] found
        cdef int32_t[2] span
        cdef Text part
        cdef Py_ssize_t pos = 0
        cdef int count, i, done
        cdef bint begins = True
        self.set_plain(worker, False, out)
        while pos < text.size and not self.has_enough(worker, out):
            count = <int>self.chunks.find(text.data, text.size, &pos, found, SCAN_WORDS,
                                          out.with_word_ids)
            done = 0
            if begins and self.chunks.first_differs and found[1] <= MAX_CHUNK:
                self.chunks.begin_text(worker, text, found[1], &part, span)
                self.encode_spans(worker, &part, span, 1, out)
                done = 1
                begins = False
            for i in range(done, count):
                if found[2 * i + 1] - found[2 * i] <= MAX_CHUNK:
                    begins = False
                    continue
                self.encode_spans(worker, text, found + 2 * done, i - done, out)
                done = i + 1
                part = part_of(text, found[2 * i], found[2 * i + 1])
                self.set_plain(worker, True, out)
                if begins:
                    self.run_stages(worker, &part, self.normalizer, self.pre_tokenizer, out)
                else:
                    self.run_stages(worker, &part, self.chunks.normalizer,
                                    self.chunks.pre_tokenizer, out)
                begins = False
                self.set_plain(worker, False, out)
            self.encode_spans(worker, text, found + 2 * done, count - done, out)
        return 0

    cdef int run_stages(self, Worker worker, const Text* text, Normalizer normalizer,
                        PreTokenizer pre_tokenizer, Output* out) except -1 nogil:
        """Append the tokens of a text that holds no token of `before_normalizer`.

        Args:
            normalizer, pre_tokenizer: Those of the tokenizer, or those behind a cut.
        """
        cdef Text part
        cdef const Text* source = text
        cdef const AddedSpan* span
        cdef Py_ssize_t i, first
        if self.normalizes and normalizer is not None:
            source = normalize(normalizer, text, &worker.normalized)
        first = self.after_normalizer.first_place(source.data, source.size, -1)
        if first == source.size:
            return self.encode_text(worker, source, pre_tokenizer, out)
        worker.normalized_added_spans.size = 0
        self.after_normalizer.find_from(source.data, <int32_t>first, <int32_t>source.size,
                                        &worker.normalized_added_spans)
        for i in range(worker.normalized_added_spans.size):
            span = &worker.normalized_added_spans.data[i]
            part = part_of(source, span.start, span.end)
            if span.id < 0:
                if span.start == 0:
                    self.encode_text(worker, &part, pre_tokenizer, out)
                else:
                    self.encode_text(worker, &part, self.pre_tokenizer, out)
            elif out.with_offsets:
                self.push_token(worker, <uint32_t>span.id, text_source_start(&part, 0),
                                text_source_end(&part, part.size - 1), out)
            else:
                self.push_token(worker, <uint32_t>span.id, 0, 0, out)
            if self.has_enough(worker, out):
                break
        return 0

    cdef int encode_text(self, Worker worker, const Text* text, PreTokenizer pre_tokenizer,
                         Output* out) except -1 nogil:
        """Append the tokens of normalized text that holds no added token."""
        cdef int32_t[2 * SCAN_WORDS] found
        cdef Py_ssize_t pos = 0
        cdef int count
        cdef const Text* source
        cdef int pattern = -1 if pre_tokenizer is None else pre_tokenizer.pattern
        cdef const uint8_t* bits = scan_bits
        cdef const byte_safe_splits* splits = NULL
        if text.size == 0:
            return 0
        if self.unsplit is not None:
            return self.encode_unsplit(worker, text, self.unsplit, out)
        if self.caches_chunks and not worker.plain:
            pattern = SCAN_BERT
            bits = bert_bits
        if pattern >= 0:
            if self.safe_splits is not None and not out.with_offsets:    # no one counts the words
                splits = &self.safe_splits.table
            while True:
                count = scan(pattern, text.data, text.size, &pos, bits, splits, found, SCAN_WORDS,
                             simd_on)
                self.encode_spans(worker, text, found, count, out)
                if pos == text.size or self.has_enough(worker, out):
                    return 0
        if self.cutter is not None and <void*>pre_tokenizer == <void*>self.pre_tokenizer:
            return self.encode_cut(worker, text, out)
        source = split_words(pre_tokenizer, text, worker)
        while pos < worker.spans.size and not self.has_enough(worker, out):
            count = <int>min(SCAN_WORDS, worker.spans.size - pos)
            self.encode_words(worker, source, <int32_t*>(worker.spans.data + pos), count, out)
            pos += count
        return 0

    cdef int encode_cut(self, Worker worker, const Text* text, Output* out) except -1 nogil:
        """Append the tokens of a text whose words the cutter finds."""
        cdef int32_t[2 * CUT_ROOM + 16] found
        cdef cut_run run
        cdef int count
        cut_begin(&run)
        while run.pos < text.size and not self.has_enough(worker, out):
            count = cut_chunk(&self.cutter.tables, text.data, text.size, &run, found, simd_on)
            self.encode_words(worker, text, found, count, out)
        return 0

    cdef int encode_words(self, Worker worker, const Text* text, const int32_t* spans, int count,
                          Output* out) except -1 nogil:
        """Append the tokens of words, of which the long ones are split where the model may be."""
        cdef int32_t[2 * SCAN_WORDS] parts
        cdef int first = 0, last, found
        cdef int32_t start
        if self.safe_splits is None or out.with_offsets or self.safe_splits.table.joined == NULL:
            return self.encode_spans(worker, text, spans, count, out)
        while True:
            last = first
            while last < count and spans[2 * last + 1] - spans[2 * last] < LONG_WORD:
                last += 1
            if last > first:
                self.encode_spans(worker, text, spans + 2 * first, last - first, out)
            if last == count:
                return 0
            start = spans[2 * last]
            while start < spans[2 * last + 1]:
                found = split_long_word(&self.safe_splits.table, text.data, &start,
                                        spans[2 * last + 1], parts, SCAN_WORDS)
                self.encode_spans(worker, text, parts, found, out)
            first = last + 1

    cdef int encode_unsplit(self, Worker worker, const Text* text, UnsplitText unsplit,
                            Output* out) except -1 nogil:
        """Append the tokens of a text that is one word, chunk by chunk."""
        cdef int32_t[2 * SCAN_WORDS + 2] found
        cdef Py_ssize_t pos = 0
        cdef int count
        cdef Text first_chunk
        if unsplit.begin_text(worker, text, &pos, &first_chunk, found):
            self.encode_spans(worker, &first_chunk, found, 1, out)
        while pos < text.size and not self.has_enough(worker, out):
            count = <int>unsplit.safe_splits.find_chunks(text.data, text.size, &pos, found,
                                                         SCAN_WORDS)
            self.encode_spans(worker, text, found, count, out)
        return 0


cdef tuple find_raw_unsplit(Normalizer normalizer, PreTokenizer pre_tokenizer, Model model,
                            list contents):
    """Return how a text is encoded that surely holds no added token once it is normalized, and the
    matcher that tells so; two times None if there is no such matcher.

    Args:
        normalizer, pre_tokenizer, model: Of the tokenizer; `make_unsplit_text` knows them.
        contents: The added tokens in their normalized form, in UTF-8.
    """
    cdef UnsplitText raw = make_unsplit_text(normalizer, pre_tokenizer, model, False)
    cores = unspaced_cores(contents, raw.metaspace_bytes)
    if not all(cores):
        return None, None
    return raw, AddedTokenMatcher([(core, 0, AddedToken(core)) for core in cores])
