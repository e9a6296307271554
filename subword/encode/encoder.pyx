"""The one loop that runs the stages: text in, ids and places out, no Python object per token.

    document --added tokens--> segments --normalizer--> text --pre-tokenizer--> words
        --cache, model--> ids

Words wait in a batch, across documents, until it is full: then their slots of the cache are near.

Four shortcuts give the same answer as the plain run of the stages; tests compare them with it:

* a pre-tokenizer that is one known pattern is run by its scanner, 256 words at a time;
* around the BERT normalizer the text is cut first, at blanks, punctuation and Chinese characters,
  where the normalizer and the pre-tokenizer cannot see across; each chunk's tokens depend on its
  bytes alone, so they are cached too;
* words of byte-level BPE are cut where the model never merges, if nobody asks for their places;
* BPE without a pre-tokenizer (SentencePiece's way) gets its text in chunks that no merge joins.
"""

cimport cython
from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport (
    Model, Normalizer, PreTokenizer, Text, check_signals, text_end, text_start,
)
from subword._core.simd cimport simd_on
from subword._core.unicode cimport bert_bits, scan_bits
from subword.encode._bert_chunks cimport tokenize_chunk
from subword.encode._token_offsets cimport emit_packed, emit_tokens, emit_values, tokens_to_values
from subword.encode._unsplit cimport sentences_of
from subword.encode._word_cache cimport (
    BATCH_ROWS, MOST_TOKENS, PACKED, PACKED_MANY, TOKEN, WIDE_VALUES, WordCache, batch_clear,
    batch_emit, batch_emit_places, batch_fill, batch_find, batch_odd, batch_prefetch_long,
    cache_put, cache_put_long, copy_values, odd_word, word_batch, word_key,
)
from subword.encode.segments cimport is_bert, normalize, part_of, segment_text, split_words
from subword.encode.worker cimport Output, Worker, begin_rows, end_row, output_push, output_reserve
from subword.models.bpe cimport BPE
from subword.models.byte_safe_splits cimport byte_joints, byte_joints_of
from subword.models.wordpiece cimport WordPiece
from subword.normalizers.bert cimport BertNormalizer
from subword.vocab.added_tokens cimport Matcher

cdef extern from "scan/scan.h" nogil:
    enum:
        SCAN_BERT
    int scan(int pattern, const uint8_t* p, Py_ssize_t n, Py_ssize_t* pos, const uint8_t* bits,
             const byte_joints* joints, int32_t* out, int room, int simd)

cdef enum:
    BATCH = 256             # words a scanner finds at a time
    ROUNDS = 1024           # of these between two looks for Ctrl-C
    SLACK = 16              # ids that may be written behind the last


@cython.final
cdef class Encoder:
    """The stages of one tokenizer, ready to run.

    Args:
        normalizer, pre_tokenizer: May be None.
        model: The model.
        raw, after: Find the added tokens before and behind the normalizer.
        cache_limit: Bytes the word caches of one thread may take.
    """

    def __init__(self, Normalizer normalizer, PreTokenizer pre_tokenizer, Model model not None,
                 Matcher raw not None, Matcher after not None, bint caches_words=True,
                 size_t cache_limit=64 << 20):
        self.normalizer = normalizer
        self.pre_tokenizer = pre_tokenizer
        self.model = model
        self.raw = raw
        self.after = after
        self.pattern = pre_tokenizer.pattern if pre_tokenizer is not None else -1
        if self.pattern >= 0 and isinstance(model, BPE):
            self.joints = byte_joints_of(model)
        self.caches_words = caches_words
        self.cache_limit = cache_limit
        self.pool = []
        self.chunks = (
            is_bert(normalizer, pre_tokenizer) and after.count == 0
            and isinstance(model, WordPiece)    # which never leaves a word without a token
        )
        self.sentences = sentences_of(normalizer, pre_tokenizer, model, after.count > 0)
        self.chunks = self.chunks or self.sentences is not None
        self.normalizes = normalizer is not None and (after.count > 0 or not self.chunks)
        if normalizer is None and self.sentences is None and raw.count == 0:
            self.raw, self.after = after, raw    # nothing lies between

    def cache_info(self):
        """Return what the caches of the workers at rest hold."""
        info = {"workers": len(self.pool), "words": 0, "bytes": 0, "misses": 0, "wipes": 0}
        for worker in list(self.pool):
            (<Worker>worker).count_caches(info)
        return info

    def cache_clear(self):
        """Let go of the workers at rest, with their caches."""
        self.pool.clear()

    cdef Worker borrow(self):
        try:
            return self.pool.pop()    # a look first, and another thread could take the last one
        except IndexError:
            return Worker(self.cache_limit)

    cdef int begin(self, Worker worker, Output* out) except -1 nogil:
        """Begin the rows of a run of documents."""
        batch_clear(worker.batch)
        return begin_rows(&worker.rows, out)

    cdef int encode_document(self, Worker worker, const uint8_t* data, Py_ssize_t size, int lacks,
                             Output* out) except -1 nogil:
        """Append the tokens of data[0:size), some at `flush`, or a little more than may be kept;
        `lacks` is a byte that is not in them, or -1."""
        worker.word = 0
        worker.row_words = 0
        return self.encode_part(worker, data, size, lacks, out)

    cdef int encode_part(self, Worker worker, const uint8_t* data, Py_ssize_t size, int lacks,
                         Output* out) except -1 nogil:
        """Do the same for a part of a document whose first part has been encoded."""
        cdef Py_ssize_t i
        cdef int32_t start, end
        if self.raw.absent(data, size, lacks):
            return self.encode_segment(worker, data, 0, <int32_t>size, out)
        worker.pieces.size = 0
        self.raw.find(data, <int32_t>size, &worker.pieces)
        for i in range(worker.pieces.size):
            start = worker.pieces.data[i].start
            end = worker.pieces.data[i].end
            if worker.pieces.data[i].id < 0:
                self.encode_segment(worker, data, start, end, out)
            else:
                self.push_token(worker, <uint32_t>worker.pieces.data[i].id, start, end, out)
            if self.enough(worker, out):
                break
        return 0

    cdef int end_document(self, Worker worker, Output* out) except -1 nogil:
        """End the row of a document, now or when the words before have got their ids."""
        cdef word_batch* batch = worker.batch
        if out.full:
            return end_row(&worker.rows, out)
        if batch.rows == BATCH_ROWS:
            self.flush(worker, out)
        batch.row_ends[batch.rows] = batch.size
        batch.rows += 1
        return 0

    cdef int enough(self, Worker worker, Output* out) except -1 nogil:
        """Whether the document has all the tokens it may keep."""
        cdef Py_ssize_t most = worker.rows.most
        if not out.full:
            if worker.row_words < most:
                return 0
            self.flush(worker, out)
        worker.row_words = out.size - worker.rows.start - worker.rows.prefix_size
        return worker.row_words >= most

    cdef int push_token(self, Worker worker, uint32_t id, int32_t start, int32_t end,
                        Output* out) except -1 nogil:
        """Append an added token."""
        if out.full:
            output_push(out, id, start, end, worker.word)
        elif batch_odd(worker.batch, TOKEN, id) == NULL:
            self.flush(worker, out)
            batch_odd(worker.batch, TOKEN, id)
        worker.word += 1
        worker.row_words += 1
        return 0

    cdef int encode_segment(self, Worker worker, const uint8_t* data, int32_t start, int32_t end,
                            Output* out) except -1 nogil:
        """Append the tokens of a stretch without raw added tokens."""
        cdef Text text = segment_text(data, start, end, out.full)
        cdef Text part
        cdef const Text* source = &text
        cdef Py_ssize_t i
        if text.size == 0:
            return 0
        if self.normalizes:
            source = normalize(self.normalizer, &text, &worker.normalized)
        if self.after.absent(source.data, source.size, -1):
            return self.encode_text(worker, source, out)
        worker.inner.size = 0
        self.after.find(source.data, <int32_t>source.size, &worker.inner)
        for i in range(worker.inner.size):
            part = part_of(source, worker.inner.data[i].start, worker.inner.data[i].end)
            if worker.inner.data[i].id < 0:
                self.encode_text(worker, &part, out)
            elif out.full:
                self.push_token(worker, <uint32_t>worker.inner.data[i].id, text_start(&part, 0),
                                text_end(&part, part.size - 1), out)
            else:
                self.push_token(worker, <uint32_t>worker.inner.data[i].id, 0, 0, out)
            if self.enough(worker, out):
                break
        return 0

    cdef int encode_text(self, Worker worker, const Text* text, Output* out) except -1 nogil:
        """Append the tokens of normalized text that holds no added token."""
        cdef int32_t[2 * BATCH] found
        cdef Py_ssize_t at = 0
        cdef int count
        cdef const Text* source
        cdef int pattern = SCAN_BERT if self.chunks else self.pattern
        cdef const uint8_t* bits = bert_bits if pattern == SCAN_BERT else scan_bits
        cdef const byte_joints* joints = NULL
        if text.size == 0:
            return 0
        if self.sentences is not None:
            return self.encode_sentence(worker, text, out)
        if pattern >= 0:
            if self.joints is not None and not out.full:    # the words are not counted
                joints = &self.joints.table
            while at < text.size:
                count = scan(pattern, text.data, text.size, &at, bits, joints, found, BATCH,
                             simd_on)
                self.encode_spans(worker, text, found, count, out)
                if self.enough(worker, out):
                    break
            return 0
        source = split_words(self.pre_tokenizer, text, worker)
        while at < worker.spans.size and not self.enough(worker, out):
            count = <int>min(BATCH, worker.spans.size - at)
            self.encode_spans(worker, source, <int32_t*>(worker.spans.data + at), count, out)
            at += count
        return 0

    cdef int encode_sentence(self, Worker worker, const Text* text, Output* out) except -1 nogil:
        """Append the tokens of a text that is one word, chunk by chunk."""
        cdef int32_t[2 * BATCH + 2] found
        cdef Py_ssize_t at = 0
        cdef int count
        cdef Text lead
        if self.sentences.begin(worker, text, &at, &lead, found):
            self.encode_spans(worker, &lead, found, 1, out)
        while at < text.size and not self.enough(worker, out):
            count = <int>self.sentences.joints.cut(text.data, text.size, &at, found, BATCH)
            self.encode_spans(worker, text, found, count, out)
        return 0

    cdef int encode_spans(self, Worker worker, const Text* text, const int32_t* spans,
                          int count, Output* out) except -1 nogil:
        """Append the tokens of words, or let the words wait; the text is not needed afterwards."""
        cdef word_batch* batch = worker.batch
        cdef int at = 0, first = 0
        worker.row_words += count
        worker.rounds += 1
        if worker.rounds % ROUNDS == 0:
            check_signals()
        while at < count:
            at = batch_fill(batch, &worker.caches[out.full].table, text.data, text.size, spans, at,
                            count)
            if batch.size == 0 and batch.rows == 0:    # too long for the cache
                self.compute(worker, text.data + spans[2 * at], spans[2 * at + 1] - spans[2 * at])
                emit_tokens(worker, text, spans[2 * at], self.chunks, out)
                at += 1
            elif out.full:
                self.encode_places(worker, text, spans + 2 * first, out)
            elif at < count:
                self.flush(worker, out)
            first = at
        return 0

    cdef int flush(self, Worker worker, Output* out) except -1 nogil:
        """Append the ids of words that wait, and end their rows; cached ones stay in words.h."""
        cdef word_batch* batch = worker.batch
        cdef WordCache* cache = &worker.caches[0]
        cdef uint32_t* ids
        cdef int i = 0, row = 0, stop
        if out.full:
            return 0
        if batch.odd_size:
            batch_prefetch_long(batch, &cache.table)
        while True:
            stop = batch.row_ends[row] if row < batch.rows else batch.size
            output_reserve(out, WIDE_VALUES * (stop - i) + SLACK)
            ids = out.ids + out.size
            i = batch_emit(batch, &cache.table, i, stop, &ids)
            out.size = ids - out.ids
            if i < stop:
                self.encode_rare(worker, i, out)
                i += 1
            elif row < batch.rows:
                end_row(&worker.rows, out)
                row += 1
            else:
                break
        batch_clear(batch)
        return 0

    cdef int encode_rare(self, Worker worker, int i, Output* out) except -1 nogil:
        """Append the ids of the batch's word i, or the added token in its place."""
        cdef word_batch* batch = worker.batch
        cdef const uint32_t* values
        cdef uint32_t count
        cdef const odd_word* odd
        if batch.keys[i].high == 0:
            odd = &batch.odd[batch.keys[i].low - 1]
            if odd.size == TOKEN:
                return output_push(out, <uint32_t>odd.hash, 0, 0, 0)
        values = self.look_up(worker, i, False, &count)
        output_reserve(out, count + SLACK)
        copy_values(out.ids + out.size, values, count)
        out.size += count
        return 0

    cdef const uint32_t* look_up(self, Worker worker, int i, bint full,
                                 uint32_t* count) except NULL nogil:
        """Return the values of the batch's word i: from the cache, or computed and remembered."""
        cdef word_batch* batch = worker.batch
        cdef WordCache* cache = &worker.caches[full]
        cdef const word_key* key = &batch.keys[i]
        cdef const uint32_t* values
        cdef const odd_word* odd = NULL
        cdef const uint8_t* word = <const uint8_t*>key    # a short word is its key
        cdef int32_t size = <int32_t>(key.high >> 56)
        if key.high == 0:
            odd = &batch.odd[key.low - 1]
            word = batch.bytes + odd.place
            size = odd.size
        values = batch_find(batch, &cache.table, i, count)
        if values != NULL:
            return values
        self.compute(worker, word, size)
        count[0] = tokens_to_values(worker, full, odd == NULL, self.chunks)
        if self.caches_words and size:
            cache.misses += 1
            if odd != NULL:
                cache_put_long(cache, word, size, odd.hash, worker.values, count[0])
            else:
                cache_put(cache, key, batch.hashes[i], worker.values, count[0])
        return worker.values

    cdef int encode_places(self, Worker worker, const Text* text, const int32_t* spans,
                           Output* out) except -1 nogil:
        """Append the tokens of the batch's words with their places; where the text is as it came,
        words that are cached stay in words.h."""
        cdef word_batch* batch = worker.batch
        cdef WordCache* cache = &worker.caches[1]
        cdef const uint32_t* values
        cdef uint32_t count
        cdef int i = 0
        batch_prefetch_long(batch, &cache.table)
        while i < batch.size:
            output_reserve(out, MOST_TOKENS * (batch.size - i))
            if text.starts == NULL:
                i = batch_emit_places(batch, &cache.table, i, <int32_t>text.base, spans, out.ids,
                                      out.offsets, out.words, &worker.word, &out.size)
                if i == batch.size:
                    break
            values = self.look_up(worker, i, True, &count)
            if (count == PACKED or count == PACKED_MANY) and batch.keys[i].high:
                emit_packed(worker, text, spans[2 * i], values, count, out)
            else:
                emit_values(worker, text, spans[2 * i], values, count, self.chunks, out)
            i += 1
        batch_clear(batch)
        return 0

    cdef int compute(self, Worker worker, const uint8_t* word, int32_t size) except -1 nogil:
        """Leave the tokens of a word in worker.tokens, the words of a chunk in chunk_words."""
        worker.tokens.size = 0
        if self.sentences is not None:
            return self.sentences.tokenize(worker, word, size)
        if self.chunks:
            return tokenize_chunk(<BertNormalizer>self.normalizer, self.pre_tokenizer,
                                  <WordPiece>self.model, worker, word, size)
        return self.model.tokenize(word, size, &worker.tokens)
