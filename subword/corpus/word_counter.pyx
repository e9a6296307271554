"""Count the words of texts: the tokenizer's own normalizer and pre-tokenizer, then a table.

    text --added tokens--> segments --normalizer--> text --pre-tokenizer--> words --> counts

The stages, and the steps between them (encode/segments.pxd), are those of encoding, so what is
counted is what the model will see. Two shortcuts of the encoder are used here as well: a
pre-tokenizer that is one known pattern is run by its scanner, 256 words at a time; and around the
BERT normalizer the text is cut first, into chunks whose words depend on their bytes alone. Chunks
are counted as they stand, and each different chunk is normalized once, at the end.
"""

cimport cython
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.stdlib cimport free, malloc
from libc.string cimport memchr

from subword._core.pipeline cimport (
    MAX_TEXT_BYTES, Normalizer, PreTokenizer, Span, Text, out_of_memory,
)
from subword._core.simd cimport simd_on
from subword._core.unicode cimport bert_bits, scan_bits
from subword.corpus.word_counts cimport WordCounts
from subword.corpus.word_table cimport Slot, slot_word, visit_next
from subword.encode.documents cimport Document, find_storage, utf8_of
from subword.encode.segments cimport is_bert, normalize, part_of, segment_text, split_words
from subword.encode.worker cimport Worker
from subword.vocab.added_tokens cimport AddedTokenMatcher, AddedSpans

from subword.pre_tokenizers import with_raw_bytes

cdef extern from "text/utf8_check.h" nogil:
    Py_ssize_t utf8_error(const uint8_t* p, Py_ssize_t n, int simd)

cdef extern from "scan/scan.h" nogil:
    ctypedef struct byte_safe_splits
    enum:
        SCAN_BERT
    int scan(int pattern, const uint8_t* p, Py_ssize_t n, Py_ssize_t* pos, const uint8_t* bits,
             const byte_safe_splits* splits, int32_t* out, int room, int simd)

cdef enum:
    BATCH = 256     # words a scanner finds at a time


@cython.final
cdef class WordCounter:
    """Counts the words of texts, in one thread at a time.

    Args:
        normalizer, pre_tokenizer: May be None. Of a byte-level pre-tokenizer the bytes are counted
            as they are, not as the characters that stand for them.
        byte_level: The pre-tokenizer must end with ByteLevel.
        before_normalizer, after_normalizer: Matchers of added tokens in the original and in the
            normalized text; such a token counts as a word.

    Raises:
        ValueError: `byte_level` without a ByteLevel at the end of the pre-tokenizer.
    """

    cdef Normalizer normalizer
    cdef PreTokenizer pre_tokenizer
    cdef AddedTokenMatcher before_normalizer
    cdef AddedTokenMatcher after_normalizer
    cdef bint normalizes, chunks
    cdef bint has_before, has_after
    cdef int pattern
    cdef WordCounts words
    cdef WordCounts chunk_counts
    cdef Worker worker          # for its scratch; its caches stay empty

    def __init__(self, Normalizer normalizer=None, PreTokenizer pre_tokenizer=None, *,
                 bint byte_level=False, AddedTokenMatcher before_normalizer=None,
                 AddedTokenMatcher after_normalizer=None):
        if byte_level:
            pre_tokenizer = with_raw_bytes(pre_tokenizer) if pre_tokenizer is not None else None
            if pre_tokenizer is None:
                raise ValueError(
                    "a byte-level model needs a pre-tokenizer that ends with ByteLevel")
        self.normalizer = normalizer
        self.pre_tokenizer = pre_tokenizer
        self.before_normalizer = before_normalizer
        self.after_normalizer = after_normalizer
        self.has_before = before_normalizer is not None and before_normalizer.count > 0
        self.has_after = after_normalizer is not None and after_normalizer.count > 0
        self.normalizes = normalizer is not None
        self.pattern = pre_tokenizer.pattern if pre_tokenizer is not None else -1
        self.chunks = is_bert(normalizer, pre_tokenizer) and not self.has_after
        self.worker = Worker(0)
        self.words = WordCounts()
        self.chunk_counts = WordCounts()

    @property
    def cuts_at_blanks(self):
        """Whether a text may be counted in parts that are cut before any blank between letters."""
        return not self.has_before and not self.has_after and (
            self.chunks or (self.pattern >= 0 and not self.normalizes))

    def count_lines(self, bytes data not None):
        """Count the words of each line of UTF-8 text; a line keeps its newline.

        Raises:
            ValueError: The text is not UTF-8; `args[1]` of the error is the offset of the first
            wrong byte.
        """
        cdef const uint8_t* p = <const uint8_t*><const char*>data
        cdef const uint8_t* newline
        cdef Py_ssize_t size = len(data), start = 0, end, wrong
        with nogil:
            wrong = utf8_error(p, size, simd_on)
            while wrong < 0 and start < size:
                newline = <const uint8_t*>memchr(p + start, c"\n", size - start)
                end = newline - p + 1 if newline != NULL else size
                self.count_document(p + start, end - start, p + size)
                start = end
        if wrong >= 0:
            raise ValueError("not UTF-8", wrong)

    def count_rows(self, const uint8_t[::1] data, const uint8_t[::1] offsets, bint wide,
                   Py_ssize_t first, Py_ssize_t rows):
        """Count the words of the rows of a column of strings, as Apache Arrow stores them.

        Args:
            data: The bytes of all strings.
            offsets: Where each string starts, and the last ends: integers in machine order, of 8
            bytes if `wide`, else 4.
            first: The first row to count.
            rows: How many rows.

        Raises:
            ValueError: A row is not UTF-8 or the offsets do not fit; `args[1]` of the error is the
            row's number.
        """
        cdef Py_ssize_t i, start, end, bad = -1
        cdef const uint8_t* p = &data[0] if data.shape[0] else NULL
        cdef const int32_t* narrow = <const int32_t*>&offsets[0] if offsets.shape[0] else NULL
        if (first + rows + 1) * (8 if wide else 4) > offsets.shape[0] or first < 0 or rows < 0:
            raise ValueError("the rows are not all in the offsets", first)
        with nogil:
            for i in range(first, first + rows):
                start = (<const int64_t*>narrow)[i] if wide else narrow[i]
                end = (<const int64_t*>narrow)[i + 1] if wide else narrow[i + 1]
                if start < 0 or end < start or end > data.shape[0] or (
                        utf8_error(p + start, end - start, simd_on) >= 0):
                    bad = i
                    break
                self.count_document(p + start, end - start, p + data.shape[0])
        if bad >= 0:
            raise ValueError("not UTF-8", bad - first)

    def count_texts(self, list texts not None):
        """Count the words of each text.

        Raises:
            TypeError: An item is not a str; `args[1]` of the error is its place in the list.
            ValueError: A text holds a lone surrogate; `args[1]` is its place, `args[2]` the
            character's.
        """
        cdef Py_ssize_t i, size = len(texts), length, bad = -1, character = -1
        cdef Document* documents = <Document*>malloc(max(size, 1) * sizeof(Document))
        cdef const uint8_t* data
        if documents == NULL:
            out_of_memory()
        texts = list(texts)   # a list of our own keeps the texts alive while the GIL is away
        try:
            for i in range(size):
                if not find_storage(texts[i], &documents[i]):
                    raise TypeError(f"a text must be a str, got {type(texts[i]).__name__}", i)
            with nogil:
                for i in range(size):
                    character = utf8_of(&documents[i], self.worker, &data, &length)
                    if character >= 0:
                        bad = i
                        break
                    self.count_document(data, length, data + length)
        finally:
            free(documents)
        if bad >= 0:
            raise ValueError("a text holds a lone surrogate", bad, character)

    cdef int count_document(self, const uint8_t* data, Py_ssize_t size,
                            const uint8_t* limit) except -1 nogil:
        """Count the words of one text; `limit` ends the memory that may be read."""
        cdef AddedSpans* pieces
        cdef Py_ssize_t i
        if size > MAX_TEXT_BYTES:
            with gil:
                raise ValueError(
                    f"a text holds at most {MAX_TEXT_BYTES} bytes of UTF-8, got {size}")
        if not self.has_before:
            return self.count_segment(data, 0, size, limit)
        pieces = &self.worker.added_spans
        pieces.size = 0
        self.before_normalizer.find(data, <int32_t>size, pieces)
        for i in range(pieces.size):
            if pieces.data[i].id < 0:
                self.count_segment(data, pieces.data[i].start, pieces.data[i].end, limit)
            else:
                self.words.add_word(data + pieces.data[i].start,
                                    pieces.data[i].end - pieces.data[i].start, 1)
        return 0

    cdef int count_segment(self, const uint8_t* data, Py_ssize_t start, Py_ssize_t end,
                           const uint8_t* limit) except -1 nogil:
        """Count a stretch without added tokens of the original text."""
        cdef Text text = segment_text(data, start, end, False)
        cdef Text part
        cdef const Text* source = &text
        cdef AddedSpans* pieces
        cdef Py_ssize_t i
        if text.size == 0:
            return 0
        if self.chunks:
            return self.scan_words(SCAN_BERT, &text, limit, self.chunk_counts)
        if self.normalizes:
            source = normalize(self.normalizer, &text, &self.worker.normalized)
            if source != &text:
                limit = source.data + source.size
        if not self.has_after:
            return self.count_text(source, limit)
        pieces = &self.worker.normalized_added_spans
        pieces.size = 0
        self.after_normalizer.find(source.data, <int32_t>source.size, pieces)
        for i in range(pieces.size):
            part = part_of(source, pieces.data[i].start, pieces.data[i].end)
            if pieces.data[i].id < 0:
                self.count_text(&part, limit)
            else:
                self.words.add_word(part.data, part.size, 1)
        return 0

    cdef int count_text(self, const Text* text, const uint8_t* limit) except -1 nogil:
        """Count normalized text that holds no added token."""
        cdef const Text* source
        if text.size == 0:
            return 0
        if self.pattern >= 0:
            return self.scan_words(self.pattern, text, limit, self.words)
        source = split_words(self.pre_tokenizer, text, self.worker)
        if source != text:
            limit = source.data + source.size
        return self.words.add_spans(source.data, limit, self.worker.spans.data,
                                    self.worker.spans.size)

    cdef int scan_words(self, int pattern, const Text* text, const uint8_t* limit,
                        WordCounts counts) except -1 nogil:
        cdef int32_t[2 * BATCH] found
        cdef Py_ssize_t at = 0, count
        cdef const uint8_t* bits = bert_bits if pattern == SCAN_BERT else scan_bits
        while at < text.size:
            count = scan(pattern, text.data, text.size, &at, bits, NULL, found, BATCH,
                         simd_on)
            counts.add_spans(text.data, limit, <const Span*>found, count)
        return 0

    def finish(self):
        """Return the counts of everything so far, and begin anew."""
        cdef WordCounts counts
        cdef size_t _i, at = 0
        cdef uint8_t[16] scratch
        cdef Py_ssize_t size, k
        cdef Slot* slot
        cdef const uint8_t* chunk
        cdef Text text
        cdef const Text* source
        cdef const Span* span
        with nogil:
            for _i in range(self.chunk_counts.table.capacity):
                slot = self.chunk_counts.table.slots + at
                at = visit_next(&self.chunk_counts.table, at)
                if slot.hi:
                    chunk = slot_word(&self.chunk_counts.table, slot, scratch, &size)
                    text = segment_text(chunk, 0, size, False)
                    source = normalize(self.normalizer, &text, &self.worker.normalized)
                    source = split_words(self.pre_tokenizer, source, self.worker)
                    for k in range(self.worker.spans.size):
                        span = self.worker.spans.data + k
                        self.words.add_word(source.data + span.start, span.end - span.start,
                                            slot.value)
        counts = self.words
        self.words = WordCounts()
        self.chunk_counts = WordCounts()
        return counts
