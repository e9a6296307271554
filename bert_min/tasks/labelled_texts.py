"""Files of labelled texts, or of labelled pairs of texts."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bert_min.text.tables import TEXT_COLUMNS, pick_column, read_table, unquoted

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


class Texts(NamedTuple):
    """Examples in columns.

    Attributes:
        first: The texts, or the first texts of the pairs.
        second: The second texts; None when the task has one text.
        labels: The labels as written; None when the file has none and none were asked for.
        where: The source of each example, such as ``dev.tsv:7``.
    """

    first: list[str]
    second: list[str] | None
    labels: list[str] | None
    where: list[str]


def read_texts(
    path: str | Path,
    *,
    pair: bool | None,
    labelled: bool = True,
    text_column: str | None = None,
    pair_column: str | None = None,
    label_column: str | None = None,
    label_columns: Sequence[str] = LABEL_COLUMNS,
) -> Texts:
    """Read a CSV, TSV, JSON Lines or JSON file of texts or pairs.

    Args:
        path: The file; see `bert_min.text.tables.iterate_table` for the formats.
        pair: Whether an example has two texts; None if it is for the file to say.
        labelled: Whether the file must have labels; without, they are not read.
        text_column: Name of the (first) text column; by default the usual names are tried.
        pair_column: Name of the second text column.
        label_column: Name of the label column.
        label_columns: Its usual names, the best first.

    Returns:
        The examples, in the order of the file.

    Raises:
        ValueError: If the format is broken, a column is missing, a label is empty, or there is no
            example; the message names file, line and rule.
        OSError: If the file cannot be read.
    """
    rows = read_table(path)
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
    )
