"""The words of one text that hold unknown tokens: the encode loop without a cache."""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t

from subword._core.pipeline cimport Model, Normalizer, PreTokenizer, Text, Token
from subword.encode.segments cimport normalize, part_of, segment_text, split_words
from subword.encode.worker cimport Worker
from subword.vocab.added_tokens cimport AddedSpan, AddedTokenMatcher


def unknown_words(AddedTokenMatcher before_normalizer not None,
                  AddedTokenMatcher after_normalizer not None, Normalizer normalizer,
                  PreTokenizer pre_tokenizer, Model model not None, uint32_t unknown,
                  str text not None, uint64_t stream=0):
    """Return the words of a text in which the model finds unknown tokens.

    Args:
        before_normalizer, after_normalizer: Find added tokens in the original and in the normalized
            text.
        normalizer, pre_tokenizer: May be None.
        model: The model.
        unknown: The id of its unknown token.
        text: A text that can be encoded.
        stream: Where its random numbers begin, for a model that draws at random.

    Returns:
        A dict: the index of the word -> for each of its tokens, the text of an unknown one, and
        None for any other.
    """
    cdef bytes utf8 = text.encode()
    cdef const uint8_t* data = utf8
    cdef Worker worker = Worker(0)    # for its scratch; its caches stay empty
    cdef dict found = {}
    cdef Py_ssize_t i, word = 0
    cdef AddedSpan span
    cdef Text segment
    worker.tokens.random = stream
    before_normalizer.find(data, <int32_t>len(utf8), &worker.added_spans)
    for i in range(worker.added_spans.size):
        span = worker.added_spans.data[i]
        if span.id >= 0:
            word += 1
        else:
            segment = segment_text(data, span.start, span.end, True)
            word = add_segment(after_normalizer, normalizer, pre_tokenizer, model, unknown, worker,
                               &segment, word, found)
    return found


cdef Py_ssize_t add_segment(AddedTokenMatcher after_normalizer, Normalizer normalizer,
                            PreTokenizer pre_tokenizer, Model model, uint32_t unknown,
                            Worker worker, const Text* segment, Py_ssize_t word,
                            dict found) except -1:
    """Add the words of a text between tokens of the original text; return the next word."""
    cdef const Text* source = segment
    cdef const Text* words
    cdef Text part
    cdef AddedSpan span
    cdef Py_ssize_t i, k
    if normalizer is not None:
        source = normalize(normalizer, segment, &worker.normalized)
    worker.normalized_added_spans.size = 0
    after_normalizer.find(source.data, <int32_t>source.size, &worker.normalized_added_spans)
    for i in range(worker.normalized_added_spans.size):
        span = worker.normalized_added_spans.data[i]
        part = part_of(source, span.start, span.end)
        if span.id >= 0:
            word += 1
        elif part.size > 0:
            words = split_words(pre_tokenizer, &part, worker)
            for k in range(worker.spans.size):
                add_word(model, unknown, worker, words.data + worker.spans.data[k].start,
                         worker.spans.data[k].end - worker.spans.data[k].start, word + k, found)
            word += worker.spans.size
    return word


cdef int add_word(Model model, uint32_t unknown, Worker worker, const uint8_t* data,
                  Py_ssize_t size, Py_ssize_t word, dict found) except -1:
    """Add a word if it holds an unknown token."""
    cdef Py_ssize_t k
    cdef const Token* token
    cdef list texts
    worker.tokens.size = 0
    model.tokenize(data, size, &worker.tokens)
    for k in range(worker.tokens.size):
        token = worker.tokens.data + k
        if token.id == unknown:
            if word not in found:
                found[word] = [None] * worker.tokens.size
            texts = <list>found[word]
            texts[k] = data[token.start:token.end].decode()
    return 0
