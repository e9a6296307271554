"""Learning the vectors of a teacher: texts, what the teacher makes of them, and the distance to it.

Sources: Reimers and Gurevych 2020, "Making Monolingual Sentence Embeddings Multilingual using
Knowledge Distillation", section 2 (the vectors themselves); Tung and Mori 2019,
"Similarity-Preserving Knowledge Distillation" (how alike the texts of a batch are).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from bert_min.tasks.text_vectors import check_vectors, vectors_of
from bert_min.text.batch import Batch
from bert_min.text.flat_rows import FlatRows
from bert_min.training.identity import digest
from bert_min.training.objective import LossTerm

Distill = Literal["vectors", "similarities"]


def vector_loss(x: Tensor, teacher: Tensor) -> Tensor:
    """Return the mean squared error of each vector, summed over the n of them; (n, W) both."""
    return F.mse_loss(x, teacher, reduction="sum") / x.shape[1]


def similarity_loss(x: Tensor, teacher: Tensor) -> Tensor:
    """Compare how alike the texts of a batch are, in cosines.

    Args:
        x: (n, E) vectors.
        teacher: (n, W) vectors, of any width.

    Returns:
        The squared error of a text's cosines with the others, their mean, summed over the n texts.

    Example:
        >>> x, teacher = torch.eye(2), torch.ones(2, 4)
        >>> similarity_loss(x, teacher).item()  # 0 where the teacher has 1
        2.0
    """
    a, b = F.normalize(x), F.normalize(teacher)
    wrong = (a @ a.T - b @ b.T).square()  # (n, n), 0 on the diagonal but for rounding
    return wrong.sum() / max(len(x) - 1, 1)


class DistillationObjective:
    """Texts and the vectors a teacher makes of them: an `Objective`.

    Args:
        rows: The texts as ids, N.
        where: The source of each.
        teacher: (N, W) vectors.
        distill: What is learnt: "vectors" themselves, or "similarities" of the texts of a batch.
        normalize: Whether the vectors that are compared have length 1.
        batch_tokens: Tokens that are run at once.
    """

    def __init__(
        self,
        rows: FlatRows,
        where: Sequence[str],
        teacher: NDArray[np.float32],
        distill: Distill = "vectors",
        *,
        normalize: bool = False,
        batch_tokens: int = 1_024,
    ) -> None:
        self.rows, self.where, self.teacher = rows, list(where), torch.from_numpy(teacher)
        self.compare = vector_loss if distill == "vectors" else similarity_loss
        self.normalize, self.batch_tokens = normalize, batch_tokens

    def start_epoch(self, epoch: int) -> None:
        """Do nothing: the examples are the same in every epoch."""

    def __len__(self) -> int:
        return len(self.where)

    def digest(self) -> str:
        """Return a digest of all texts and of the teacher's vectors."""
        return digest(self.rows.ids, self.rows.splits, self.teacher.numpy())

    def batch(self, rows: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        """Gather some texts."""
        part = self.rows.take(rows)
        ids = part.ids.astype(np.int64)
        return Batch(ids, np.zeros_like(ids), part.lengths, row_labels=rows[:, None])

    def term_counts(self, batch: Batch) -> dict[str, int]:
        """Count the texts."""
        return {"teacher": len(batch.lengths)}

    def loss(self, model: Any, batch: Batch, device: torch.device) -> dict[str, LossTerm]:
        """Run the texts and sum their distances to the teacher.

        Raises:
            ValueError: The vector of a text is not finite; the message names its source.
        """
        x = vectors_of(model, batch, self.batch_tokens, device).float()
        rows = batch.row_labels[:, 0].astype(np.int64)
        check_vectors(x, [self.where[row] for row in rows.tolist()])
        teacher = self.teacher[torch.from_numpy(rows)].to(device)
        loss = self.compare(F.normalize(x) if self.normalize else x, teacher)
        return {"teacher": LossTerm(loss, None)}

    def alone(self, batch: Batch) -> Iterator[tuple[str, Batch]]:
        """Yield the source of each text, and the text alone."""
        for row, part in zip(batch.row_labels[:, 0].tolist(), batch.alone(), strict=True):
            yield self.where[int(row)], part
