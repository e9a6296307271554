"""The official scores of SQuAD 1.1 and 2.0, and of KorQuAD.

Source: Rajpurkar et al. 2016 and 2018; the rules of the evaluation scripts published with the data
(lower case, no punctuation, no articles, single spaces; best over the answers). KorQuAD's script
(Lim et al. 2019) knows no articles, takes brackets and quotation marks for spaces, and counts
syllables instead of words, because Korean particles are part of the word.
"""

import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bert_min.tasks.squad import Question

_PUNCTUATION = frozenset(string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_KOREAN_SPACES = str.maketrans(dict.fromkeys("'\"《》<>〈〉()‘’", " "))
LANGUAGES = ("en", "ko")


def normalize_answer(text: str, language: str = "en") -> str:
    """What two answers are compared by.

    Args:
        text: An answer.
        language: "en", by the rules of SQuAD, or "ko", by those of KorQuAD.

    Example:
        >>> normalize_answer("  The Eiffel-Tower, in Paris!")
        'eiffeltower in paris'
        >>> normalize_answer("《서울》(the City)", "ko")
        '서울 the city'
    """
    if language == "ko":
        text = text.translate(_KOREAN_SPACES)
    text = "".join(c for c in text.lower() if c not in _PUNCTUATION)
    return " ".join((text if language == "ko" else _ARTICLES.sub(" ", text)).split())


def exact_match(predicted: str, answer: str, language: str = "en") -> float:
    """1.0 if the normalized texts are equal, else 0.0."""
    return float(normalize_answer(predicted, language) == normalize_answer(answer, language))


def token_f1(predicted: str, answer: str, language: str = "en") -> float:
    """F1 of the words two answers share; if either has no word, 1.0 if both have none.

    Args:
        predicted: An answer.
        answer: The accepted one.
        language: "en"; "ko" counts syllables instead of words.

    Example:
        >>> token_f1("the red car", "a red bus")
        0.5
        >>> token_f1("서울에서", "서울", "ko")
        0.6666666666666666
    """
    ours, true = _parts(predicted, language), _parts(answer, language)
    if not ours or not true:
        return float(ours == true)
    shared = sum((Counter(ours) & Counter(true)).values())
    return 2 * shared / (len(ours) + len(true))


def _parts(answer: str, language: str) -> list[str]:
    words = normalize_answer(answer, language).split()
    return list("".join(words)) if language == "ko" else words


def squad_metrics(
    predicted: Mapping[str, str],
    questions: Sequence[Question],
    unanswerable: bool,
    language: str = "en",
) -> dict[str, float]:
    """The scores of the official scripts, in percent.

    Args:
        predicted: Question id -> answer; the empty text says that there is none.
        questions: The questions with their answers.
        unanswerable: Whether to follow the script of version 2.0, where a question may have no
            answer.
        language: "en", or "ko" for the rules of KorQuAD.

    Returns:
        ``exact_match`` and ``f1``; for version 2.0 also the same of the questions with an answer
        (``has_answer_exact_match`` ...) and of those without (``no_answer_exact_match`` ...).

    Raises:
        ValueError: If a question has no prediction, there are no questions, or one has no answer
            while `unanswerable` is false.
    """
    if not questions:
        raise ValueError("there must be at least one question to score, got none")
    for question in questions:
        if question.id not in predicted:
            raise ValueError(f"{question.where}: no answer was predicted")
    guesses = [predicted[question.id] for question in questions]
    exact = answer_scores(guesses, questions, unanswerable, exact=True, language=language)
    f1 = answer_scores(guesses, questions, unanswerable, language=language)
    found = {"exact_match": 100 * float(exact.mean()), "f1": 100 * float(f1.mean())}
    if unanswerable:
        answerable = np.array([bool(question.answers) for question in questions])
        for name, side in (("has_answer", answerable), ("no_answer", ~answerable)):
            if side.any():
                found[f"{name}_exact_match"] = 100 * float(exact[side].mean())
                found[f"{name}_f1"] = 100 * float(f1[side].mean())
    return found


def answer_scores(
    guesses: Sequence[str],
    questions: Sequence[Question],
    unanswerable: bool,
    *,
    exact: bool = False,
    language: str = "en",
) -> NDArray[np.float64]:
    """Score each answer against the accepted answer that gives it the best score.

    Args:
        guesses: (Q,) the answers; the empty text says that there is none.
        questions: (Q,) the questions.
        unanswerable: Whether a question may have no answer.
        exact: Exact match instead of F1.
        language: "en", or "ko" for the rules of KorQuAD.

    Returns:
        (Q,) scores between 0 and 1.

    Raises:
        ValueError: If a question has no answer while `unanswerable` is false.
    """
    scores = []
    for guess, question in zip(guesses, questions, strict=True):
        gold = [text for text, _ in question.answers]
        if unanswerable:
            gold = [text for text in gold if normalize_answer(text, language)] or [""]
        elif not gold:
            raise ValueError(f"{question.where}: the question has no answer to compare with")
        if exact:
            scores.append(max(exact_match(guess, text, language) for text in gold))
        else:
            f1 = (_f1_of_version(guess, text, unanswerable, language) for text in gold)
            scores.append(max(f1))
    return np.array(scores)


def _f1_of_version(guess: str, text: str, unanswerable: bool, language: str) -> float:
    # The script of version 1.1 gives 0 where nothing is shared, two empty answers included.
    if not unanswerable and not normalize_answer(text, language):
        return 0.0
    return token_f1(guess, text, language)
