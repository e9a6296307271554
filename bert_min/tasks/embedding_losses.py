"""Losses of vectors: of pairs against the rest of their batch, and of the order of scored pairs.

Sources: Henderson et al. 2017, "Efficient Natural Language Response Suggestion", section 4.4 (other
pairs of the batch as negatives); Su 2022, "CoSENT"; Kusupati et al. 2022, "Matryoshka
Representation Learning".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def in_batch_loss(
    first: Tensor, others: Tensor, scale: float, first_texts: Tensor, other_texts: Tensor
) -> Tensor:
    """Let each first text pick what belongs to it among all other texts of the batch.

    A candidate with the text of the first one, or of what belongs to it, is no wrong answer, and
    not among the candidates.

    Args:
        first: (n, E) vectors.
        others: (m, E) vectors, m at least n; what belongs to first[i] is others[i].
        scale: What cosines are multiplied by.
        first_texts: (n,) a number for each text, the same for the same text.
        other_texts: (m,) the same.

    Returns:
        The cross entropy, summed over the n first texts.

    Example:
        >>> x, ids = torch.eye(2), torch.tensor([0, 1])
        >>> in_batch_loss(x, x, 1.0, ids, ids + 2).item()  # 2 (log(e + 1) - 1)
        0.6265233755111694
    """
    scores = F.normalize(first) @ F.normalize(others).T * scale  # (n, m)
    own = torch.arange(len(first), device=first.device)
    same = (other_texts == first_texts[:, None]) | (other_texts == other_texts[own][:, None])
    same[own, own] = False
    return F.cross_entropy(scores.masked_fill(same, -torch.inf), own, reduction="sum")


def cosent_loss(first: Tensor, second: Tensor, scores: Tensor, scale: float) -> Tensor:
    """Order the cosines of pairs as their scores are: log(1 + sum exp(scale (low - high))).

    Args:
        first: (n, E) vectors.
        second: (n, E) vectors.
        scores: (n,) numbers, more for pairs that are more alike; only their order counts.
        scale: What cosines are multiplied by.

    Returns:
        The loss of the batch.

    Example:
        >>> x = torch.eye(2)
        >>> cosent_loss(x, x.flip(0), torch.tensor([0.0, 1.0]), 1.0).item()  # log 2: no order
        0.6931471824645996
    """
    cosines = F.cosine_similarity(first, second) * scale
    wrong = cosines[:, None] - cosines  # (n, n): by how much i is above j
    counted = scores[:, None] < scores  # where i should be below j
    terms = wrong.masked_fill(~counted, -torch.inf).flatten()
    return torch.cat((terms.new_zeros(1), terms)).logsumexp(0)


def over_widths(loss: Callable[..., Tensor], widths: Sequence[int], *vectors: Tensor) -> Tensor:
    """Sum a loss over the first numbers of its vectors, for each width.

    Args:
        loss: Of the vectors.
        widths: How many numbers; none for all of them.
        vectors: (n, E) each.
    """
    sizes = widths or (vectors[0].shape[1],)
    return torch.stack([loss(*(x[:, :width] for x in vectors)) for width in sizes]).sum()
