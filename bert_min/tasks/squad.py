"""Question answering files: SQuAD 1.1 and 2.0 JSON, and flat records of `datasets`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bert_min.text.decoded_lines import read_lines, refuse_surrogates
from bert_min.text.json_records import read_json, read_json_records
from bert_min.text.tables import is_json, is_table, iterate_table


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
    """A file of questions.

    Attributes:
        passages: Its passages.
        questions: Its questions.
        may_be_unanswerable: Whether a question may have no answer.
        language: Whose rules compare answers, if the file says so: "ko" for KorQuAD.
    """

    passages: list[str]
    questions: list[Question]
    may_be_unanswerable: bool
    language: str | None = None

    def take(self, rows: NDArray[np.int64]) -> "Squad":
        """Some of the questions, with their passages."""
        questions = [self.questions[row] for row in rows.tolist()]
        kept = sorted({question.passage for question in questions})
        numbers = {passage: number for number, passage in enumerate(kept)}
        return self._replace(
            passages=[self.passages[passage] for passage in kept],
            questions=[q._replace(passage=numbers[q.passage]) for q in questions],
        )


class _Item(NamedTuple):
    """A question as the file has it, its passage, and where both stand."""

    where: str
    question: Any
    passage: str


def read_squad(path: str | Path, *, labelled: bool = True) -> Squad:
    """Read questions: SQuAD JSON, version 1.1 or 2.0, or flat records.

    Flat records are those of `datasets`: JSON Lines, an array, or an array under "data", each with
    ``question``, ``context``, and ``answers`` as ``{"text": [...], "answer_start": [...]}`` (empty
    lists where there is no answer). Without labels also a table with a separator.

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
    document = _whole(path)
    if document is None or _is_flat(document):
        items, version = _flat_items(path), ""
    else:
        items = _nested_items(path, document)
        version = str(document.get("version", "")) if isinstance(document, dict) else ""
    passages: list[str] = []
    numbers: dict[str, int] = {}
    questions: list[Question] = []
    ids: set[str] = set()
    for where, item, passage in items:
        if passage not in numbers:
            numbers[passage] = len(passages)
            passages.append(passage)
        question = _question(item, where, passage, numbers[passage], labelled)
        if question.id in ids:
            raise ValueError(f"{question.where}: the id {question.id!r} must be unique")
        ids.add(question.id)
        questions.append(question)
    if not questions:
        raise ValueError(f"{path}: the file must hold at least one question, got none")
    unanswerable = labelled and any(not question.answers for question in questions)
    return Squad(
        passages,
        questions,
        unanswerable or version.lstrip("v").startswith("2"),
        "ko" if version.lower().startswith("korquad") else None,
    )


def _whole(path: str | Path) -> Any:
    """The document of a file; None if it is one record a line, or a table."""
    ending = Path(path).suffix.lower()
    if is_table(path) and ending != ".json":
        return None
    try:
        return read_json(path)
    except ValueError:
        if is_json(lambda: read_lines(path)):
            return None  # an object a line, whatever the ending says
        raise


def _is_flat(document: Any) -> bool:
    records = document.get("data") if isinstance(document, dict) else document
    if not isinstance(records, list) or not records or not isinstance(records[0], dict):
        return False
    return "question" in records[0] and "paragraphs" not in records[0]


def _nested_items(path: str | Path, document: Any) -> Iterator[_Item]:
    for a, article in enumerate(_field(document, "data", list, str(path))):
        source = f"{path}: data[{a}]"
        for p, paragraph in enumerate(_field(article, "paragraphs", list, source)):
            here = f"{source}.paragraphs[{p}]"
            passage = _field(paragraph, "context", str, here)
            for q, item in enumerate(_field(paragraph, "qas", list, here)):
                yield _Item(f"{here}.qas[{q}]", item, passage)


def _flat_items(path: str | Path) -> Iterator[_Item]:
    records: Iterator[tuple[str, dict[str, Any]]]
    if Path(path).suffix.lower() in (".csv", ".tsv"):
        records = ((row.where, dict(row.values)) for row in iterate_table(path))
    else:
        records = iter(read_json_records(path))
    for where, record in records:
        yield _Item(where, _with_answers(record, where), _field(record, "context", str, where))


def _with_answers(record: dict[str, Any], where: str) -> dict[str, Any]:
    """The record with its answers as SQuAD has them."""
    answers = record.get("answers")
    if not isinstance(answers, dict):
        return record
    texts = _field(answers, "text", list, where)
    starts = _field(answers, "answer_start", list, where)
    if len(texts) != len(starts):
        raise ValueError(
            f"{where}: {len(texts)} answers must have as many starts, got {len(starts)}"
        )
    pairs = zip(texts, starts, strict=True)
    found = [{"text": text, "answer_start": start} for text, start in pairs]
    return {**record, "answers": found, "is_impossible": not found}


def _question(item: Any, here: str, passage: str, number: int, labelled: bool) -> Question:
    name = item.get("id") if isinstance(item, dict) else None
    name = here if name is None else str(name)
    here = f"{here} (id {name})"
    answers = []
    impossible = isinstance(item, dict) and item.get("is_impossible") is True
    if not impossible and (labelled or item.get("answers") is not None):
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
    if isinstance(value, str):
        refuse_surrogates(value, here)
    return value
