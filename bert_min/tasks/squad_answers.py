"""SQuAD answer post-processing: from scores of tokens to the best spans of characters.

Source: Devlin et al. 2019, sections 4.2 and 4.3 (S.T_i + E.T_j, null score of [CLS]); the
max-context rule as described for SQuAD in the original code.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]
Float = NDArray[np.float64]


class Answer(NamedTuple):
    """A candidate: its text, characters in the passage, score, and log share of the candidates.

    The empty text with characters 0 to 0 says that the passage does not answer. The score is the
    sum of the start and end scores; `log_probability` is its log-softmax over the candidates, so it
    cannot overflow.
    """

    text: str
    start_chars: int
    stop_chars: int
    score: float
    log_probability: float


class Answers(NamedTuple):
    """The candidates of one question, the best first, and how much better "none" is.

    `null_margin` is the score of "no answer" less that of the best span; above the threshold the
    question counts as unanswered. It is infinite if there is no span.
    """

    candidates: list[Answer]
    null_margin: float

    def best(self, threshold: float | None) -> Answer:
        """Choose the answer to give.

        Args:
            threshold: "no answer" wins if its margin is above this; None if every question has an
                answer.
        """
        wants_none = threshold is not None and self.null_margin > threshold
        for candidate in self.candidates:
            if bool(candidate.text) is not wants_none:
                return candidate
        return Answer("", 0, 0, -np.inf, -np.inf)


def best_spans(
    start_scores: Sequence[Float],
    end_scores: Sequence[Float],
    begin: Int,
    offset: Int,
    size: Int,
    passage: str,
    spans_chars: Int,
    *,
    may_be_unanswerable: bool,
    n_best: int = 20,
    max_answer_tokens: int = 30,
) -> Answers:
    """Find the best answers to one question in all its windows.

    Every span of at most `max_answer_tokens` passage tokens is scored, start plus end. A token in
    several windows may begin an answer only in the window that shows most of its surroundings (the
    max-context rule). The score of "no answer" is the lowest of the windows, since each window but
    one may well hold no answer.

    Args:
        start_scores: For each window the (input tokens,) scores of beginning an answer.
        end_scores: For each window the scores of ending one.
        begin: (windows,) first passage token of each window.
        offset: (windows,) position of that token in the input.
        size: (windows,) passage tokens of each window.
        passage: The text.
        spans_chars: (passage tokens, 2) characters of its tokens.
        may_be_unanswerable: Whether "no answer" is a candidate.
        n_best: How many candidates to keep, "no answer" not counted.
        max_answer_tokens: Longest answer.

    Returns:
        The candidates.

    Raises:
        ValueError: If a score is not finite or a limit is below 1.
    """
    if n_best < 1 or max_answer_tokens < 1:
        raise ValueError(
            f"n_best and max_answer_tokens must be at least 1, got {n_best}, {max_answer_tokens}"
        )
    tokens = len(spans_chars)
    best_window = max_context(begin, size, tokens)
    null_score = np.inf
    scores: list[Float] = []
    firsts: list[Int] = []
    lasts: list[Int] = []
    for w, (start, end) in enumerate(zip(start_scores, end_scores, strict=True)):
        if not (np.isfinite(start).all() and np.isfinite(end).all()):
            raise ValueError("the model's scores must be finite numbers; its weights may be broken")
        null_score = min(null_score, float(start[0] + end[0]))
        here = slice(offset[w], offset[w] + size[w])
        may_begin = np.flatnonzero(best_window[begin[w] : begin[w] + size[w]] == w)
        # (begins, max_answer_tokens): the span from may_begin[i] to j tokens further
        stops = may_begin[:, None] + np.arange(max_answer_tokens)
        inside = stops < size[w]
        total = start[here][may_begin][:, None] + end[here][np.minimum(stops, size[w] - 1)]
        keep = _largest(np.where(inside, total, -np.inf).ravel(), n_best)
        keep = keep[inside.ravel()[keep]]
        scores.append(total.ravel()[keep])
        firsts.append(begin[w] + may_begin[keep // max_answer_tokens])
        lasts.append(begin[w] + stops.ravel()[keep])
    score, first, last = np.concatenate(scores), np.concatenate(firsts), np.concatenate(lasts)
    ranked = []
    for i in _largest(score, n_best).tolist():
        a, b = int(spans_chars[first[i], 0]), int(spans_chars[last[i], 1])
        if a < b:
            ranked.append((float(score[i]), a, b))
    margin = null_score - ranked[0][0] if ranked else np.inf
    if may_be_unanswerable:
        ranked = sorted([*ranked, (null_score, 0, 0)], key=lambda item: -item[0])
    if not ranked:
        return Answers([], margin)
    logs = np.array([s for s, _, _ in ranked])
    logs = logs - (logs.max() + np.log(np.exp(logs - logs.max()).sum()))
    return Answers(
        [
            Answer(passage[a:b], a, b, s, float(log))
            for (s, a, b), log in zip(ranked, logs, strict=True)
        ],
        float(margin),
    )


def max_context(begin: Int, size: Int, tokens: int) -> Int:
    """Choose for each passage token the window that shows most context on its shorter side.

    Args:
        begin: (windows,) first passage token of each window.
        size: (windows,) passage tokens of each window.
        tokens: Tokens of the passage.

    Returns:
        (tokens,) window numbers; of equals the longer window wins, then the first.

    Example:
        >>> max_context(np.array([0, 3]), np.array([6, 6]), 9).tolist()
        [0, 0, 0, 0, 0, 1, 1, 1, 1]
    """
    left = np.arange(tokens)[None, :] - begin[:, None]  # (windows, tokens) of the window before it
    right = size[:, None] - 1 - left
    context = np.minimum(left, right) + 0.01 * size[:, None]
    window: Int = np.where((left >= 0) & (right >= 0), context, -np.inf).argmax(axis=0)
    return window


def best_threshold(margins: Float, gain: Float) -> float:
    """Find the null threshold that gives the best score on answered questions.

    Args:
        margins: (Q,) `Answers.null_margin` of each question.
        gain: (Q,) score of answering the question less the score of leaving it.

    Returns:
        The threshold: questions with a margin above it are left unanswered.
    """
    able = np.isfinite(margins)  # without a span there is nothing to decide
    order = np.argsort(margins[able], kind="stable")
    margins = margins[able][order]
    if not len(margins):
        return 0.0
    total = np.concatenate(([0.0], np.cumsum(gain[able][order])))
    # Answering the first k questions needs a threshold between margins k - 1 and k.
    possible = np.concatenate(([True], margins[1:] > margins[:-1], [True]))
    k = int(np.where(possible, total, -np.inf).argmax())
    edges = np.concatenate(([margins[0] - 1], margins, [margins[-1] + 1]))
    return float((edges[k] + edges[k + 1]) / 2)


def _largest(values: Float, count: int) -> Int:
    """Indices of the largest values, the largest first; of equals the first."""
    if len(values) > 4 * count:
        bound = np.partition(values, len(values) - count)[len(values) - count]
        among = np.flatnonzero(values >= bound)
    else:
        among = np.arange(len(values))
    best: Int = among[np.argsort(-values[among], kind="stable")][:count]
    return best
