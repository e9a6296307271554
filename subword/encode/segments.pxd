"""The steps of a segment on its way to words, inline: what encoding and counting do alike.

A segment is the part of a document between two added tokens. Its text is normalized, divided at
the added tokens that are looked for in normalized text, and split into words.
"""

from libc.stdint cimport uint8_t

from subword._core.pipeline cimport Normalizer, PreTokenizer, Text, spans_push, text_clear
from subword.encode.worker cimport Worker
from subword.normalizers.bert cimport BertNormalizer
from subword.pre_tokenizers.bert cimport BertPreTokenizer


cdef inline bint is_bert(object normalizer, object pre_tokenizer):
    """Whether the stages are BERT's: a text may be split into chunks before it is normalized.

    The normalizer must clean the text and put blanks around Chinese characters. Then neither stage
    looks across blanks, punctuation and Chinese characters, so the words of a chunk depend on its
    bytes alone.
    """
    return (
        isinstance(normalizer, BertNormalizer) and isinstance(pre_tokenizer, BertPreTokenizer)
        and (<BertNormalizer>normalizer).clean_text
        and (<BertNormalizer>normalizer).handle_chinese_chars
    )


cdef inline Text segment_text(const uint8_t* data, Py_ssize_t start, Py_ssize_t end,
                              bint aligned) noexcept nogil:
    """Return the text of the bytes [start, end) of a document, where they lie."""
    cdef Text text
    text.data = <uint8_t*>data + start
    text.source_start = text.source_end = NULL
    text.size = text.capacity = end - start
    text.source_offset = start
    text.aligned = aligned
    return text


cdef inline Text part_of(const Text* text, Py_ssize_t start, Py_ssize_t end) noexcept nogil:
    """Return the bytes [start, end) of a text, where they lie.

    As for every text, its capacity is how many bytes may be read, which is more than its size.
    """
    cdef Text part = text[0]
    part.data += start
    part.size = end - start
    part.capacity -= start
    if part.source_start != NULL:
        part.source_start += start
        part.source_end += start
    else:
        part.source_offset += start
    return part


cdef inline const Text* normalize(Normalizer normalizer, const Text* text,
                                  Text* normalized) except NULL nogil:
    """Return the normalized text: `normalized`, or `text` itself if nothing changes."""
    text_clear(normalized)
    normalized.aligned = text.aligned
    if not normalizer.apply(text, normalized):
        return text
    normalized.source_offset = text.source_offset
    return normalized


cdef inline const Text* split_words(PreTokenizer pre_tokenizer, const Text* text,
                                    Worker worker) except NULL nogil:
    """Put the words of a text into `worker.spans`.

    Args:
        pre_tokenizer: May be None.

    Returns:
        The text to which the spans refer: `worker.pre_tokenized`, or `text` itself if the
        pre-tokenizer does not change it.
    """
    worker.spans.size = 0
    if pre_tokenizer is None:
        spans_push(&worker.spans, 0, text.size)
        return text
    worker.whole_text_span.size = 0
    spans_push(&worker.whole_text_span, 0, text.size)
    text_clear(&worker.pre_tokenized)
    worker.pre_tokenized.aligned = text.aligned
    if not pre_tokenizer.split(text, &worker.pre_tokenized, &worker.whole_text_span, &worker.spans):
        return text
    worker.pre_tokenized.source_offset = text.source_offset
    return &worker.pre_tokenized
