"""The one loop that runs the stages: text in, ids and places out, no Python object per token.

    document --added tokens--> segments --normalizer--> text --pre-tokenizer--> words
        --cache, model--> ids

Three shortcuts give the same answer as the plain run of the stages and are compared with it by
tests:

* a pre-tokenizer that is one known pattern is run by its scanner, 256 words at a time;
* around the BERT normalizer the text is cut first, at blanks, punctuation and Chinese characters,
  where the normalizer and the pre-tokenizer cannot see across; each chunk's tokens depend on its
  bytes alone, so they are cached too;
* a BPE model whose text is one long word (SentencePiece's way) gets it in chunks, cut where the
  model never merges.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport realloc
from libc.string cimport memcpy

from subword._pipeline cimport (
    Model, Normalizer, PreTokenizer, Text, Token, out_of_memory, spans_push, text_clear,
    text_end, text_start,
)
from subword._unicode cimport bert_bits, scan_bits
from subword.added_tokens cimport Matcher
from subword.models.wordpiece cimport WordPiece
from subword.models.word_cache cimport (
    LONGEST_CACHED, SPILLED, Slot, WordCache, cache_bytes, cache_insert,
    cached_values, same_bytes,
)
from subword._chunks cimport tokenize_chunk
from subword._sentences cimport sentences_of
from subword._places cimport place_end, place_start
from subword.normalizers cimport BertNormalizer
from subword._worker cimport Output, Worker, output_push, output_reserve
from subword.cutting cimport BertPreTokenizer, simd_on

cdef extern from "memory.h" nogil:
    ctypedef struct word_key:
        uint64_t low
        uint64_t high
    void subword_prefetch(const void* p)
    bint subword_likely(bint x)
    word_key short_key(const uint8_t* p, int n, int whole)
    uint64_t hash_key(uint64_t low, uint64_t high)
    uint64_t hash_bytes(const uint8_t* p, size_t n)

cdef extern from "scan.h" nogil:
    enum:
        SCAN_BERT
    int scan(int pattern, const uint8_t* p, Py_ssize_t n, Py_ssize_t* pos, const uint8_t* bits,
             int32_t* out, int room, Py_ssize_t* memo, int simd)

cdef enum:
    BATCH = 256             # words between a prefetch and its use
    HIGHEST = 0x7FFFFFFF    # bytes a document may have
    # values a token has in the cache that keeps places: id, start << 16 | end, word
    PLACES = 3


cdef class Encoder:
    """The stages of one tokenizer, ready to run.

    Args:
        normalizer, pre_tokenizer: May be None.
        model: The model.
        raw: Finds the added tokens that are looked for in the text as it came.
        after: Finds those that are looked for behind the normalizer.
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
        self.pre_tokenizes = pre_tokenizer is not None
        self.pattern = pre_tokenizer.pattern if pre_tokenizer is not None else -1
        self.caches_words = caches_words
        self.cache_limit = cache_limit
        self.pool = []
        self.chunks = (
            isinstance(normalizer, BertNormalizer) and isinstance(pre_tokenizer, BertPreTokenizer)
            and isinstance(model, WordPiece)    # which never leaves a word without a token
            and after.count == 0 and (<BertNormalizer>normalizer).clean_text
            and (<BertNormalizer>normalizer).handle_chinese_chars
        )
        self.sentences = sentences_of(normalizer, pre_tokenizer, model, after.count > 0)
        self.chunks = self.chunks or self.sentences is not None
        self.normalizes = normalizer is not None and (after.count > 0 or not self.chunks)

    def cache_info(self):
        """Return what the caches of the workers at rest hold: words, bytes, misses, wipes."""
        cdef Worker worker
        info = {"workers": len(self.pool), "words": 0, "bytes": 0, "misses": 0, "wipes": 0}
        for worker in list(self.pool):
            for i in range(2):
                if worker.ready[i]:
                    info["words"] += worker.caches[i].used
                    info["bytes"] += cache_bytes(&worker.caches[i])
                    info["misses"] += worker.caches[i].misses
                    info["wipes"] += worker.caches[i].wipes
        return info

    def cache_clear(self):
        """Let go of the workers at rest, with their caches."""
        self.pool.clear()

    cdef Worker borrow(self):
        return self.pool.pop() if self.pool else Worker(self.cache_limit)

    cdef int encode_document(self, Worker worker, const uint8_t* data, Py_ssize_t size,
                             Py_ssize_t most, Output* out) except -1 nogil:
        """Append the tokens of data[0:size), stopping at `most` or a little later."""
        cdef Py_ssize_t i, first = out.size
        cdef int32_t start, end
        worker.word = 0
        if self.raw.count == 0:
            return self.encode_segment(worker, data, 0, <int32_t>size, most, out)
        worker.pieces.size = 0
        self.raw.find(data, <int32_t>size, &worker.pieces)
        for i in range(worker.pieces.size):
            start = worker.pieces.data[i].start
            end = worker.pieces.data[i].end
            if worker.pieces.data[i].id < 0:
                self.encode_segment(worker, data, start, end, most - (out.size - first), out)
            else:
                output_push(out, <uint32_t>worker.pieces.data[i].id, start, end, worker.word)
                worker.word += 1
            if out.size - first >= most:
                break
        return 0

    cdef int encode_segment(self, Worker worker, const uint8_t* data, int32_t start, int32_t end,
                            Py_ssize_t most, Output* out) except -1 nogil:
        """Append the tokens of a stretch without raw added tokens."""
        cdef Text text
        cdef Text part
        cdef const Text* source = &text
        cdef Py_ssize_t i, first = out.size
        text.data = <uint8_t*>data + start
        text.starts = text.ends = NULL
        text.size = text.capacity = end - start
        text.base = start
        text.aligned = out.full
        if text.size == 0:
            return 0
        if self.normalizes:
            text_clear(&worker.normalized)
            worker.normalized.aligned = out.full
            if self.normalizer.apply(&text, &worker.normalized):
                worker.normalized.base = start
                source = &worker.normalized
        if self.after.count == 0:
            return self.encode_text(worker, source, most, out)
        worker.inner.size = 0
        self.after.find(source.data, <int32_t>source.size, &worker.inner)
        for i in range(worker.inner.size):
            part = source[0]
            part.data += worker.inner.data[i].start
            part.size = worker.inner.data[i].end - worker.inner.data[i].start
            if part.starts != NULL:
                part.starts += worker.inner.data[i].start
                part.ends += worker.inner.data[i].start
            else:
                part.base += worker.inner.data[i].start
            if worker.inner.data[i].id < 0:
                self.encode_text(worker, &part, most - (out.size - first), out)
            else:
                if out.full:
                    output_push(out, <uint32_t>worker.inner.data[i].id, text_start(&part, 0),
                                text_end(&part, part.size - 1), worker.word)
                else:
                    output_push(out, <uint32_t>worker.inner.data[i].id, 0, 0, 0)
                worker.word += 1
            if out.size - first >= most:
                break
        return 0

    cdef int encode_text(self, Worker worker, const Text* text, Py_ssize_t most,
                         Output* out) except -1 nogil:
        """Append the tokens of normalized text that holds no added token."""
        cdef int32_t[2 * BATCH] found
        cdef Py_ssize_t at = 0, memo = 0, first = out.size, count
        cdef const Text* source = text
        cdef int pattern = SCAN_BERT if self.chunks else self.pattern
        cdef const uint8_t* bits = bert_bits if pattern == SCAN_BERT else scan_bits
        if text.size == 0:
            return 0
        if self.sentences is not None:
            return self.encode_sentence(worker, text, most, out)
        if pattern >= 0:
            while at < text.size:
                count = scan(pattern, text.data, text.size, &at, bits, found, BATCH, &memo, simd_on)
                self.encode_spans(worker, text, found, count, out)
                if out.size - first >= most:
                    break
            return 0
        worker.whole.size = 0
        spans_push(&worker.whole, 0, text.size)
        worker.spans.size = 0
        if self.pre_tokenizes:
            text_clear(&worker.rewritten)
            worker.rewritten.aligned = out.full
            if self.pre_tokenizer.split(text, &worker.rewritten, &worker.whole, &worker.spans):
                worker.rewritten.base = text.base
                source = &worker.rewritten
        else:
            spans_push(&worker.spans, 0, text.size)
        while at < worker.spans.size and out.size - first < most:
            count = min(BATCH, worker.spans.size - at)
            self.encode_spans(worker, source, <int32_t*>(worker.spans.data + at), count, out)
            at += count
        return 0

    cdef int encode_sentence(self, Worker worker, const Text* text, Py_ssize_t most,
                             Output* out) except -1 nogil:
        """Append the tokens of a text that is one word, chunk by chunk."""
        cdef int32_t[2 * BATCH + 2] found
        cdef Py_ssize_t at = 0, first = out.size, count
        cdef Text lead
        if self.sentences.begin(worker, text, &at, &lead, found):
            self.encode_spans(worker, &lead, found, 1, out)
        while at < text.size and out.size - first < most:
            count = self.sentences.joints.cut(text.data, text.size, &at, found, BATCH)
            self.encode_spans(worker, text, found, count, out)
        return 0

    cdef int encode_spans(self, Worker worker, const Text* text, const int32_t* spans,
                          Py_ssize_t count, Output* out) except -1 nogil:
        """Append the tokens of up to BATCH words.

        First every word's key is made and its slot asked for, then the slots are read: by then they
        are near. The common case, up to three ids of a word seen before, is branch-free but for the
        comparison of the key.
        """
        cdef uint64_t[BATCH] low
        cdef uint64_t[BATCH] high
        cdef uint64_t[BATCH] hashes
        cdef WordCache* cache = &worker.caches[out.full]
        cdef const uint8_t* data = text.data
        cdef Py_ssize_t whole = text.size - 16
        cdef uint64_t mask = cache.mask
        cdef Slot* slots = cache.slots
        cdef Slot* slot
        cdef uint32_t* ids
        cdef word_key key
        cdef int32_t start, size
        cdef Py_ssize_t i
        for i in range(count):
            start = spans[2 * i]
            size = spans[2 * i + 1] - start
            if size <= 15:
                key = short_key(data + start, size, start <= whole)
                low[i] = key.low
                high[i] = key.high
                hashes[i] = hash_key(key.low, key.high)
            elif size <= LONGEST_CACHED:
                hashes[i] = low[i] = hash_bytes(data + start, size)
                high[i] = <uint64_t>0xFF << 56 | <uint64_t>size
            else:
                high[i] = hashes[i] = 0
                low[i] = 1    # unlike an empty slot
            subword_prefetch(slots + (hashes[i] & mask))
        output_reserve(out, 3 * count + 3)
        if out.full:
            for i in range(count):
                slot = slots + (hashes[i] & mask)
                if subword_likely(slot.low == low[i] and slot.high == high[i]
                                  and slot.count == PLACES
                                  and text.starts == NULL):
                    start = <int32_t>text.base + spans[2 * i]
                    out.ids[out.size] = slot.values[0]
                    out.offsets[2 * out.size] = start + <int32_t>(slot.values[1] >> 16)
                    out.offsets[2 * out.size + 1] = start + <int32_t>(slot.values[1] & 0xFFFF)
                    if out.words != NULL:
                        out.words[out.size] = worker.word + <int32_t>slot.values[2]
                    out.size += 1
                    worker.word += <int32_t>slot.values[2] + 1
                    continue
                self.encode_word(worker, text, spans[2 * i], spans[2 * i + 1], low[i], high[i],
                                 hashes[i], out)
                output_reserve(out, 3 * (count - i))
                slots = cache.slots
                mask = cache.mask
            return 0
        ids = out.ids + out.size
        for i in range(count):
            slot = slots + (hashes[i] & mask)
            if subword_likely(slot.low == low[i] and slot.high == high[i] and slot.count <= 3):
                memcpy(ids, slot.values, 3 * sizeof(uint32_t))
                ids += slot.count
                continue
            out.size = ids - out.ids
            self.encode_word(worker, text, spans[2 * i], spans[2 * i + 1], low[i], high[i],
                             hashes[i], out)
            output_reserve(out, 3 * (count - i))
            ids = out.ids + out.size
            slots = cache.slots
            mask = cache.mask
        out.size = ids - out.ids
        return 0

    cdef int encode_word(self, Worker worker, const Text* text, int32_t start, int32_t end,
                         uint64_t low, uint64_t high, uint64_t hash, Output* out) except -1 nogil:
        """Append the tokens of one word; `high` is 0 if it is too long for the cache."""
        cdef WordCache* cache = &worker.caches[out.full]
        cdef const uint8_t* word = text.data + start
        cdef Slot* slot = NULL
        cdef uint64_t at = hash & cache.mask
        cdef uint32_t n
        cdef Py_ssize_t k
        if high:
            slot = &cache.slots[at]
            while slot.high != high or slot.low != low or (
                    slot.count & <uint32_t>SPILLED
                    and not same_bytes(cache, slot, word, end - start)):
                if slot.high == 0:
                    slot = NULL
                    break
                at = (at + 1) & cache.mask
                slot = &cache.slots[at]
        if slot != NULL:
            n = slot.count & ~<uint32_t>SPILLED
            if out.full:
                return self.emit_places(worker, text, start, cached_values(cache, slot),
                                        n // PLACES, out)
            output_reserve(out, n)
            memcpy(out.ids + out.size, cached_values(cache, slot), n * sizeof(uint32_t))
            out.size += n
            return 0
        cache.misses += 1
        self.compute(worker, word, end - start)
        if high and self.caches_words:
            self.remember(worker, cache, low, high, hash, word, end - start, out.full)
        for k in range(worker.tokens.size):
            output_push(out, worker.tokens.data[k].id,
                        place_start(text, start + worker.tokens.data[k].start),
                        place_end(text, start + worker.tokens.data[k].end),
                        worker.word + (worker.chunk_words[k] if self.chunks else 0))
        worker.word += (worker.chunk_words[worker.tokens.size] if self.chunks else 1)
        return 0

    cdef int emit_places(self, Worker worker, const Text* text, int32_t start,
                         const uint32_t* values, uint32_t n, Output* out) except -1 nogil:
        """Append n cached tokens with their places."""
        cdef uint32_t k
        cdef int32_t* offsets
        cdef int32_t last = 0
        output_reserve(out, n)
        for k in range(n):
            offsets = out.offsets + 2 * (out.size + k)
            out.ids[out.size + k] = values[3 * k]
            offsets[0] = place_start(text, start + <int32_t>(values[3 * k + 1] >> 16))
            offsets[1] = place_end(text, start + <int32_t>(values[3 * k + 1] & 0xFFFF))
            last = <int32_t>values[3 * k + 2]
            if out.words != NULL:
                out.words[out.size + k] = worker.word + last
        out.size += n
        if self.chunks:
            worker.word += last + 1 if n else 0
        else:
            worker.word += 1
        return 0

    cdef int remember(self, Worker worker, WordCache* cache, uint64_t low, uint64_t high,
                      uint64_t hash, const uint8_t* word, int32_t size, bint full) except -1 nogil:
        """Put what `compute` found into the cache."""
        cdef Py_ssize_t k, n = worker.tokens.size * (PLACES if full else 1)
        cdef const Token* token
        cdef void* p
        if worker.values_capacity < n:
            p = realloc(worker.values, 2 * n * sizeof(uint32_t))
            if p == NULL:
                return out_of_memory()
            worker.values = <uint32_t*>p
            worker.values_capacity = 2 * n
        for k in range(worker.tokens.size):
            if full:
                worker.values[3 * k] = worker.tokens.data[k].id
                token = worker.tokens.data + k
                worker.values[3 * k + 1] = <uint32_t>token.start << 16 | <uint32_t>token.end
                worker.values[3 * k + 2] = <uint32_t>(worker.chunk_words[k] if self.chunks else 0)
            else:
                worker.values[k] = worker.tokens.data[k].id
        return cache_insert(cache, low, high, hash, word, size, worker.values, <uint32_t>n)

    cdef int compute(self, Worker worker, const uint8_t* word, int32_t size) except -1 nogil:
        """Leave the tokens of a word in worker.tokens, the words of a chunk in chunk_words."""
        worker.tokens.size = 0
        if self.sentences is not None:
            return self.sentences.tokenize(worker, word, size)
        if self.chunks:
            return tokenize_chunk(
                self.normalizer, self.pre_tokenizer, self.model, worker, word, size)
        return self.model.tokenize(word, size, &worker.tokens)
