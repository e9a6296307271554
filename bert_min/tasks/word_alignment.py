"""Which token of a model input each word of a sentence begins at."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bert_min.text.examples import Examples, assemble
from bert_min.text.flat_rows import FlatRows
from bert_min.text.special_tokens import SpecialIds

Int = NDArray[np.int64]


class WordExamples(NamedTuple):
    """Sentences as model inputs, each word in one of them.

    A sentence too long for an input is cut between words; neighbours may share an input.

    Attributes:
        inputs: The inputs.
        word: (T,) for each token of `inputs.ids` the number of the word (counted through all
            sentences) that begins there, else -1.
        words: Number of words in all sentences.
        sentence: (N,) the sentence whose words each input begins with.
        cut: The words that lost their last subwords.
    """

    inputs: Examples
    word: Int
    words: int
    sentence: Int
    cut: Int


def align_words(
    sentences: Sequence[Sequence[str]],
    documents: Sequence[int],
    subwords: FlatRows,
    special: SpecialIds,
    max_length: int,
) -> WordExamples:
    """Lay out the subwords of tagged words as model inputs.

    Args:
        sentences: The words of each sentence.
        documents: The number of each sentence's document; neighbours with one number share an
            input as long as they fit into it whole.
        subwords: One row a word: the subwords of every word of all sentences.
        special: The special tokens.
        max_length: Most tokens of an input, special tokens included. A word with more subwords
            than fit loses the last ones.

    Returns:
        The inputs and where the words begin in them; a word without subwords begins nowhere.

    Raises:
        ValueError: If `max_length` is below 3, or the numbers of words differ.
    """
    words = sum(map(len, sentences))
    if words != len(subwords.lengths):
        raise ValueError(
            f"expected subwords of {words} words, got those of {len(subwords.lengths)}"
        )
    max_subwords = max(max_length - 2, 0)  # subwords of an input
    sizes = np.minimum(subwords.lengths, max_subwords).tolist()
    kept: list[int] = []  # for each input its words, as bounds in the numbering of all words
    first = used = 0
    before: int | None = None
    for sentence, document in zip(sentences, documents, strict=True):
        end = first + len(sentence)
        if document != before or used + sum(sizes[first:end]) > max_subwords:
            used = max_subwords + 1  # the sentence begins an input
        for word in range(first, end):
            if used + sizes[word] > max_subwords:
                kept.append(word)
                used = 0
            used += sizes[word]
        first, before = end, document
    bounds = np.array([*kept, words], np.int64)
    cut = np.flatnonzero(subwords.lengths > max_subwords)
    if len(cut):  # rare: words that are too long for any input
        lengths = np.minimum(subwords.lengths, max_subwords)
        subwords = FlatRows.from_ranges(subwords.ids, subwords.splits[:-1], lengths)
    inputs = assemble(special, max_length, FlatRows(subwords.ids, subwords.splits[bounds]))
    begins = np.full(len(inputs.ids), -1, np.int64)
    present = np.flatnonzero(subwords.lengths > 0)  # words with subwords
    row = np.searchsorted(bounds, present, side="right") - 1
    inside = subwords.splits[present] - subwords.splits[bounds[row]]
    begins[inputs.splits[row] + 1 + inside] = present
    ends = np.cumsum([len(sentence) for sentence in sentences])
    sentence_of = np.searchsorted(ends, bounds[:-1], side="right")
    return WordExamples(inputs, begins, words, sentence_of, cut)
