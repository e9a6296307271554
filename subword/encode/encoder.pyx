"""The encode loop: documents to ids, with the stages of one tokenizer, and no Python object per
token.

    document --added tokens--> segments --normalizer--> text --pre-tokenizer--> words
        --cache, model--> ids

Five shortcuts give the same result as running the stages one after the other; tests compare them:

* A pre-tokenizer that is one known pattern is run by its scanner, 256 words at a time.
* One that is another pattern is run by its cutter, two kilobytes at a time.
* Around BERT's normalizer the text is split first, at blanks, punctuation and Chinese characters:
  the normalizer and the pre-tokenizer never look across these. The tokens of each chunk depend on
  its bytes alone, so they are cached too.
* Words of byte-level BPE are split where the model never merges, unless offsets are asked for:
  between Hangul, Chinese and kana, and long words between any two bytes.
* BPE without a pre-tokenizer (SentencePiece's way) gets its text in chunks that no merge joins.
"""

cimport cython
from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport (
    Model, Normalizer, PreTokenizer, Text, text_source_end, text_source_start,
)
from subword._core.simd cimport simd_on
from subword._core.unicode cimport bert_bits, scan_bits
from subword._regex.cutter cimport CUT_ROOM, cut_begin, cut_chunk, cut_run
from subword.encode._word_cache cimport pending_clear
from subword.encode._word_encoder cimport WordEncoder
from subword.encode.segments cimport normalize, part_of, segment_text, split_words
from subword.encode.worker cimport Output, Worker, WorkerPool, begin_rows
from subword.models.bpe cimport BPE
from subword.models.byte_safe_splits cimport byte_safe_splits, find_byte_safe_splits
from subword.pre_tokenizers.sequence cimport cutter_of
from subword.vocab.added_tokens cimport AddedTokenMatcher, AddedSpan

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
        caches_words: The model gives a word the same tokens every time.
        splits_long_texts: `split_points.can_split` is true of the stages.
        cache_limit: Bytes that the word caches of one thread may take.
    """

    def __init__(self, Normalizer normalizer, PreTokenizer pre_tokenizer, Model model not None,
                 AddedTokenMatcher before_normalizer not None,
                 AddedTokenMatcher after_normalizer not None,
                 bint caches_words=True, bint splits_long_texts=False,
                 size_t cache_limit=64 << 20):
        cdef bint added_after = after_normalizer.count > 0
        self.set_model(normalizer, pre_tokenizer, model, added_after, caches_words)
        self.pattern = pre_tokenizer.pattern if pre_tokenizer is not None else -1
        self.cutter = cutter_of(pre_tokenizer)
        if isinstance(model, BPE) and self.unsplit is None:
            self.safe_splits = find_byte_safe_splits(model)
        self.splits_long_texts = splits_long_texts
        self.workers = WorkerPool(cache_limit)
        self.normalizes = normalizer is not None and (added_after or not self.caches_chunks)
        self.before_normalizer = before_normalizer
        self.after_normalizer = after_normalizer
        if normalizer is None and self.unsplit is None and before_normalizer.count == 0:
            # Nothing lies between the two: search before the text is split into segments.
            self.before_normalizer = after_normalizer
            self.after_normalizer = before_normalizer

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

    cdef int begin_run(self, Worker worker, Output* out) except -1 nogil:
        """Begin the rows of a run of documents."""
        pending_clear(worker.pending)
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
        return self.encode_part(worker, data, size, absent_byte, out)

    cdef int encode_part(self, Worker worker, const uint8_t* data, Py_ssize_t size,
                         int absent_byte, Output* out) except -1 nogil:
        """Do the same for the next part of a document that `encode_document` began."""
        cdef Py_ssize_t i
        cdef const AddedSpan* span
        if self.before_normalizer.absent(data, size, absent_byte):
            return self.encode_segment(worker, data, 0, <int32_t>size, out)
        worker.added_spans.size = 0
        self.before_normalizer.find(data, <int32_t>size, &worker.added_spans)
        for i in range(worker.added_spans.size):
            span = &worker.added_spans.data[i]
            if span.id < 0:
                self.encode_segment(worker, data, span.start, span.end, out)
            else:
                self.push_token(worker, <uint32_t>span.id, span.start, span.end, out)
            if self.has_enough(worker, out):
                break
        return 0

    cdef int encode_segment(self, Worker worker, const uint8_t* data, int32_t start, int32_t end,
                            Output* out) except -1 nogil:
        """Append the tokens of data[start:end), which lies between added tokens."""
        cdef Text text = segment_text(data, start, end, out.with_offsets)
        cdef Text part
        cdef const Text* source = &text
        cdef const AddedSpan* span
        cdef Py_ssize_t i
        if text.size == 0:
            return 0
        if self.normalizes:
            source = normalize(self.normalizer, &text, &worker.normalized)
        if self.after_normalizer.absent(source.data, source.size, -1):
            return self.encode_text(worker, source, out)
        worker.normalized_added_spans.size = 0
        self.after_normalizer.find(source.data, <int32_t>source.size,
                                   &worker.normalized_added_spans)
        for i in range(worker.normalized_added_spans.size):
            span = &worker.normalized_added_spans.data[i]
            part = part_of(source, span.start, span.end)
            if span.id < 0:
                self.encode_text(worker, &part, out)
            elif out.with_offsets:
                self.push_token(worker, <uint32_t>span.id, text_source_start(&part, 0),
                                text_source_end(&part, part.size - 1), out)
            else:
                self.push_token(worker, <uint32_t>span.id, 0, 0, out)
            if self.has_enough(worker, out):
                break
        return 0

    cdef int encode_text(self, Worker worker, const Text* text, Output* out) except -1 nogil:
        """Append the tokens of normalized text that holds no added token."""
        cdef int32_t[2 * SCAN_WORDS] found
        cdef Py_ssize_t pos = 0
        cdef int count
        cdef const Text* source
        cdef int pattern = SCAN_BERT if self.caches_chunks else self.pattern
        cdef const uint8_t* bits = bert_bits if pattern == SCAN_BERT else scan_bits
        cdef const byte_safe_splits* splits = NULL
        if text.size == 0:
            return 0
        if self.unsplit is not None:
            return self.encode_unsplit(worker, text, out)
        if pattern >= 0:
            if self.safe_splits is not None and not out.with_offsets:    # no one counts the words
                splits = &self.safe_splits.table
            while True:
                count = scan(pattern, text.data, text.size, &pos, bits, splits, found, SCAN_WORDS,
                             simd_on)
                self.encode_spans(worker, text, found, count, out)
                if pos == text.size or self.has_enough(worker, out):
                    return 0
        if self.cutter is not None:
            return self.encode_cut(worker, text, out)
        source = split_words(self.pre_tokenizer, text, worker)
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

    cdef int encode_unsplit(self, Worker worker, const Text* text, Output* out) except -1 nogil:
        """Append the tokens of a text that is one word, chunk by chunk."""
        cdef int32_t[2 * SCAN_WORDS + 2] found
        cdef Py_ssize_t pos = 0
        cdef int count
        cdef Text first_chunk
        if self.unsplit.begin_text(worker, text, &pos, &first_chunk, found):
            self.encode_spans(worker, &first_chunk, found, 1, out)
        while pos < text.size and not self.has_enough(worker, out):
            count = <int>self.unsplit.safe_splits.find_chunks(text.data, text.size, &pos, found,
                                                              SCAN_WORDS)
            self.encode_spans(worker, text, found, count, out)
        return 0
