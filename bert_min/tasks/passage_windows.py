"""Questions and passages as model inputs: windows over long passages, and the answer in each.

Source: Devlin et al. 2019, section 4.2; windows as described for SQuAD in the original code.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bert_min.text.examples import Examples, assemble
from bert_min.text.flat_rows import FlatRows
from bert_min.text.special_tokens import SpecialIds

Int = NDArray[np.int64]


class Windows(NamedTuple):
    """Inputs ``[CLS] question [SEP] part of passage [SEP]``.

    Attributes:
        inputs: The inputs, one a window.
        question: (W,) the question each window belongs to; rising.
        begin: (W,) first passage token of the window, counted in the passage.
        size: (W,) passage tokens in the window.
        offset: (W,) position of the first passage token in the input.
    """

    inputs: Examples
    question: Int
    begin: Int
    size: Int
    offset: Int


def make_windows(
    questions: FlatRows,
    passages: FlatRows,
    passage_of: Int,
    special: SpecialIds,
    *,
    max_length: int,
    stride: int,
    max_question: int = 64,
) -> Windows:
    """Cut passages that do not fit into windows, so that every token comes with the question.

    Args:
        questions: (Q rows) tokens of the questions.
        passages: (P rows) tokens of the passages.
        passage_of: (Q,) the passage of each question.
        special: The special tokens.
        max_length: Most tokens of an input.
        stride: Passage tokens two neighbouring windows share; at most half of a window.
        max_question: Most tokens of a question; the rest is cut.

    Returns:
        The windows, in the order of the questions.

    Raises:
        ValueError: If a window would have no token of the passage, the stride is negative, or a
            question could have no token.
    """
    if stride < 0:
        raise ValueError(f"stride must be at least 0, got {stride}")
    if max_question < 1:
        raise ValueError(f"max_question_tokens must be at least 1, got {max_question}")
    asked = np.minimum(questions.lengths, max_question)
    max_passage = (
        max_length - special.count(pair=True) - asked
    )  # (Q,) passage tokens that fit after the question
    if len(max_passage) and max_passage.min() < 1:
        raise ValueError(
            f"max_length must leave room for the passage beside a question of {asked.max()} "
            f"tokens, got {max_length}"
        )
    size = passages.lengths[passage_of]
    step = max_passage - np.minimum(stride, max_passage // 2)
    count = 1 + np.maximum(-(-(size - max_passage) // step), 0)
    question = np.repeat(np.arange(len(asked)), count)
    nth = np.arange(len(question)) - np.repeat(np.cumsum(count) - count, count)
    begin = nth * step[question]
    taken = np.minimum(size[question] - begin, max_passage[question])
    inputs = assemble(
        special,
        max_length,
        FlatRows.from_ranges(questions.ids, questions.splits[question], asked[question]),
        FlatRows.from_ranges(passages.ids, passages.splits[passage_of[question]] + begin, taken),
    )
    return Windows(inputs, question, begin, taken, asked[question] + 1 + special.between)


def answer_tokens(
    windows: Windows,
    starts_chars: Int,
    stops_chars: Int,
    passage_of: Int,
    offsets: Int,
    splits: Int,
) -> tuple[Int, Int]:
    """Find where the answer of each window's question begins and ends in the window.

    Args:
        windows: The windows.
        starts_chars: (Q,) first character of each answer in its passage; -1 if there is none.
        stops_chars: (Q,) character after the answer.
        passage_of: (Q,) the passage of each question.
        offsets: (T, 2) characters of every passage token.
        splits: (P + 1,) passage p owns ``offsets[splits[p]:splits[p + 1]]``.

    Returns:
        First and last token (W,) of the answer in each input; 0, the position of [CLS], where the
        window does not hold the whole answer.
    """
    first = np.zeros(len(starts_chars), np.int64)
    last = np.full(len(starts_chars), -1, np.int64)
    for q in np.flatnonzero(starts_chars >= 0).tolist():
        spans = offsets[splits[passage_of[q]] : splits[passage_of[q] + 1]]
        first[q] = np.searchsorted(spans[:, 1], starts_chars[q], side="right")
        last[q] = np.searchsorted(spans[:, 0], stops_chars[q], side="left") - 1
    begin, end = windows.begin, windows.begin + windows.size
    a, b = first[windows.question], last[windows.question]
    inside = (a <= b) & (begin <= a) & (b < end)
    shift = windows.offset - begin
    return np.where(inside, a + shift, 0), np.where(inside, b + shift, 0)
