"""Classification of one text, and of pairs of texts (natural language inference)."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from bert_min.model.heads import BertForSequenceClassification
from bert_min.model.pretrained import PretrainedModel
from bert_min.tasks.base import Metrics, Record, Task, scores_of
from bert_min.tasks.tables import pick_column, read_table
from bert_min.text.batch import Batch, Term, move, run
from bert_min.text.examples import Examples, Flat, assemble

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
        first: the texts, or the first texts of the pairs.
        second: the second texts; None when the task has one text.
        labels: the labels as written; None when the file has none and none were asked for.
        where: the place of each example, such as ``dev.tsv:7``.
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
        path: the file; see `bert_min.tasks.tables.read_table` for the formats.
        pair: whether an example has two texts.
        labelled: whether the file must have labels; without, they are not read.
        text_column: name of the (first) text column; by default the usual names are tried.
        pair_column: name of the second text column.
        label_column: name of the label column.

    Returns:
        The examples, in the order of the file.

    Raises:
        ValueError: if the format is broken, a column is missing, a label is empty, or there is no
            example; the message names file, line and rule.
        OSError: if the file cannot be read.
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


def label_names(labels: Sequence[str]) -> list[str]:
    """The distinct labels, sorted, so that their numbers do not depend on the order of a file.

    Raises:
        ValueError: if there are fewer than two.

    Example:
        >>> label_names(["pos", "neg", "pos"])
        ['neg', 'pos']
    """
    names = sorted(set(labels), key=lambda name: (int(name), name) if _whole(name) else (0, name))
    if len(names) < 2:
        raise ValueError(f"a classifier needs at least 2 labels, the training set has {names}")
    return names


def label_ids(
    labels: Sequence[str], names: Sequence[str], where: Sequence[str]
) -> NDArray[np.int64]:
    """Number the labels.

    Args:
        labels: (N,) labels as written.
        names: the labels of the training set, in the order of their numbers.
        where: (N,) the place of each, for the message.

    Returns:
        (N,) their numbers.

    Raises:
        ValueError: if a label is not in the training set.
    """
    number = {name: i for i, name in enumerate(names)}
    for label, place in zip(labels, where, strict=True):
        if label not in number:
            raise ValueError(
                f"{place}: label {label!r} does not occur in the training set, whose labels are "
                f"{', '.join(names)}"
            )
    return np.array([number[label] for label in labels], np.int64)


def classification_metrics(
    predicted: NDArray[np.int64], expected: NDArray[np.int64], names: Sequence[str]
) -> dict[str, float]:
    """Accuracy, F1 of every label and their mean.

    Args:
        predicted: (N,) label numbers.
        expected: (N,) label numbers.
        names: the labels.

    Returns:
        ``accuracy``, ``macro_f1`` and ``f1_LABEL`` for each label, between 0 and 1. The F1 of a
        label that is neither expected nor predicted is 0.

    Raises:
        ValueError: if the sizes differ or are 0.

    Example:
        >>> found = classification_metrics(np.array([0, 1, 1]), np.array([0, 1, 0]), ["a", "b"])
        >>> {name: round(value, 3) for name, value in found.items()}
        {'accuracy': 0.667, 'macro_f1': 0.667, 'f1_a': 0.667, 'f1_b': 0.667}
    """
    if predicted.shape != expected.shape or not len(predicted):
        raise ValueError(
            f"as many labels must be predicted as expected, and at least one, got "
            f"{len(predicted)} and {len(expected)}"
        )
    right = np.bincount(predicted[predicted == expected], minlength=len(names))
    either = np.bincount(predicted, minlength=len(names)) + np.bincount(
        expected, minlength=len(names)
    )
    f1 = 2 * right / np.maximum(either, 1)
    return {
        "accuracy": float((predicted == expected).mean()),
        "macro_f1": float(f1.mean()),
        **{f"f1_{name}": float(value) for name, value in zip(names, f1, strict=True)},
    }


def _whole(name: str) -> bool:
    return name.isascii() and name.isdigit()


class ClassificationTask(Task):
    """Classification of texts ("classification") or pairs ("nli")."""

    metric = "accuracy"
    head = BertForSequenceClassification

    def read(self, path: str | Path, labelled: bool = True) -> Texts:
        """Read a file; see `read_texts`."""
        settings = self.settings
        return read_texts(
            path,
            pair=settings.task == "nli",
            labelled=labelled,
            text_column=settings.text_column,
            pair_column=settings.pair_column,
            label_column=settings.label_column,
        )

    def inputs(self, data: Texts) -> Examples:
        """Tokenize texts or pairs."""
        first = Flat.encode(self.tokenizer, data.first)
        second = None if data.second is None else Flat.encode(self.tokenizer, data.second)
        return assemble(self.special, self.settings.max_length or 128, first, second)

    def learn(self, data: Texts) -> None:
        """Take the labels from the training set, unless the settings name them.

        Raises:
            ValueError: if there are fewer than two.
        """
        names = self.labels or tuple(label_names(data.labels or []))
        self.settings = replace(self.settings, labels=names)

    def check(self, data: Texts) -> None:
        """Refuse unknown labels; see `label_ids`."""
        label_ids(data.labels or [], self.labels, data.where)

    def objective(self, data: Texts) -> "ClassificationObjective":
        """Make training examples."""
        return ClassificationObjective(
            self.inputs(data), label_ids(data.labels or [], self.labels, data.where)
        )

    def predict(self, model: PretrainedModel, data: Texts) -> list[Record]:
        """Label every example: ``label`` and the ``probabilities`` of all labels."""
        inputs = self.inputs(data)
        logits = np.zeros((len(inputs), len(self.labels)))
        for rows, _, (found,) in scores_of(model, inputs, self.settings.batch_tokens):
            logits[rows] = found
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return [
            {
                "label": self.labels[int(row.argmax())],
                "probabilities": dict(zip(self.labels, row.tolist(), strict=True)),
            }
            for row in shares
        ]

    def score(self, records: list[Record], data: Texts) -> Metrics:
        """Accuracy and F1; see `classification_metrics`."""
        number = {name: i for i, name in enumerate(self.labels)}
        predicted = np.array([number[record["label"]] for record in records], np.int64)
        expected = label_ids(data.labels or [], self.labels, data.where)
        return classification_metrics(predicted, expected, self.labels)

    def show(self, record: Record) -> str:
        """The label, its probability, then the other labels."""
        ranked = sorted(record["probabilities"].items(), key=lambda item: -item[1])
        return "  ".join(f"{name} {share:.3f}" for name, share in ranked)


class ClassificationObjective:
    """Cross entropy of the labels of texts.

    Args:
        inputs: the examples.
        labels: (N,) label numbers.
    """

    def __init__(self, inputs: Examples, labels: NDArray[np.int64]) -> None:
        self._inputs, self._labels = inputs, labels

    def start_epoch(self, epoch: int) -> None:
        """Do nothing: the examples are the same in every epoch."""

    def __len__(self) -> int:
        return len(self._inputs)

    def batch(self, rows: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        """Gather some examples, sorted by length."""
        rows = self._inputs.by_length(rows)
        return Batch(*self._inputs.gather(rows), row_labels=self._labels[rows, None])

    def weights(self, batch: Batch) -> dict[str, int]:
        """Count the texts."""
        return {"label": len(batch.lengths)}

    def loss(
        self, model: BertForSequenceClassification, batch: Batch, device: torch.device
    ) -> dict[str, Term]:
        """Run the model; logits (B, labels)."""
        logits = run(model, batch, device).logits.float()
        gold = move(batch.row_labels[:, 0], device)
        loss = F.cross_entropy(logits, gold, reduction="sum")
        return {"label": Term(loss, (logits.argmax(1) == gold).sum())}
