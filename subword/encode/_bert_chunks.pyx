"""One chunk of a BERT text, as the scanner cuts it, to tokens: what the encode loop remembers.

Most chunks are one word in which every character stays or becomes another of as many bytes; they
go straight to the model. The others run through the plain stages. Positions are bytes of the
chunk; worker.chunk_words[k] is the word of token k within the chunk and, behind the last token,
the number of words.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t
from libc.string cimport memset

from subword._core.pipeline cimport (
    PreTokenizer, Text, spans_push, text_clear, text_end, text_reserve, text_start,
)
from subword._core.unicode cimport BERT_CHINESE, BERT_PUNCT, BERT_SPACE, bert_bits, form_bits
from subword.encode.worker cimport Worker
from subword.models.wordpiece cimport WordPiece
from subword.normalizers.bert cimport BertNormalizer

cdef extern from "text/utf8.h" nogil:
    uint32_t utf8_decode(const uint8_t* p, int* length)


cdef int tokenize_chunk(BertNormalizer normalizer, PreTokenizer pre_tokenizer, WordPiece model,
                        Worker worker, const uint8_t* chunk, int32_t size) except -1 nogil:
    """Leave the tokens of a chunk in worker.tokens and their words in worker.chunk_words."""
    text_reserve(&worker.chunk, size)
    if not one_word(normalizer, chunk, size, worker.chunk.data):
        return run_stages(normalizer, pre_tokenizer, model, worker, chunk, size)
    model.tokenize(worker.chunk.data, size, &worker.tokens)
    worker.reserve_words()
    memset(worker.chunk_words, 0, worker.tokens.size * sizeof(int32_t))
    worker.chunk_words[worker.tokens.size] = 1
    return 0


cdef bint one_word(BertNormalizer normalizer, const uint8_t* chunk, int32_t size,
                   uint8_t* word) noexcept nogil:
    """Write the word that the chunk is, or return 0 if it takes the plain stages to say."""
    cdef int32_t i = 0, k
    cdef uint32_t code
    cdef uint8_t apart
    cdef int length
    while i < size:
        if chunk[i] < 0x80:
            word[i] = normalizer.letters[chunk[i]]
            if word[i] == 0:
                return False
            i += 1
            continue
        code = utf8_decode(chunk + i, &length)
        apart = 0 if length == size else BERT_PUNCT | BERT_CHINESE    # alone it is a word
        if (bert_bits[code] & (normalizer.changed_bert | apart | BERT_SPACE)
                or form_bits[code] & normalizer.changed_form):
            return False
        for k in range(length):
            word[i + k] = chunk[i + k]
        i += length
    return True


cdef int run_stages(BertNormalizer normalizer, PreTokenizer pre_tokenizer, WordPiece model,
                    Worker worker, const uint8_t* chunk, int32_t size) except -1 nogil:
    """Do what tokenize_chunk does by the plain stages."""
    cdef Text text
    cdef const Text* source = &text
    cdef Py_ssize_t i, k, first, start
    text.data = <uint8_t*>chunk
    text.starts = text.ends = NULL
    text.size = text.capacity = size
    text.base = 0
    text.aligned = True
    text_clear(&worker.chunk)
    worker.chunk.aligned = True
    worker.chunk.base = 0
    if normalizer.apply(&text, &worker.chunk):
        source = &worker.chunk
    worker.whole.size = 0
    worker.chunk_spans.size = 0
    if source.size:
        spans_push(&worker.whole, 0, source.size)
        pre_tokenizer.split(source, NULL, &worker.whole, &worker.chunk_spans)
    for i in range(worker.chunk_spans.size):
        first = worker.tokens.size
        start = worker.chunk_spans.data[i].start
        model.tokenize(source.data + start, worker.chunk_spans.data[i].end - start,
                       &worker.tokens)
        worker.reserve_words()
        for k in range(first, worker.tokens.size):
            worker.chunk_words[k] = <int32_t>i
            worker.tokens.data[k].end = text_end(source, start + worker.tokens.data[k].end - 1)
            worker.tokens.data[k].start = text_start(source,
                                                     start + worker.tokens.data[k].start)
    worker.reserve_words()
    worker.chunk_words[worker.tokens.size] = <int32_t>worker.chunk_spans.size
    return 0
