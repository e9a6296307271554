"""The plain stages on one chunk of a BERT text: what the encode loop remembers of it.

Positions are bytes of the chunk; worker.chunk_words[k] is the word of token k within the chunk
and, behind the last token, the number of words.
"""

from libc.stdint cimport int32_t, uint8_t
from libc.stdlib cimport malloc, realloc

from subword._pipeline cimport (
    Model, Normalizer, PreTokenizer, Text, out_of_memory, spans_push, text_clear, text_end,
    text_start,
)
from subword._worker cimport Worker


cdef int tokenize_chunk(Normalizer normalizer, PreTokenizer pre_tokenizer, Model model,
                        Worker worker, const uint8_t* word, int32_t size) except -1 nogil:
    """Run the plain stages on one chunk; positions are bytes of the chunk."""
    cdef Text text
    cdef const Text* source = &text
    cdef Py_ssize_t i, k, first, start, wanted
    cdef void* p
    text.data = <uint8_t*>word
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
        wanted = worker.tokens.size + 1
        if worker.chunk_words_capacity < wanted:
            p = realloc(worker.chunk_words, 2 * wanted * sizeof(int32_t))
            if p == NULL:
                return out_of_memory()
            worker.chunk_words = <int32_t*>p
            worker.chunk_words_capacity = 2 * wanted
        for k in range(first, worker.tokens.size):
            worker.chunk_words[k] = <int32_t>i
            worker.tokens.data[k].end = text_end(source, start + worker.tokens.data[k].end - 1)
            worker.tokens.data[k].start = text_start(source,
                                                     start + worker.tokens.data[k].start)
        worker.chunk_words[worker.tokens.size] = <int32_t>i + 1
    if worker.chunk_spans.size == 0:
        if worker.chunk_words_capacity == 0:
            worker.chunk_words = <int32_t*>malloc(16 * sizeof(int32_t))
            if worker.chunk_words == NULL:
                return out_of_memory()
            worker.chunk_words_capacity = 16
        worker.chunk_words[0] = 0
    return 0
