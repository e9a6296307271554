"""Count the words of texts: the tokenizer's own normalizer and pre-tokenizer, and a table at the
end.

    text --added tokens--> segments --normalizer--> text --pre-tokenizer--> words --> counts

The stages are those that encode, so what is counted is what the model will see. As in the encoder a
pre-tokenizer that is one known pattern is run by its scanner, 256 words at a time, and around the
BERT normalizer the text is cut first, into
chunks whose words depend on their bytes alone: chunks are counted as they stand, and normalized
once each at the end.
"""

cimport cython
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memchr, memset

from subword._core.pipeline cimport (
    Normalizer, PreTokenizer, Span, Spans, Text, spans_free, spans_push, text_clear, text_free,
)
from subword._core.simd cimport simd_on
from subword._core.unicode cimport bert_bits, scan_bits
from subword.corpus.word_counts cimport WordCounts
from subword.corpus.word_table cimport Slot, out_of_memory, slot_word
from subword.normalizers.bert cimport BertNormalizer
from subword.pre_tokenizers.splits cimport BertPreTokenizer
from subword.vocab.added_tokens cimport Matcher, Pieces, pieces_free

from subword.pre_tokenizers import with_raw_bytes

cdef extern from "Python.h":
    bint PyUnicode_Check(object o)
    bint PyUnicode_IS_ASCII(object o)
    int PyUnicode_KIND(object o)
    void* PyUnicode_DATA(object o)
    Py_ssize_t PyUnicode_GET_LENGTH(object o)

cdef extern from "text/transcode.h" nogil:
    Py_ssize_t transcode_latin1(const uint8_t* s, Py_ssize_t n, uint8_t* out)
    Py_ssize_t transcode_ucs2(const uint16_t* s, Py_ssize_t n, uint8_t* out, int simd)
    Py_ssize_t transcode_ucs4(const uint32_t* s, Py_ssize_t n, uint8_t* out)

cdef extern from "text/utf8_check.h" nogil:
    Py_ssize_t utf8_error(const uint8_t* p, Py_ssize_t n, int simd)

cdef extern from "scan/scan.h" nogil:
    ctypedef struct byte_joints
    enum:
        SCAN_BERT
    int scan(int pattern, const uint8_t* p, Py_ssize_t n, Py_ssize_t* pos, const uint8_t* bits,
             const byte_joints* joints, int32_t* out, int room, int simd)

cdef enum:
    BATCH = 256
    HIGHEST = 0x7FFFFFFF   # bytes a text may have


cdef struct Document:
    const void* data
    Py_ssize_t size        # in units
    int kind               # 0: UTF-8 in place; 1, 2, 4: bytes a unit


@cython.final
cdef class WordCounter:
    """Counts the words of texts, in one thread at a time.

    Args:
        normalizer, pre_tokenizer: May be None. Of a byte-level pre-tokenizer the bytes are counted
            as they are, not as the characters that stand for them.
        byte_level: The pre-tokenizer must end with ByteLevel.
        raw, after: Matchers of added tokens, before and behind the normalizer; such a token counts
            as a word.

    Raises:
        ValueError: `byte_level` without a ByteLevel at the end of the pre-tokenizer.
    """

    cdef Normalizer normalizer
    cdef PreTokenizer pre_tokenizer
    cdef Matcher raw
    cdef Matcher after
    cdef bint normalizes, pre_tokenizes, chunks
    cdef bint has_raw, has_after
    cdef int pattern
    cdef WordCounts words
    cdef WordCounts chunk_counts
    cdef Text normalized
    cdef Text rewritten
    cdef Spans whole
    cdef Spans spans
    cdef Pieces pieces
    cdef Pieces inner
    cdef uint8_t* utf8
    cdef Py_ssize_t utf8_capacity

    def __init__(self, Normalizer normalizer=None, PreTokenizer pre_tokenizer=None, *,
                 bint byte_level=False, Matcher raw=None, Matcher after=None):
        if byte_level:
            pre_tokenizer = with_raw_bytes(pre_tokenizer) if pre_tokenizer is not None else None
            if pre_tokenizer is None:
                raise ValueError(
                    "a byte-level model needs a pre-tokenizer that ends with ByteLevel")
        self.normalizer = normalizer
        self.pre_tokenizer = pre_tokenizer
        self.raw = raw
        self.after = after
        self.has_raw = raw is not None and raw.count > 0
        self.has_after = after is not None and after.count > 0
        self.normalizes = normalizer is not None
        self.pre_tokenizes = pre_tokenizer is not None
        self.pattern = pre_tokenizer.pattern if pre_tokenizer is not None else -1
        self.chunks = (
            isinstance(normalizer, BertNormalizer) and isinstance(pre_tokenizer, BertPreTokenizer)
            and not self.has_after and (<BertNormalizer>normalizer).clean_text
            and (<BertNormalizer>normalizer).handle_chinese_chars
        )
        self.words = WordCounts()
        self.chunk_counts = WordCounts()

    def __dealloc__(self):
        text_free(&self.normalized)
        text_free(&self.rewritten)
        spans_free(&self.whole)
        spans_free(&self.spans)
        pieces_free(&self.pieces)
        pieces_free(&self.inner)
        free(self.utf8)

    @property
    def cuts_at_blanks(self):
        """Whether a text may be counted in parts that are cut before any blank between letters."""
        return not self.has_raw and not self.has_after and (
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
        cdef Py_ssize_t i, size = len(texts), length, bad = -1, character = 0
        cdef Document* documents = <Document*>malloc(max(size, 1) * sizeof(Document))
        cdef Document* document
        if documents == NULL:
            out_of_memory()
        texts = list(texts)   # a list of our own keeps the texts alive while the GIL is away
        try:
            for i in range(size):
                text = texts[i]
                if not PyUnicode_Check(text):
                    raise TypeError(f"a text must be a str, got {type(text).__name__}", i)
                documents[i].data = PyUnicode_DATA(text)
                documents[i].size = PyUnicode_GET_LENGTH(text)
                documents[i].kind = 0 if PyUnicode_IS_ASCII(text) else PyUnicode_KIND(text)
            with nogil:
                for i in range(size):
                    document = documents + i
                    if document.kind == 0:
                        self.count_document(<const uint8_t*>document.data, document.size,
                                            <const uint8_t*>document.data + document.size)
                        continue
                    length = self.transcode(document)
                    if length < 0:
                        bad = i
                        character = -1 - length
                        break
                    self.count_document(self.utf8, length, self.utf8 + length)
        finally:
            free(documents)
        if bad >= 0:
            raise ValueError("a text holds a lone surrogate", bad, character)

    cdef Py_ssize_t transcode(self, const Document* document) except? -1 nogil:
        """Write a str's UTF-8 to the scratch; return its length, or -1 - i for a lone surrogate at
        i."""
        cdef Py_ssize_t widest = document.kind + 1 if document.kind < 4 else 4
        cdef Py_ssize_t wanted = document.size * widest + 16
        cdef void* p
        if self.utf8_capacity < wanted:
            p = realloc(self.utf8, wanted)
            if p == NULL:
                return out_of_memory()
            self.utf8 = <uint8_t*>p
            self.utf8_capacity = wanted
        if document.kind == 1:
            return transcode_latin1(<const uint8_t*>document.data, document.size, self.utf8)
        if document.kind == 2:
            return transcode_ucs2(<const uint16_t*>document.data, document.size, self.utf8,
                                  simd_on)
        return transcode_ucs4(<const uint32_t*>document.data, document.size, self.utf8)

    cdef int count_document(self, const uint8_t* data, Py_ssize_t size,
                            const uint8_t* limit) except -1 nogil:
        """Count the words of one text; `limit` ends the memory that may be read."""
        cdef Py_ssize_t i
        cdef int32_t start, end
        if size > HIGHEST:
            with gil:
                raise ValueError(f"a text holds at most {HIGHEST} bytes of UTF-8, got {size}")
        if not self.has_raw:
            return self.count_segment(data, size, limit)
        self.pieces.size = 0
        self.raw.find(data, <int32_t>size, &self.pieces)
        for i in range(self.pieces.size):
            start = self.pieces.data[i].start
            end = self.pieces.data[i].end
            if self.pieces.data[i].id < 0:
                self.count_segment(data + start, end - start, limit)
            else:
                self.words.add_word(data + start, end - start, 1)
        return 0

    cdef int count_segment(self, const uint8_t* data, Py_ssize_t size,
                           const uint8_t* limit) except -1 nogil:
        """Count a stretch without raw added tokens."""
        cdef Text text
        cdef Text part
        cdef Py_ssize_t i
        if size == 0:
            return 0
        memset(&text, 0, sizeof(Text))
        text.data = <uint8_t*>data
        text.size = text.capacity = size
        if self.chunks:
            return self.scan_words(SCAN_BERT, &text, limit, self.chunk_counts)
        if self.normalizes:
            text_clear(&self.normalized)
            self.normalized.aligned = False
            if self.normalizer.apply(&text, &self.normalized):
                text = self.normalized
                limit = text.data + text.size
        if not self.has_after:
            return self.count_text(&text, limit)
        self.inner.size = 0
        self.after.find(text.data, <int32_t>text.size, &self.inner)
        for i in range(self.inner.size):
            part = text
            part.data += self.inner.data[i].start
            part.base += self.inner.data[i].start
            part.size = self.inner.data[i].end - self.inner.data[i].start
            if self.inner.data[i].id < 0:
                self.count_text(&part, limit)
            else:
                self.words.add_word(part.data, part.size, 1)
        return 0

    cdef int count_text(self, const Text* text, const uint8_t* limit) except -1 nogil:
        """Count normalized text that holds no added token."""
        if text.size == 0:
            return 0
        if self.pattern >= 0:
            return self.scan_words(self.pattern, text, limit, self.words)
        self.split_words(text)
        if self.rewritten.size:
            return self.words.add_spans(self.rewritten.data,
                                        self.rewritten.data + self.rewritten.size, self.spans.data,
                                        self.spans.size)
        return self.words.add_spans(text.data, limit, self.spans.data, self.spans.size)

    cdef int split_words(self, const Text* text) except -1 nogil:
        """Cut a text into `spans`, of `rewritten` when that is not empty."""
        self.spans.size = 0
        text_clear(&self.rewritten)
        if not self.pre_tokenizes:
            return spans_push(&self.spans, 0, text.size)
        self.whole.size = 0
        spans_push(&self.whole, 0, text.size)
        self.rewritten.aligned = False
        if not self.pre_tokenizer.split(text, &self.rewritten, &self.whole, &self.spans):
            text_clear(&self.rewritten)
        return 0

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
        cdef size_t i
        cdef uint8_t[16] scratch
        cdef Py_ssize_t size, k
        cdef Slot* slot
        cdef Text text
        cdef const uint8_t* data
        memset(&text, 0, sizeof(Text))
        with nogil:
            for i in range(self.chunk_counts.table.capacity):
                slot = self.chunk_counts.table.slots + i
                if slot.hi:
                    text.data = <uint8_t*>slot_word(&self.chunk_counts.table, slot, scratch, &size)
                    text.size = text.capacity = size
                    text_clear(&self.normalized)
                    self.normalized.aligned = False
                    if self.normalizer.apply(&text, &self.normalized):
                        self.split_words(&self.normalized)
                        data = self.normalized.data
                    else:
                        self.split_words(&text)
                        data = text.data
                    if self.rewritten.size:
                        data = self.rewritten.data
                    for k in range(self.spans.size):
                        self.words.add_word(data + self.spans.data[k].start,
                                            self.spans.data[k].end - self.spans.data[k].start,
                                            slot.value)
        counts = self.words
        self.words = WordCounts()
        self.chunk_counts = WordCounts()
        return counts
