"""The words of one text as the model sees them, with the bytes of the text that each stands for."""

from libc.stdint cimport int32_t, uint8_t

from subword._core.pipeline cimport (
    Normalizer, PreTokenizer, Text, text_source_end, text_source_start,
)
from subword.encode.segments cimport normalize, part_of, segment_text, split_words
from subword.encode.worker cimport Worker
from subword.vocab.added_tokens cimport AddedSpan, AddedTokenMatcher


def text_words(AddedTokenMatcher before_normalizer not None,
               AddedTokenMatcher after_normalizer not None, Normalizer normalizer,
               PreTokenizer pre_tokenizer, str text not None):
    """Return the words and added tokens of a text, in order.

    Args:
        before_normalizer, after_normalizer: Find added tokens in the original and in the normalized
            text.
        normalizer, pre_tokenizer: May be None.
        text: A text that can be encoded.

    Returns:
        (word, starts, ends) of each word: its text, and for each of its bytes where the character
        of the original that it stands for starts and ends, in bytes. (id, start, end) of each added
        token.
    """
    cdef bytes utf8 = text.encode()
    cdef const uint8_t* data = utf8
    cdef Worker worker = Worker(0)    # for its scratch
    cdef list found = []
    cdef Py_ssize_t i
    cdef AddedSpan span
    cdef Text segment
    before_normalizer.find(data, <int32_t>len(utf8), &worker.added_spans)
    for i in range(worker.added_spans.size):
        span = worker.added_spans.data[i]
        if span.id >= 0:
            found.append((span.id, span.start, span.end))
        else:
            segment = segment_text(data, span.start, span.end, True)
            add_segment(after_normalizer, normalizer, pre_tokenizer, worker, &segment, found)
    return found


cdef int add_segment(AddedTokenMatcher after_normalizer, Normalizer normalizer,
                     PreTokenizer pre_tokenizer, Worker worker, const Text* segment,
                     list found) except -1:
    """Add the words of a text between tokens of the original text."""
    cdef const Text* source = segment
    cdef const Text* words
    cdef Text part
    cdef AddedSpan span
    cdef Py_ssize_t i, k, start, end
    if normalizer is not None:
        source = normalize(normalizer, segment, &worker.normalized)
    worker.normalized_added_spans.size = 0
    after_normalizer.find(source.data, <int32_t>source.size, &worker.normalized_added_spans)
    for i in range(worker.normalized_added_spans.size):
        span = worker.normalized_added_spans.data[i]
        part = part_of(source, span.start, span.end)
        if span.id >= 0:
            found.append((span.id, text_source_start(&part, 0),
                          text_source_end(&part, part.size - 1)))
        elif part.size > 0:
            words = split_words(pre_tokenizer, &part, worker)
            for k in range(worker.spans.size):
                start, end = worker.spans.data[k].start, worker.spans.data[k].end
                found.append((words.data[start:end].decode(),
                              [text_source_start(words, at) for at in range(start, end)],
                              [text_source_end(words, at) for at in range(start, end)]))
    return 0
