"""Question answering files: SQuAD 1.1 and 2.0 JSON."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from bert_min.text.decoded_lines import read_text


class Question(NamedTuple):
    """A question about a passage.

    Attributes:
        id: Its id in the file.
        text: The question.
        passage: Number of the passage in `Squad.passages`.
        answers: (text, first character in the passage) of each accepted answer; none if the passage
            does not answer the question.
        where: Its source, for messages.
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
        path: The file.
        labelled: Whether questions must come with answers (or with ``is_impossible``).

    Returns:
        Passages and questions in the order of the file.

    Raises:
        ValueError: If the file is not SQuAD JSON, an answer is not in its passage where
            the file says so, two questions share an id, or there is no question; the message names
            the file, the question and the rule.
        OSError: If the file cannot be read.
    """
    text = read_text(path)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}:{error.lineno}: the file must be JSON: {error}") from error
    passages: list[str] = []
    questions: list[Question] = []
    ids: set[str] = set()
    for a, article in enumerate(_field(document, "data", list, str(path))):
        source = f"{path}: data[{a}]"
        for p, paragraph in enumerate(_field(article, "paragraphs", list, source)):
            here = f"{source}.paragraphs[{p}]"
            passage = _field(paragraph, "context", str, here)
            for q, item in enumerate(_field(paragraph, "qas", list, here)):
                question = _question(item, f"{here}.qas[{q}]", passage, len(passages), labelled)
                if question.id in ids:
                    raise ValueError(f"{question.where}: the id {question.id!r} must be unique")
                ids.add(question.id)
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
