"""Chunks of BERT's texts to tokens.

The scanner splits a text into chunks before it is normalized, and the word cache keeps the tokens
of each chunk. Most chunks are one word whose characters all stay or become others of as many bytes:
these go straight to the model. Other chunks run through the plain stages. Offsets are bytes of the
chunk; worker.chunk_word_ids[k] is the word of token k within the chunk and, after the last token,
the number of words.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t
from libc.string cimport memset

from subword._core.pipeline cimport (
    PreTokenizer, Text, spans_push, text_clear, text_reserve, text_source_end, text_source_start,
)
from subword._core.unicode cimport BERT_CHINESE, BERT_PUNCT, BERT_SPACE, bert_bits, form_bits
from subword.encode.worker cimport Worker
from subword.models.wordpiece cimport WordPiece
from subword.normalizers.bert cimport BertNormalizer

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)


cdef int tokenize_bert_chunk(BertNormalizer normalizer, PreTokenizer pre_tokenizer,
                             WordPiece model, Worker worker, const uint8_t* chunk,
                             int32_t size) except -1 nogil:
    """Put the tokens of a chunk into worker.tokens and their words into worker.chunk_word_ids."""
    text_reserve(&worker.chunk, size)
    if not one_word(normalizer, chunk, size, worker.chunk.data):
        return run_stages(normalizer, pre_tokenizer, model, worker, chunk, size)
    model.tokenize(worker.chunk.data, size, &worker.tokens)
    worker.reserve_chunk_word_ids()
    memset(worker.chunk_word_ids, 0, worker.tokens.size * sizeof(int32_t))
    worker.chunk_word_ids[worker.tokens.size] = 1
    return 0


cdef bint one_word(BertNormalizer normalizer, const uint8_t* chunk, int32_t size,
                   uint8_t* word) noexcept nogil:
    """Write the normalized word that the chunk is; return 0 if the plain stages must run."""
    cdef int32_t i = 0, k
    cdef uint32_t code
    cdef uint8_t splitting
    cdef int length
    while i < size:
        if chunk[i] < 0x80:
            word[i] = normalizer.letters[chunk[i]]
            if word[i] == 0:
                return False
            i += 1
            continue
        code = utf8_decode(chunk + i, &length)
        # A punctuation mark or Chinese character ends a word, but alone it is one.
        splitting = 0 if length == size else BERT_PUNCT | BERT_CHINESE
        if (bert_bits[code] & (normalizer.changed_bert | splitting | BERT_SPACE)
                or form_bits[code] & normalizer.changed_form):
            return False
        for k in range(length):
            word[i + k] = chunk[i + k]
        i += length
    return True


cdef int run_stages(BertNormalizer normalizer, PreTokenizer pre_tokenizer, WordPiece model,
                    Worker worker, const uint8_t* chunk, int32_t size) except -1 nogil:
    """Do what tokenize_bert_chunk does with the plain stages."""
    cdef Text text
    cdef const Text* source = &text
    cdef Py_ssize_t i, k, first, start
    text.data = <uint8_t*>chunk
    text.source_start = text.source_end = NULL
    text.size = text.capacity = size
    text.source_offset = 0
    text.aligned = True
    text_clear(&worker.chunk)
    worker.chunk.aligned = True
    worker.chunk.source_offset = 0
    if normalizer.apply(&text, &worker.chunk):
        source = &worker.chunk
    worker.whole_text_span.size = 0
    worker.chunk_spans.size = 0
    if source.size:
        spans_push(&worker.whole_text_span, 0, source.size)
        pre_tokenizer.split(source, NULL, &worker.whole_text_span, &worker.chunk_spans)
    for i in range(worker.chunk_spans.size):
        first = worker.tokens.size
        start = worker.chunk_spans.data[i].start
        model.tokenize(source.data + start, worker.chunk_spans.data[i].end - start,
                       &worker.tokens)
        worker.reserve_chunk_word_ids()
        for k in range(first, worker.tokens.size):
            worker.chunk_word_ids[k] = <int32_t>i
            worker.tokens.data[k].end = text_source_end(source,
                                                        start + worker.tokens.data[k].end - 1)
            worker.tokens.data[k].start = text_source_start(source,
                                                            start + worker.tokens.data[k].start)
    worker.reserve_chunk_word_ids()
    worker.chunk_word_ids[worker.tokens.size] = <int32_t>worker.chunk_spans.size
    return 0
