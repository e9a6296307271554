"""Regression: a number for a text, or for a pair of texts, such as how alike the two are."""

import math
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from bert_min.model.pretrained import PretrainedModel
from bert_min.tasks.base import Record, TrainingExamples
from bert_min.tasks.labelled_texts import LABEL_COLUMNS, Texts
from bert_min.tasks.text_task import TextTask
from bert_min.text.batch import Batch
from bert_min.training.objective import LossTerm, run_packed, to_device
from bert_min.training.run_state import Metrics

Float = NDArray[np.float64]
Int = NDArray[np.int64]


def pearson(a: Float, b: Float) -> float:
    """Pearson's correlation of two (N,) series; 0 where one of them does not vary.

    Example:
        >>> pearson(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
        1.0
    """
    if np.ptp(a) == 0 or np.ptp(b) == 0:  # the mean of equal numbers may be another one
        return 0.0
    a, b = a - a.mean(), b - b.mean()
    # each scaled first, so that no square is too large or too small for a float
    a, b = (x / (np.abs(x).max() or 1.0) for x in (a, b))
    both = math.sqrt(float(a @ a) * float(b @ b))
    return min(max(float(a @ b) / both, -1.0), 1.0) if both else 0.0


def ranks(values: Float) -> Float:
    """(N,) rank of each value from 1; equal values share the mean of their ranks.

    Example:
        >>> ranks(np.array([2.0, 1.0, 2.0])).tolist()
        [2.5, 1.0, 2.5]
    """
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    found: Float = (last - (sizes - 1) / 2)[group]
    return found


def regression_metrics(predicted: Float, expected: Float) -> dict[str, float]:
    """Compare numbers with those that were wanted.

    Args:
        predicted: (N,) numbers.
        expected: (N,) numbers.

    Returns:
        ``pearson``, ``spearman`` (the correlation of the ranks) and ``mean_squared_error``. A
        correlation with a series that does not vary is 0.

    Raises:
        ValueError: If the sizes differ or are 0.
    """
    if predicted.shape != expected.shape or not len(predicted):
        raise ValueError(
            f"as many scores must be predicted as expected, and at least one, got "
            f"{len(predicted)} and {len(expected)}"
        )
    return {
        "pearson": pearson(predicted, expected),
        "spearman": pearson(ranks(predicted), ranks(expected)),
        "mean_squared_error": float(((predicted - expected) ** 2).mean()),
    }


class RegressionTask(TextTask):
    """A number for a text or a pair; the file says which of the two."""

    metric = "mean_squared_error"  # a correlation says nothing about the scale
    larger_is_better: ClassVar = False
    label_columns: ClassVar = (
        "score",
        *LABEL_COLUMNS,
        *("labels.real-label", "labels.label", "relatedness_score", "similarity", "rating"),
    )

    def head_settings(self) -> dict[str, Any]:
        """One output, trained as in transformers."""
        return {"num_labels": 1, "id2label": None, "problem_type": "regression"}

    def learn(self, data: Texts) -> None:
        """Note whether an example has two texts."""
        self.settings = replace(self.settings, pair=data.second is not None)

    def groups(self, data: Texts) -> tuple[Int, Int]:
        """Every example alone, the numbers spread evenly."""
        order = np.argsort(self._numbers(data), kind="stable")
        return np.arange(len(order)), np.argsort(order)

    def check(self, data: Texts) -> None:
        """Refuse labels that are no numbers."""
        self._numbers(data)

    def training_examples(self, data: Texts) -> TrainingExamples:
        """Tokenize the texts, with their numbers."""
        numbers = self._numbers(data).astype(np.float32)
        return TrainingExamples(self.inputs(data), data.where, row_labels=numbers[:, None])

    def loss(
        self, model: PretrainedModel, batch: Batch, device: torch.device
    ) -> dict[str, LossTerm]:
        """Squared error of the numbers; logits (B, 1)."""
        found = run_packed(model, batch, device).logits[:, 0].float()
        wanted = to_device(batch.row_labels[:, 0], device)
        return {"label": LossTerm(F.mse_loss(found, wanted, reduction="sum"), None)}

    def predict(self, model: PretrainedModel, data: Texts) -> list[Record]:
        """Give every example a ``score``, beside its ``text``, and ``id`` and ``pair`` if any."""
        inputs = self.inputs(data)
        found = np.zeros(len(inputs))
        for rows, _, (logits,) in self.scores(model, inputs, data.where):
            found[rows] = logits[:, 0]
        scores = enumerate(found.tolist())
        return [{**data.record(number), "score": score} for number, score in scores]

    def score(self, records: list[Record], data: Texts) -> Metrics:
        """Correlations and the squared error; see `regression_metrics`."""
        predicted = np.array([record["score"] for record in records])
        return regression_metrics(predicted, self._numbers(data))

    def show(self, record: Record) -> str:
        """The number."""
        return f"{record['score']:.3f}"

    def _numbers(self, data: Texts) -> Float:
        found = []
        for label, where in zip(data.labels or [], data.where, strict=True):
            try:
                found.append(float(label))
            except ValueError:
                found.append(math.nan)
            if not math.isfinite(found[-1]):
                raise ValueError(f"{where}: the score must be a finite number, got {label!r}")
        return np.array(found, np.float64)
