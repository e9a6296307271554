"""Classification of one text, and of pairs of texts (natural language inference)."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.model.heads import BertForSequenceClassification
from bert_min.model.pretrained import PretrainedModel
from bert_min.tasks.base import Record, Task, TrainingExamples, scores_of
from bert_min.tasks.labelled_texts import Texts, read_texts
from bert_min.text.batch import Batch
from bert_min.text.examples import Examples, assemble
from bert_min.text.tokenize import encode_texts
from bert_min.training.objective import LossTerm, cross_entropy_term, run_packed, to_device
from bert_min.training.run_state import Metrics


def label_names(labels: Sequence[str]) -> list[str]:
    """Sort the distinct labels, so that their numbers do not depend on the order of a file.

    Raises:
        ValueError: If there are fewer than two.

    Example:
        >>> label_names(["pos", "neg", "pos"])
        ['neg', 'pos']
    """
    names = sorted(
        set(labels), key=lambda name: (int(name), name) if _is_number(name) else (0, name)
    )
    if len(names) < 2:
        raise ValueError(f"a classifier needs at least 2 labels, the training set has {names}")
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
        label that is neither expected nor predicted is 0.

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
    return {
        "accuracy": float((predicted == expected).mean()),
        "macro_f1": float(f1.mean()),
        **{f"f1_{name}": float(value) for name, value in zip(names, f1, strict=True)},
    }


def _is_number(name: str) -> bool:
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
        first = encode_texts(self.tokenizer, data.first, add_special_tokens=False)
        second = None
        if data.second is not None:
            second = encode_texts(self.tokenizer, data.second, add_special_tokens=False)
        return assemble(self.special, self.settings.max_length or 128, first, second)

    def learn(self, data: Texts) -> None:
        """Take the labels from the training set, unless the settings name them.

        Raises:
            ValueError: If there are fewer than two.
        """
        names = self.labels or tuple(label_names(data.labels or []))
        self.settings = replace(self.settings, labels=names)

    def check(self, data: Texts) -> None:
        """Refuse unknown labels; see `label_ids`."""
        label_ids(data.labels or [], self.labels, data.where)

    def training_examples(self, data: Texts) -> TrainingExamples:
        """Tokenize the texts and number their labels."""
        labels = label_ids(data.labels or [], self.labels, data.where)
        return TrainingExamples(self.inputs(data), row_labels=labels[:, None])

    def term_counts(self, batch: Batch) -> dict[str, int]:
        """Count the texts."""
        return {"label": len(batch.lengths)}

    def loss(
        self, model: PretrainedModel, batch: Batch, device: torch.device
    ) -> dict[str, LossTerm]:
        """Cross entropy of the labels; logits (B, labels)."""
        logits = run_packed(model, batch, device).logits
        return {"label": cross_entropy_term(logits, to_device(batch.row_labels[:, 0], device))}

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
