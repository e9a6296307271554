"""The added tokens of one text as they were matched: the encode loop without a model."""

from libc.stdint cimport int32_t, uint8_t

from subword._core.pipeline cimport Normalizer, PreTokenizer, Text
from subword.encode.segments cimport normalize, part_of, segment_text, split_words
from subword.encode.worker cimport Worker
from subword.vocab.added_tokens cimport AddedSpan, AddedTokenMatcher


def added_words(AddedTokenMatcher before_normalizer not None,
                AddedTokenMatcher after_normalizer not None, Normalizer normalizer,
                PreTokenizer pre_tokenizer, str text not None):
    """Return the words of a text that are added tokens.

    Args:
        before_normalizer, after_normalizer: Find added tokens in the original and in the normalized
            text.
        normalizer, pre_tokenizer: May be None.
        text: A text that can be encoded.

    Returns:
        A dict: the index of the word -> what was matched, white space included, as the normalizer
        left it if the token is looked for in normalized text.
    """
    cdef bytes utf8 = text.encode()
    cdef const uint8_t* data = utf8
    cdef Worker worker = Worker(0)    # for its scratch; its caches stay empty
    cdef dict found = {}
    cdef Py_ssize_t i, word = 0
    cdef AddedSpan span
    cdef Text segment
    before_normalizer.find(data, <int32_t>len(utf8), &worker.added_spans)
    for i in range(worker.added_spans.size):
        span = worker.added_spans.data[i]
        segment = segment_text(data, span.start, span.end, True)
        if span.id >= 0:
            found[word] = text_of(&segment)
            word += 1
        else:
            word = add_segment(after_normalizer, normalizer, pre_tokenizer, worker, &segment, word,
                               found)
    return found


cdef Py_ssize_t add_segment(AddedTokenMatcher after_normalizer, Normalizer normalizer,
                            PreTokenizer pre_tokenizer, Worker worker, const Text* segment,
                            Py_ssize_t word, dict found) except -1:
    """Add the tokens of a text between tokens of the original text; return the next word."""
    cdef const Text* source = segment
    cdef Text part
    cdef AddedSpan span
    cdef Py_ssize_t i
    if normalizer is not None:
        source = normalize(normalizer, segment, &worker.normalized)
    worker.normalized_added_spans.size = 0
    after_normalizer.find(source.data, <int32_t>source.size, &worker.normalized_added_spans)
    for i in range(worker.normalized_added_spans.size):
        span = worker.normalized_added_spans.data[i]
        part = part_of(source, span.start, span.end)
        if span.id >= 0:
            found[word] = text_of(&part)
            word += 1
        elif part.size > 0:
            split_words(pre_tokenizer, &part, worker)
            word += worker.spans.size
    return word


cdef str text_of(const Text* text):
    return text.data[:text.size].decode()
