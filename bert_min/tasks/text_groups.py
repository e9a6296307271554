"""Files of texts that belong together: pairs, triplets, pairs with a score, or texts alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bert_min.tasks.labelled_texts import PAIR_COLUMNS, holds_lines, read_lines_of_texts
from bert_min.text.json_records import LINE_ENDINGS, read_json_records
from bert_min.text.tables import TEXT_COLUMNS, is_json, lines_again, pick_column, read_table

# The first text and the one that belongs to it, the best names first.
COUPLES: Final = (
    ("anchor", "positive"),
    ("query", "positive"),
    ("query", "pos"),
    ("query", "document"),
    ("query", "passage"),
    ("question", "answer"),
    *PAIR_COLUMNS,
)
NEGATIVES: Final = ("negative", "negatives", "neg")  # also with a number behind it
SCORES: Final = ("score", "label", "similarity", "rating", "labels.real-label", "labels.label")


class TextGroups(NamedTuple):
    """Examples in columns.

    Attributes:
        texts: Of each example: a text and the one that belongs to it, then texts that do not. A
            text alone is there twice: what belongs to it is itself.
        scores: How alike the two texts of each example are; NaN for an example without a score.
        where: The source of each example, such as ``train.tsv:7``.
    """

    texts: list[tuple[str, ...]]
    scores: NDArray[np.float64]
    where: list[str]

    def take(self, rows: NDArray[np.int64]) -> TextGroups:
        """Some of the examples."""
        picked = rows.tolist()
        return TextGroups(
            [self.texts[row] for row in picked], self.scores[rows], [self.where[i] for i in picked]
        )

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Which examples have a score."""
        return ~np.isnan(self.scores)

    @property
    def alone(self) -> bool:
        """Whether the examples are single texts."""
        return all(len(group) == 2 and group[0] == group[1] for group in self.texts)


def join_groups(parts: Sequence[TextGroups]) -> TextGroups:
    """Put the examples of several files one after the other."""
    return TextGroups(
        [group for part in parts for group in part.texts],
        np.concatenate([part.scores for part in parts]),
        [place for part in parts for place in part.where],
    )


def read_text_groups(
    path: str | Path,
    *,
    text_column: str | None = None,
    pair_column: str | None = None,
    label_column: str | None = None,
    max_score: float | None = None,
) -> TextGroups:
    """Read a file of pairs, triplets, scored pairs, or texts.

    The columns say which: a couple such as ``anchor`` and ``positive``; besides it ``negative``,
    ``negative_1`` and so on, or ``score``. In JSON, ``pos`` and ``neg`` may be lists. One column of
    texts, or lines without columns, are texts alone.

    Args:
        path: CSV, TSV, JSON Lines or JSON, or plain lines (with a tab, pairs).
        text_column: Column of the first text; None to look for the usual names.
        pair_column: Column of the text that belongs to it.
        label_column: Column of the score.
        max_score: Highest score, 0 being the lowest; None for any numbers.

    Returns:
        The examples, in the order of the file.

    Raises:
        ValueError: A side is empty, a score is no number or outside its range, a column is missing;
            the message names file, line and rule.
        OSError: The file cannot be read.
    """
    lines = lines_again(path)
    if text_column is None and pair_column is None and holds_lines(path, lines):
        found = read_lines_of_texts(path, pair=None, lines=lines)
        second = found.first if found.second is None else found.second
        rows = list(zip(found.where, zip(found.first, second, strict=True), strict=True))
        _check_sides(rows)
        return TextGroups([texts for _, texts in rows], np.full(len(rows), math.nan), found.where)
    records = list(_records(path, lines))
    if not records:
        raise ValueError(f"{path}: the file must hold at least one example, got none")
    columns = list(records[0][1])
    names = _couple(path, columns, text_column, pair_column)
    negatives = [name for name in columns if _is_negative(name)]
    score = None
    if label_column is not None or (not negatives and set(SCORES) & set(columns)):
        score = pick_column(path, columns, label_column, SCORES, "label")
    examples: list[tuple[str, tuple[str, ...]]] = []
    scores: list[float] = []
    for where, record in records:
        sides = [_texts(where, record, name) for name in names]
        wrong = [text for name in negatives for text in _texts(where, record, name)]
        value = math.nan if score is None else _score(where, record, score, max_score)
        for first in sides[0]:
            for other in sides[-1]:
                examples.append((where, (first, other, *wrong)))
                scores.append(value)
    _check_sides(examples)
    return TextGroups([t for _, t in examples], np.array(scores), [w for w, _ in examples])


def _records(path: str | Path, lines: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield where a record is and its values; in JSON a value may be a list."""
    ending = Path(path).suffix.lower()
    if ending == ".json" or ending in LINE_ENDINGS or (not ending and is_json(lines)):
        yield from read_json_records(path, lines())
        return
    for row in read_table(path, lines):
        yield row.where, row.values


def _couple(
    path: str | Path, columns: list[str], first: str | None, second: str | None
) -> tuple[str, ...]:
    if first is None and second is None:
        couple = next((c for c in COUPLES if set(c) <= set(columns)), None)
        if couple is not None:
            return couple
        return (pick_column(path, columns, None, TEXT_COLUMNS, "text"),)
    text = pick_column(path, columns, first, [c for c, _ in COUPLES], "text")
    if second is None:
        return (text,)
    return text, pick_column(path, columns, second, (), "pair")


def _is_negative(name: str) -> bool:
    return name.rstrip("0123456789").rstrip("_") in NEGATIVES


def _texts(where: str, record: Mapping[str, Any], name: str) -> list[str]:
    value: Any = record.get(name)
    found: list[Any] = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(text, str) for text in found):
        raise ValueError(f"{where}: {name!r} must be a text or a list of texts, got {value!r:.80}")
    return found


def _score(where: str, record: Mapping[str, Any], name: str, highest: float | None) -> float:
    given = record.get(name)
    try:
        value = float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{where}: the score must be a finite number, got {given!r}")
    if highest is not None and not 0 <= value <= highest:
        raise ValueError(f"{where}: the score must lie in 0 to {highest:g}, got {given!r}")
    return value


def _check_sides(examples: Sequence[tuple[str, tuple[str, ...]]]) -> None:
    for where, texts in examples:
        for number, text in enumerate(texts):
            if not text.strip():
                side = ("first text", "second text")[number] if number < 2 else "negative"
                raise ValueError(
                    f"{where}: no text of an example may be empty, got {text!r} as its {side}"
                )
