"""Ranking: how well a document answers a query, scored by a cross-encoder that reads both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import torch
import torch.nn.functional as F

from bert_min.model.pretrained import PretrainedModel
from bert_min.retrieval.scores import retrieval_scores
from bert_min.tasks.base import Record
from bert_min.tasks.labelled_texts import Texts
from bert_min.tasks.regression import Float, RegressionTask, pearson, ranks
from bert_min.text.batch import Batch
from bert_min.training.objective import LossTerm, run_packed, to_device
from bert_min.training.run_state import Metrics

RELEVANT = 0.5  # the least score of a document that answers its query
DEPTH = 10


class RankingTask(RegressionTask):
    """Pairs of a query and a document, each with a score from 0 to `max_score`."""

    metric = "spearman"
    larger_is_better: ClassVar = True
    options: ClassVar = frozenset(("text_column", "pair_column", "label_column", "max_score"))

    @property
    def pair(self) -> bool:
        """A query and a document."""
        return True

    def head_settings(self) -> dict[str, Any]:
        """One output, whose sigmoid is the score."""
        return {"num_labels": 1, "id2label": None, "problem_type": None}

    def learn(self, data: Texts) -> None:
        """Note that an example has two texts."""
        self.settings = replace(self.settings, pair=True)

    def loss(
        self, model: PretrainedModel, batch: Batch, device: torch.device
    ) -> dict[str, LossTerm]:
        """Cross entropy of the scores; logits (B, 1)."""
        found = run_packed(model, batch, device).logits[:, 0].float()
        wanted = to_device(batch.row_labels[:, 0], device)
        loss = F.binary_cross_entropy_with_logits(found, wanted, reduction="sum")
        return {"label": LossTerm(loss, None)}

    def predict(self, model: PretrainedModel, data: Texts) -> list[Record]:
        """Give every pair a ``score`` from 0 to 1, beside its ``text``, ``pair`` and ``id``."""
        records = super().predict(model, data)
        for record in records:
            record["score"] = float(1 / (1 + np.exp(-record["score"])))
        return records

    def score(self, records: list[Record], data: Texts) -> Metrics:
        """Correlation of ranks; where queries have several documents, also nDCG, MRR and recall."""
        predicted = np.array([record["score"] for record in records])
        expected = self._numbers(data)
        return {
            "spearman": pearson(ranks(predicted), ranks(expected)),
            **_orders(data.first, predicted, expected),
        }

    def _numbers(self, data: Texts) -> Float:
        """Return the scores from 0 to 1."""
        highest = self.settings.max_score
        found = super()._numbers(data)
        for value, where in zip(found.tolist(), data.where, strict=True):
            if not 0 <= value <= highest:
                raise ValueError(
                    f"{where}: the score must lie in 0 to {highest:g}, got {value:g}; --max-score "
                    "names another highest score"
                )
        scaled: Float = found / highest
        return scaled


def _orders(queries: list[str], predicted: Float, expected: Float) -> dict[str, float]:
    """Score the order of the documents of each query that has right and wrong ones."""
    rows: dict[str, list[int]] = {}
    for row, query in enumerate(queries):
        rows.setdefault(query, []).append(row)
    found, relevant = [], []
    for numbers in map(np.array, rows.values()):
        wanted = {int(n) for n in numbers[expected[numbers] >= RELEVANT]}
        if 0 < len(wanted) < len(numbers):
            order = numbers[np.argsort(-predicted[numbers], kind="stable")][:DEPTH]
            found.append(np.pad(order, (0, DEPTH - len(order)), constant_values=-1))
            relevant.append(wanted)
    return retrieval_scores(np.array(found), relevant, DEPTH) if found else {}
