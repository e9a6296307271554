"""Files of labelled texts, or of labelled pairs of texts."""

from pathlib import Path
from typing import NamedTuple

from bert_min.tasks.tables import pick_column, read_table

TEXT_COLUMNS = ("sentence", "text", "document", "review", "content")
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
    pair: bool,
    labelled: bool = True,
    text_column: str | None = None,
    pair_column: str | None = None,
    label_column: str | None = None,
) -> Texts:
    """Read a TSV, JSON Lines or JSON file of texts or pairs.

    Args:
        path: The file; see `bert_min.tasks.tables.read_table` for the formats.
        pair: Whether an example has two texts.
        labelled: Whether the file must have labels; without, they are not read.
        text_column: Name of the (first) text column; by default the usual names are tried.
        pair_column: Name of the second text column.
        label_column: Name of the label column.

    Returns:
        The examples, in the order of the file.

    Raises:
        ValueError: If the format is broken, a column is missing, a label is empty, or there is no
            example; the message names file, line and rule.
        OSError: If the file cannot be read.
    """
    rows = read_table(path)
    columns = list(rows[0].values)
    if pair and text_column is None and pair_column is None:
        couple = next((c for c in PAIR_COLUMNS if set(c) <= set(columns)), PAIR_COLUMNS[0])
        text_column, pair_column = couple
    names = [pick_column(path, columns, text_column, TEXT_COLUMNS, "text")]
    if pair:
        names.append(pick_column(path, columns, pair_column, ("sentence2", "text_pair"), "pair"))
    if labelled:
        names.append(pick_column(path, columns, label_column, LABEL_COLUMNS, "label"))
    found: list[list[str]] = [[] for _ in names]
    for where, values in rows:
        for name, column in zip(names, found, strict=True):
            if name not in values:
                raise ValueError(f"{where}: every example must have the field {name!r}")
            column.append(values[name])
        if labelled and not found[-1][-1].strip():
            raise ValueError(f"{where}: the label in column {names[-1]!r} must not be empty")
    return Texts(
        found[0],
        found[1] if pair else None,
        [label.strip() for label in found[-1]] if labelled else None,
        [row.where for row in rows],
    )
