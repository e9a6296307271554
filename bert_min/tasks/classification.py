"""Classification of one text, and of pairs of texts (natural language inference)."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.model.pretrained import PretrainedModel
from bert_min.tasks.base import Record, TrainingExamples
from bert_min.tasks.labelled_texts import Texts
from bert_min.tasks.text_task import TextTask
from bert_min.text.batch import Batch
from bert_min.text.lists import check_several
from bert_min.training.objective import LossTerm, cross_entropy_term, run_packed, to_device
from bert_min.training.run_state import Metrics

Int = NDArray[np.int64]
MANY_LABELS = 20  # with more, the number of examples decides whether they can be classes


def label_names(labels: Sequence[str], where: Sequence[str] = ()) -> list[str]:
    """Sort the distinct labels, so that their numbers do not depend on the order of a file.

    Args:
        labels: (N,) labels as written.
        where: (N,) the source of each, for messages; empty if there is none.

    Returns:
        The labels, those that are numbers by size.

    Raises:
        ValueError: If there are fewer than two, one is NaN or a number such as 3.8, or most of more
            than 20 occur once, so that they are no classes.

    Example:
        >>> label_names(["pos", "neg", "pos"])
        ['neg', 'pos']
    """
    check_several("labels", labels)
    first = dict(zip(reversed(labels), reversed(where or labels), strict=True))
    numbers = {name: number for name in first if (number := _as_number(name)) is not None}
    for name, number in numbers.items():
        if math.isnan(number):
            raise ValueError(f"{first[name]}: the label {name!r} is none: leave such rows out")
        if number % 1:
            raise ValueError(
                f"{first[name]}: a label must be a name or a whole number, got {name!r}: numbers "
                "such as these are learnt with --task regression"
            )
    names = sorted(first, key=lambda name: (numbers.get(name, 0.0), name))
    if len(names) < 2:
        raise ValueError(f"a classifier needs at least 2 labels, the training set has {names}")
    if len(names) > max(MANY_LABELS, len(labels) / 2):
        raise ValueError(
            f"the {len(labels)} examples have {len(names)} labels, such as {names[0]!r} and "
            f"{names[-1]!r}, too many to learn: is it the right column? Numbers on a scale are "
            "learnt with --task regression"
        )
    return names


def label_ids(
    labels: Sequence[str], names: Sequence[str], where: Sequence[str]
) -> NDArray[np.int64]:
    """Number the labels.

    Args:
        labels: (N,) labels as written.
        names: The labels of the training set, in the order of their numbers.
        where: (N,) the source of each, for the message.

    Returns:
        (N,) their numbers.

    Raises:
        ValueError: If a label is not in the training set.
    """
    number = {name: i for i, name in enumerate(names)}
    for label, source in zip(labels, where, strict=True):
        if label not in number:
            raise ValueError(
                f"{source}: label {label!r} does not occur in the training set, whose labels are "
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
        names: The labels.

    Returns:
        ``accuracy``, ``macro_f1`` and ``f1_LABEL`` for each label, between 0 and 1. The F1 of a
        label that is neither expected nor predicted is 0, and not part of the mean, as in
        scikit-learn.

    Raises:
        ValueError: If the sizes differ or are 0.

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
    there = either > 0
    return {
        "accuracy": float((predicted == expected).mean()),
        "macro_f1": float(f1[there].mean()),
        **{f"f1_{name}": float(value) for name, value in zip(names, f1, strict=True)},
    }


def _as_number(name: str) -> float | None:
    try:
        number = float(name)
    except ValueError:
        return None
    return None if math.isinf(number) else number


class ClassificationTask(TextTask):
    """Classification of texts ("classification") or pairs ("nli")."""

    metric = "accuracy"

    @property
    def pair(self) -> bool | None:
        """Whether an example has two texts: those of "nli" do."""
        return None if self.settings.one_or_two_texts else self.settings.task == "nli"

    def head_settings(self) -> dict[str, Any]:
        """An output for each label."""
        labels = dict(enumerate(self.labels))
        return {"id2label": labels, "problem_type": "single_label_classification"}

    def learn(self, data: Texts) -> None:
        """Take the labels from the training set, unless the settings name them.

        Raises:
            ValueError: If there are fewer than two.
        """
        names = self.labels or tuple(label_names(data.labels or [], data.where))
        self.settings = replace(self.settings, labels=names)

    def groups(self, data: Texts) -> tuple[Int, Int]:
        """Every example alone, the labels spread evenly."""
        labels = label_ids(data.labels or [], self.labels, data.where)
        return np.arange(len(labels)), labels

    def check(self, data: Texts) -> None:
        """Refuse unknown labels; see `label_ids`."""
        label_ids(data.labels or [], self.labels, data.where)

    def training_examples(self, data: Texts) -> TrainingExamples:
        """Tokenize the texts and number their labels."""
        labels = label_ids(data.labels or [], self.labels, data.where)
        return TrainingExamples(self.inputs(data), data.where, row_labels=labels[:, None])

    def loss(
        self, model: PretrainedModel, batch: Batch, device: torch.device
    ) -> dict[str, LossTerm]:
        """Cross entropy of the labels; logits (B, labels)."""
        logits = run_packed(model, batch, device).logits
        return {"label": cross_entropy_term(logits, to_device(batch.row_labels[:, 0], device))}

    def predict(self, model: PretrainedModel, data: Texts) -> list[Record]:
        """Label every example.

        Returns:
            For each its ``text`` (with ``id`` and ``pair`` if it has them), the ``label``, its
            probability as ``score``, and the ``probabilities`` of all labels.
        """
        inputs = self.inputs(data)
        logits = np.zeros((len(inputs), len(self.labels)))
        for rows, _, (found,) in self.scores(model, inputs, data.where):
            logits[rows] = found
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return [
            {
                **data.record(number),
                "label": self.labels[int(row.argmax())],
                "score": float(row.max()),
                "probabilities": dict(zip(self.labels, row.tolist(), strict=True)),
            }
            for number, row in enumerate(shares)
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
