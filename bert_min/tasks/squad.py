"""Question answering files (SQuAD 1.1 and 2.0 JSON) and the official scores.

Source of the scores: Rajpurkar et al. 2016 and 2018; the rules of the evaluation scripts published
with the data (lower case, no punctuation, no articles, single spaces; best over the answers).
"""

import json
import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bert_min.tasks.tables import read_text


class Question(NamedTuple):
    """A question about a passage.

    Attributes:
        id: its id in the file.
        text: the question.
        passage: number of the passage in `Squad.passages`.
        answers: (text, first character in the passage) of each accepted answer; none if the passage
            does not answer the question.
        where: the place in the file, for messages.
    """

    id: str
    text: str
    passage: int
    answers: tuple[tuple[str, int], ...]
    where: str


class Squad(NamedTuple):
    """A file of questions: passages, questions, and whether a question may have no answer."""

    passages: list[str]
    questions: list[Question]
    may_be_unanswerable: bool


def read_squad(path: str | Path, *, labelled: bool = True) -> Squad:
    """Read SQuAD JSON, version 1.1 or 2.0.

    Args:
        path: the file.
        labelled: whether questions must come with answers (or with ``is_impossible``).

    Returns:
        Passages and questions in the order of the file.

    Raises:
        ValueError: if the file is not SQuAD JSON, an answer does not stand in its passage where
            the file says so, two questions share an id, or there is no question; the message names
            the file, the question and the rule.
        OSError: if the file cannot be read.
    """
    text = read_text(path)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}:{error.lineno}: the file must be JSON: {error}") from error
    passages: list[str] = []
    questions: list[Question] = []
    seen: set[str] = set()
    for a, article in enumerate(_field(document, "data", list, str(path))):
        place = f"{path}: data[{a}]"
        for p, paragraph in enumerate(_field(article, "paragraphs", list, place)):
            here = f"{place}.paragraphs[{p}]"
            passage = _field(paragraph, "context", str, here)
            for q, item in enumerate(_field(paragraph, "qas", list, here)):
                question = _question(item, f"{here}.qas[{q}]", passage, len(passages), labelled)
                if question.id in seen:
                    raise ValueError(f"{question.where}: the id {question.id!r} must be unique")
                seen.add(question.id)
                questions.append(question)
            passages.append(passage)
    if not questions:
        raise ValueError(f"{path}: the file must hold at least one question, got none")
    unanswerable = labelled and any(not question.answers for question in questions)
    version = str(document.get("version", ""))
    return Squad(passages, questions, unanswerable or version.lstrip("v").startswith("2"))


def _question(item: Any, here: str, passage: str, number: int, labelled: bool) -> Question:
    name = item.get("id") if isinstance(item, dict) else None
    name = here if name is None else str(name)
    here = f"{here} (id {name})"
    answers = []
    impossible = isinstance(item, dict) and item.get("is_impossible") is True
    if not impossible and (labelled or "answers" in item):
        for answer in _field(item, "answers", list, here):
            text = _field(answer, "text", str, here)
            start = _field(answer, "answer_start", int, here)
            if not text or start < 0 or passage[start : start + len(text)] != text:
                raise ValueError(
                    f"{here}: an answer must stand in its passage at answer_start: expected "
                    f"{text!r} at character {start}, got {passage[max(start, 0) :][: len(text)]!r}"
                )
            answers.append((text, start))
        if labelled and not answers and "is_impossible" not in item:
            raise ValueError(f"{here}: a question needs an answer or is_impossible: true, got none")
    return Question(name, _field(item, "question", str, here), number, tuple(answers), here)


def _field(record: Any, name: str, kind: type, here: str) -> Any:
    if not isinstance(record, dict) or name not in record:
        raise ValueError(f"{here}: expected an object with the field {name!r}")
    value = record[name]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(
            f"{here}: the field {name!r} must be of type {kind.__name__}, "
            f"got {type(value).__name__}"
        )
    return value


def normalize_answer(text: str) -> str:
    """What two answers are compared by.

    Example:
        >>> normalize_answer("  The Eiffel-Tower, in Paris!")
        'eiffeltower in paris'
    """
    text = "".join(c for c in text.lower() if c not in _PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", text).split())


_PUNCTUATION = frozenset(string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def exact_match(predicted: str, answer: str) -> float:
    """1.0 if the normalized texts are equal, else 0.0."""
    return float(normalize_answer(predicted) == normalize_answer(answer))


def token_f1(predicted: str, answer: str) -> float:
    """F1 of the words two answers share; if either has no word, 1.0 if both have none.

    Example:
        >>> token_f1("the red car", "a red bus")
        0.5
    """
    ours, true = normalize_answer(predicted).split(), normalize_answer(answer).split()
    if not ours or not true:
        return float(ours == true)
    shared = sum((Counter(ours) & Counter(true)).values())
    return 2 * shared / (len(ours) + len(true))


def squad_metrics(
    predicted: Mapping[str, str], questions: Sequence[Question], unanswerable: bool
) -> dict[str, float]:
    """The scores of the official scripts, in percent.

    Args:
        predicted: question id -> answer; the empty text says that there is none.
        questions: the questions with their answers.
        unanswerable: whether to follow the script of version 2.0, where a question may have no
            answer.

    Returns:
        ``exact_match`` and ``f1``; for version 2.0 also the same of the questions with an answer
        (``has_answer_exact_match`` ...) and of those without (``no_answer_exact_match`` ...).

    Raises:
        ValueError: if a question has no prediction, there are no questions, or one has no answer
            while `unanswerable` is false.
    """
    if not questions:
        raise ValueError("there must be at least one question to score, got none")
    for question in questions:
        if question.id not in predicted:
            raise ValueError(f"{question.where}: no answer was predicted")
    guesses = [predicted[question.id] for question in questions]
    exact = answer_scores(guesses, questions, unanswerable, exact=True)
    f1 = answer_scores(guesses, questions, unanswerable)
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
) -> NDArray[np.float64]:
    """Score each answer against the accepted answer it is nearest to.

    Args:
        guesses: (Q,) the answers; the empty text says that there is none.
        questions: (Q,) the questions.
        unanswerable: whether a question may have no answer.
        exact: exact match instead of F1.

    Returns:
        (Q,) scores between 0 and 1.

    Raises:
        ValueError: if a question has no answer while `unanswerable` is false.
    """
    scores = []
    for guess, question in zip(guesses, questions, strict=True):
        gold = [text for text, _ in question.answers]
        if unanswerable:
            gold = [text for text in gold if normalize_answer(text)] or [""]
        elif not gold:
            raise ValueError(f"{question.where}: the question has no answer to compare with")
        if exact:
            scores.append(max(exact_match(guess, text) for text in gold))
        else:
            scores.append(max(_f1_of_version(guess, text, unanswerable) for text in gold))
    return np.array(scores)


def _f1_of_version(guess: str, text: str, unanswerable: bool) -> float:
    # The script of version 1.1 gives 0 where nothing is shared, two empty answers included.
    if not unanswerable and not normalize_answer(text):
        return 0.0
    return token_f1(guess, text)
