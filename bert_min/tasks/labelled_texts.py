"""Files of labelled texts, or of labelled pairs of texts."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bert_min.text.delimited import Lines
from bert_min.text.tables import (
    TEXT_COLUMNS,
    Row,
    column_names,
    is_json,
    is_table,
    lines_again,
    pick_column,
    read_table,
    unquoted,
)

PAIR_COLUMNS = (
    ("sentence1", "sentence2"),
    ("premise", "hypothesis"),
    ("sentence_A", "sentence_B"),
    ("text_a", "text_b"),
    ("text", "text_pair"),
    ("question1", "question2"),
    ("question", "sentence"),
)
LABEL_COLUMNS = ("label", "gold_label", "entailment_judgment", "class")
ID_COLUMNS = ("id", "guid", "idx", "index", "pair_ID", "uid")


class Texts(NamedTuple):
    """Examples in columns.

    Attributes:
        first: The texts, or the first texts of the pairs.
        second: The second texts; None when the task has one text.
        labels: The labels as written; None when the file has none and none were asked for.
        where: The source of each example, such as ``dev.tsv:7``.
        ids: What the file calls each example; None if it does not say.
        notes: What in the file was read in another way than one might think.
    """

    first: list[str]
    second: list[str] | None
    labels: list[str] | None
    where: list[str]
    ids: list[str] | None = None
    notes: tuple[str, ...] = ()

    def take(self, rows: NDArray[np.int64]) -> "Texts":
        """Some of the examples."""
        columns = (self.first, self.second, self.labels, self.where, self.ids)
        first, second, labels, where, ids = (
            None if column is None else [column[row] for row in rows.tolist()] for column in columns
        )
        return Texts(first or [], second, labels, where or [], ids, self.notes)

    def record(self, number: int) -> dict[str, str]:
        """What identifies an example in an answer: ``id`` if it has one, ``text`` and ``pair``."""
        found = {} if self.ids is None else {"id": self.ids[number]}
        found["text"] = self.first[number]
        if self.second is not None:
            found["pair"] = self.second[number]
        return found


def read_texts(
    path: str | Path,
    *,
    pair: bool | None,
    labelled: bool = True,
    text_column: str | None = None,
    pair_column: str | None = None,
    label_column: str | None = None,
    label_columns: Sequence[str] = LABEL_COLUMNS,
    lines: Lines | None = None,
) -> Texts:
    """Read a CSV, TSV, JSON Lines or JSON file of texts or pairs.

    Without labels, a file may also hold plain lines, each a text, or two with a tab between them;
    see `holds_lines`.

    Args:
        path: The file; see `bert_min.text.tables.iterate_table` for the formats.
        pair: Whether an example has two texts; None if it is for the file to say.
        labelled: Whether the file must have labels; without, they are not read.
        text_column: Name of the (first) text column; by default the usual names are tried.
        pair_column: Name of the second text column.
        label_column: Name of the label column.
        label_columns: Its usual names, the best first.
        lines: The lines of the file, if they have been read already.

    Returns:
        The examples, in the order of the file.

    Raises:
        ValueError: If the format is broken, a column is missing, a label is empty, or there is no
            example; the message names file, line and rule.
        OSError: If the file cannot be read.
    """
    lines = lines or lines_again(path)
    is_named = text_column is not None or pair_column is not None
    if not labelled and not is_named and holds_lines(path, lines):
        return read_lines_of_texts(path, pair=pair, lines=lines)
    rows = read_table(path, lines)
    columns = list(rows[0].values)
    if pair is not False and text_column is None and pair_column is None:
        couple = next((c for c in PAIR_COLUMNS if set(c) <= set(columns)), None)
        if couple or pair:
            text_column, pair_column = couple or PAIR_COLUMNS[0]
    pair = pair or (pair is None and pair_column is not None)
    names = [pick_column(path, columns, text_column, TEXT_COLUMNS, "text")]
    if pair:
        names.append(pick_column(path, columns, pair_column, ("sentence2", "text_pair"), "pair"))
    if labelled:
        names.append(pick_column(path, columns, label_column, label_columns, "label"))
    found: list[list[str]] = [[] for _ in names]
    for where, values, quotes_are_text in rows:
        for name, column in zip(names, found, strict=True):
            if name not in values:
                raise ValueError(f"{where}: every example must have the field {name!r}")
            column.append(values[name])
        if labelled:
            label = found[-1][-1].strip()
            found[-1][-1] = unquoted(label).strip() if quotes_are_text else label
            if not found[-1][-1]:
                raise ValueError(f"{where}: the label in column {names[-1]!r} must not be empty")
    return Texts(
        found[0],
        found[1] if pair else None,
        found[-1] if labelled else None,
        [row.where for row in rows],
        _ids(rows, {*names}),
    )


def holds_lines(path: str | Path, lines: Lines) -> bool:
    """Whether a file holds plain lines, each a text, rather than a table.

    A table has the ending of one, or is JSON, or names a column for the texts in its first line.

    Args:
        path: The file.
        lines: Its lines.
    """
    if is_table(path) or is_json(lines):
        return False
    usual = {*TEXT_COLUMNS, *(name for couple in PAIR_COLUMNS for name in couple)}
    return not usual & {*column_names(lines)}


def read_lines_of_texts(
    path: str | Path, *, pair: bool | None, lines: Lines | None = None
) -> Texts:
    """Read a file of plain lines, each a text, or two texts with a tab between them.

    Args:
        path: The file; "-" is the standard input.
        pair: Whether an example has two texts; None if it is for the file to say.
        lines: Its lines, if they have been read already.

    Returns:
        The texts, without labels; an empty line is an empty text.

    Raises:
        ValueError: If there is no line, or a pair is not one.
    """
    found = list((lines or lines_again(path))())
    where = [f"{path}:{number}" for number in range(1, len(found) + 1)]
    if not found:
        raise ValueError(f"{path}: the file must hold at least one example, got none")
    if pair is None:
        pair = all(line.count("\t") == 1 for line in found)
    if not pair:
        return Texts(found, None, None, where, notes=("read as lines, each a text",))
    cells = [line.split("\t") for line in found]
    for place, parts in zip(where, cells, strict=True):
        if len(parts) != 2:
            raise ValueError(
                f"{place}: a line without column names must hold two texts with a tab between "
                f"them, got {len(parts)}"
            )
    first, second = ([parts[side] for parts in cells] for side in (0, 1))
    return Texts(first, second, None, where, notes=("read as lines, each a pair of texts",))


def _ids(rows: Sequence[Row], taken: set[str]) -> list[str] | None:
    columns = rows[0].values.keys() - taken
    name = next((name for name in ID_COLUMNS if name in columns), None)
    if name is None or any(name not in row.values for row in rows):
        return None
    return [row.values[name] for row in rows]
