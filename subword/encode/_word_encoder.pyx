"""Words to ids: from the word cache, or from the model.

Words wait, also across documents, until there are 256 of them: then their cache slots have been
prefetched. With offsets they wait only within one call, because offsets need the text.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t

from subword._core.pipeline cimport Model, Normalizer, PreTokenizer, Text, check_signals
from subword.encode._bert_chunks cimport tokenize_bert_chunk
from subword.encode._chunks cimport TextChunks
from subword.encode._token_offsets cimport emit_packed, emit_tokens, emit_values, tokens_to_values
from subword.encode._unsplit cimport make_unsplit_text
from subword.encode._word_cache cimport (
    ADDED_TOKEN, FOUR_TOKENS, MAX_TOKENS, PENDING_ROWS, PENDING_WORDS, SLOT64_VALUES,
    TWO_TOKENS, WordCache, cache_put, cache_put_long, copy_values, extra_entry, pending_add,
    pending_add_extra, pending_clear, pending_emit, pending_emit_offsets, pending_find,
    pending_next_new, pending_prefetch_long, pending_words, word_key,
)
from subword.encode.segments cimport is_bert
from subword.encode.worker cimport Output, Worker, end_row, output_push, output_reserve
from subword.models.bpe cimport BPE
from subword.models.merge cimport Word
from subword.models.wordpiece cimport WordPiece
from subword.normalizers.bert cimport BertNormalizer
from subword.vocab.added_tokens cimport AddedTokenMatcher

cdef enum:
    SCAN_CALLS = 1024       # calls with words between two checks for Ctrl-C
    SLACK = 16              # ids after the last that may be written
    COMPUTED = 1 << 16      # words computed between two such checks


cdef class WordEncoder:
    """The part of `Encoder` that turns words, or chunks of a text, into ids."""

    cdef int set_model(self, Normalizer normalizer, PreTokenizer pre_tokenizer, Model model,
                       bint added_after, bint caches_words, object chunk_rules,
                       AddedTokenMatcher added) except -1:
        """Set the stages, and recognise those that work on chunks.

        Args:
            added_after: Added tokens are looked for in normalized text: then all of it is
                normalized, before it is split.
            caches_words: The model gives a word the same tokens every time.
            chunk_rules: Returns `ChunkRules`, or None; None itself if texts are not cut before
                their stages run. It takes a while, and not all stages need it.
            added: Finds added tokens in normalized text.
        """
        self.normalizer = normalizer
        self.pre_tokenizer = pre_tokenizer
        self.model = model
        self.caches_words = caches_words
        self.bpe = model if isinstance(model, BPE) and caches_words else None
        self.unsplit = make_unsplit_text(normalizer, pre_tokenizer, model, added_after)
        self.caches_chunks = self.unsplit is not None or (
            is_bert(normalizer, pre_tokenizer) and not added_after
            and isinstance(model, WordPiece))    # which never leaves a word without a token
        rules = None if self.caches_chunks or chunk_rules is None else chunk_rules()
        if rules is not None:
            self.chunks = TextChunks(rules, normalizer, pre_tokenizer, model, added)
            self.caches_chunks = True
        return 0

    cdef int encode_spans(self, Worker worker, const Text* text, const int32_t* spans,
                          int count, Output* out) except -1 nogil:
        """Append the tokens of words, or let the words wait; the text is not needed afterwards."""
        cdef pending_words* pending = worker.pending
        cdef int i = 0, first = 0
        worker.row_words += count
        if not self.caches_words:
            return compute_spans(self, worker, text, spans, count, out)
        worker.scan_calls += 1
        if worker.scan_calls % SCAN_CALLS == 0:
            check_signals()
        while i < count:
            i = pending_add(pending, &worker.cache(out.with_offsets).table, text.data,
                            text.capacity, spans, i, count)
            if pending.size == 0 and pending.rows == 0:    # too long for the cache
                compute(self, worker, text.data + spans[2 * i], spans[2 * i + 1] - spans[2 * i])
                emit_tokens(worker, text, spans[2 * i], self.caches_chunks and not worker.plain,
                            out)
                i += 1
            elif out.with_offsets:
                flush_with_offsets(self, worker, text, spans + 2 * first, out)
            elif i < count:
                self.flush(worker, out)
            first = i
        return 0

    cdef int push_token(self, Worker worker, uint32_t id, int32_t start, int32_t end,
                        Output* out) except -1 nogil:
        """Append an added token."""
        if out.with_offsets or not self.caches_words:
            output_push(out, id, start, end, worker.word)
        elif pending_add_extra(worker.pending, ADDED_TOKEN, id) == NULL:
            self.flush(worker, out)
            pending_add_extra(worker.pending, ADDED_TOKEN, id)
        worker.word += 1
        worker.row_words += 1
        return 0

    cdef int end_document(self, Worker worker, Output* out) except -1 nogil:
        """End the row of a document, now or once the words before have got their ids."""
        cdef pending_words* pending = worker.pending
        if out.with_offsets or not self.caches_words:
            return end_row(&worker.row_plan, out)
        if pending.rows == PENDING_ROWS:
            self.flush(worker, out)
        pending.row_ends[pending.rows] = pending.size
        pending.rows += 1
        return 0

    cdef int has_enough(self, Worker worker, Output* out) except -1 nogil:
        """Whether the document has all the tokens it may keep."""
        cdef Py_ssize_t max_ids = worker.row_plan.max_ids
        if not out.with_offsets:
            if worker.row_words < max_ids:
                return 0
            self.flush(worker, out)
        worker.row_words = out.size - worker.row_plan.start - worker.row_plan.prefix_size
        return worker.row_words >= max_ids

    cdef int flush(self, Worker worker, Output* out) except -1 nogil:
        """Append the ids of the words that wait, and end their rows.

        Words that are in the cache are emitted by word_cache.h.
        """
        cdef pending_words* pending = worker.pending
        cdef WordCache* cache = worker.cache(False)
        cdef uint32_t* ids
        cdef int i = 0, row = 0, stop
        cdef bint computed = False
        if out.with_offsets:
            return 0
        if pending.extra_count:
            pending_prefetch_long(pending, &cache.table)
        while True:
            stop = pending.row_ends[row] if row < pending.rows else pending.size
            output_reserve(out, SLOT64_VALUES * (stop - i) + SLACK)
            ids = out.ids + out.size
            i = pending_emit(pending, &cache.table, i, stop, &ids)
            out.size = ids - out.ids
            if i < stop and not computed and is_new(pending, cache, i):
                compute_new_words(self, worker, i, False)
                computed = True
            elif i < stop:
                emit_one(self, worker, i, out)
                i += 1
            elif row < pending.rows:
                end_row(&worker.row_plan, out)
                row += 1
            else:
                break
        pending_clear(pending)
        return 0


cdef int emit_one(WordEncoder encoder, Worker worker, int i, Output* out) except -1 nogil:
    """Append the ids of the pending word i, which is no added token."""
    cdef const uint32_t* values
    cdef uint32_t count
    values = look_up(encoder, worker, i, False, &count)
    output_reserve(out, count + SLACK)
    copy_values(out.ids + out.size, values, count)
    out.size += count
    return 0


cdef int flush_with_offsets(WordEncoder encoder, Worker worker, const Text* text,
                            const int32_t* spans, Output* out) except -1 nogil:
    """Append the tokens of the words that wait, with their offsets.

    Where nothing has changed the text, words that are in the cache are emitted by
    word_cache_offsets.h.
    """
    cdef pending_words* pending = worker.pending
    cdef WordCache* cache = worker.cache(True)
    cdef bint are_chunks = encoder.caches_chunks and not worker.plain
    cdef const uint32_t* values
    cdef uint32_t count
    cdef int i = 0
    cdef bint computed = False
    pending_prefetch_long(pending, &cache.table)
    while i < pending.size:
        output_reserve(out, MAX_TOKENS * (pending.size - i))
        if text.source_start == NULL:
            i = pending_emit_offsets(pending, &cache.table, i, <int32_t>text.source_offset, spans,
                                     out.ids, out.offsets, out.words, &worker.word, &out.size)
            if i == pending.size:
                break
        values = pending_find(pending, &cache.table, i, &count)
        if values == NULL and not computed:
            compute_new_words(encoder, worker, i, True)
            computed = True
        if values == NULL:
            values = look_up(encoder, worker, i, True, &count)
        if (count == TWO_TOKENS or count == FOUR_TOKENS) and pending.keys[i].high:
            emit_packed(worker, text, spans[2 * i], values, count, out)
        else:
            emit_values(worker, text, spans[2 * i], values, count, are_chunks, out)
        i += 1
    pending_clear(pending)
    return 0


cdef inline Word word_of(const pending_words* pending, int i) noexcept nogil:
    """The bytes of the pending word i."""
    cdef Word word
    cdef const word_key* key = &pending.keys[i]
    cdef const extra_entry* extra
    word.bytes = <const uint8_t*>key    # a short word is its key
    word.size = <int32_t>(key.high >> 56)
    if key.high == 0:
        extra = &pending.extras[key.low - 1]
        word.bytes = pending.bytes + extra.first_byte
        word.size = extra.size
    word.first = word.count = 0
    return word


cdef inline bint is_new(const pending_words* pending, const WordCache* cache, int i) noexcept nogil:
    """Whether the pending word i is not in the cache yet; a known one may have many tokens."""
    cdef uint32_t count
    return pending_find(pending, &cache.table, i, &count) == NULL


cdef int compute_new_words(WordEncoder encoder, Worker worker, int at,
                           bint with_offsets) except -1 nogil:
    """Put the pending words from `at` on into the cache that are not there yet.

    Where the model is no BPE, or what waits are chunks, they are left to `look_up`.
    """
    cdef pending_words* pending = worker.pending
    cdef WordCache* cache = worker.cache(with_offsets)
    cdef Word[PENDING_WORDS] words
    cdef int[PENDING_WORDS] places
    cdef uint32_t count
    cdef int i, k, n = 0
    if encoder.bpe is None or (encoder.caches_chunks and not worker.plain):
        return 0
    while True:
        i = pending_next_new(pending, &cache.table, at)
        if i == pending.size:
            break
        places[n] = i
        words[n] = word_of(pending, i)
        n += 1
        at = i + 1
    worker.tokens.size = 0
    encoder.bpe.tokenize_words(words, n, &worker.tokens)
    for k in range(n):
        i = places[k]
        if pending_find(pending, &cache.table, i, &count) == NULL:    # the first of equal words
            count = tokens_to_values(worker, worker.tokens.data + words[k].first, words[k].count,
                                     with_offsets, pending.keys[i].high != 0, False)
            cache.misses += 1
            put(pending, cache, i, worker.values, count)
    return 0


cdef int put(const pending_words* pending, WordCache* cache, int i, const uint32_t* values,
             uint32_t count) except -1 nogil:
    """Add the values of the pending word i to the cache."""
    cdef const word_key* key = &pending.keys[i]
    cdef const extra_entry* extra
    if key.high:
        return cache_put(cache, key, pending.hashes[i], values, count)
    extra = &pending.extras[key.low - 1]
    return cache_put_long(cache, pending.bytes + extra.first_byte, extra.size, extra.hash, values,
                          count)


cdef const uint32_t* look_up(WordEncoder encoder, Worker worker, int i, bint with_offsets,
                             uint32_t* count) except NULL nogil:
    """Return the values of the pending word i: from the cache, or computed and then cached."""
    cdef pending_words* pending = worker.pending
    cdef WordCache* cache = worker.cache(with_offsets)
    cdef const uint32_t* values
    cdef Word word
    values = pending_find(pending, &cache.table, i, count)
    if values != NULL:
        return values
    word = word_of(pending, i)
    compute(encoder, worker, word.bytes, word.size)
    count[0] = tokens_to_values(worker, worker.tokens.data, worker.tokens.size, with_offsets,
                                pending.keys[i].high != 0,
                                encoder.caches_chunks and not worker.plain)
    if word.size:
        cache.misses += 1
        put(pending, cache, i, worker.values, count[0])
    return worker.values


cdef int compute_spans(WordEncoder encoder, Worker worker, const Text* text, const int32_t* spans,
                       int count, Output* out) except -1 nogil:
    """Append the tokens of words without looking in the cache, one word after the other, so that
    each takes its random numbers after those of the word before."""
    cdef bint are_chunks = encoder.caches_chunks and not worker.plain
    cdef Py_ssize_t k
    cdef int i
    for i in range(count):
        worker.scan_calls += 1
        if worker.scan_calls % COMPUTED == 0:
            check_signals()
        compute(encoder, worker, text.data + spans[2 * i], spans[2 * i + 1] - spans[2 * i])
        if out.with_offsets:
            emit_tokens(worker, text, spans[2 * i], are_chunks, out)
            continue
        output_reserve(out, worker.tokens.size)
        for k in range(worker.tokens.size):
            out.ids[out.size + k] = worker.tokens.data[k].id
        out.size += worker.tokens.size
    return 0


cdef int compute(WordEncoder encoder, Worker worker, const uint8_t* word,
                 int32_t size) except -1 nogil:
    """Put the tokens of a word into worker.tokens, the words of a chunk into
    worker.chunk_word_ids."""
    worker.tokens.size = 0
    if worker.plain or not encoder.caches_chunks:
        return encoder.model.tokenize(word, size, &worker.tokens)
    if encoder.unsplit is not None:
        return encoder.unsplit.tokenize(worker, word, size)
    if encoder.chunks is not None:
        return encoder.chunks.tokenize(worker, word, size)
    return tokenize_bert_chunk(<BertNormalizer>encoder.normalizer, encoder.pre_tokenizer,
                               <WordPiece>encoder.model, worker, word, size)
