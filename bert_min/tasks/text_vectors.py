"""Vectors of the texts of a batch, with a gradient: the encoder with its pooling, run in parts.

A loss that compares all texts of a batch cannot be cut into parts. Their activations need not be
kept, though: texts are run some at a time, only their vectors stay, and each part runs once more,
with the same dropout, when its gradient is known. So a batch of thousands takes little more memory
than one part of it (Gao et al. 2021, "Scaling Deep Contrastive Learning Batch Size under Memory
Limited Setup").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from bert_min.embedding.after_pooling import AfterPooling
from bert_min.embedding.pooling import Pooling, pool
from bert_min.model.bert import BertModel
from bert_min.text.batch import Batch, length_batches
from bert_min.text.flat_rows import ranges_index
from bert_min.training.objective import to_device


class TextVectors(nn.Module):
    """An encoder, its pooling, and the modules after it: packed texts -> (B, E)."""

    def __init__(self, encoder: BertModel, pooling: Pooling, after: AfterPooling | None) -> None:
        """Put the parts together."""
        super().__init__()
        self.encoder, self.pooling, self.after = encoder, pooling, after

    def forward(self, ids: Tensor, lengths: list[int]) -> Tensor:
        """Make a vector of each of B packed texts."""
        out = self.encoder.forward_packed(ids, lengths)
        if self.pooling == "pooler" and out.pooler_output is not None:
            x = out.pooler_output
        else:
            x = pool(out.last_hidden_state, lengths, self.pooling)
        return x if self.after is None else self.after(x)


def vectors_of(model: Any, batch: Batch, batch_tokens: int, device: torch.device) -> Tensor:
    """Make the vectors of a batch, in parts whose activations are not kept.

    Args:
        model: A `TextVectors`.
        batch: B texts.
        batch_tokens: Tokens that are run at once; changes memory and speed, not the gradient.
        device: Of the model.

    Returns:
        (B, E) in the order of the batch.
    """
    starts = np.cumsum(batch.lengths) - batch.lengths
    parts = list(length_batches(batch.lengths, batch_tokens))
    again = len(parts) > 1 and torch.is_grad_enabled()
    found = []
    for rows in parts:
        lengths = batch.lengths[rows]
        ids = to_device(batch.input_ids[ranges_index(starts[rows], lengths)], device)
        if again:
            found.append(checkpoint(model, ids, lengths.tolist(), use_reentrant=False))
        else:
            found.append(model(ids, lengths.tolist()))
    order = torch.from_numpy(np.argsort(np.concatenate(parts))).to(device)
    return torch.cat(found)[order]


def check_vectors(x: Tensor, where: Sequence[str]) -> None:
    """Refuse vectors that are not finite.

    Args:
        x: (B, E).
        where: The source of each.

    Raises:
        ValueError: Naming the first such example.
    """
    if not bool(torch.isfinite(x).all()):
        row = int((~torch.isfinite(x)).any(1).nonzero()[0])
        raise ValueError(
            f"{where[row]}: the vectors of an example must be finite, got NaN or infinity: a "
            "smaller lr may help"
        )
