"""Attention over packed texts: each token looks at the tokens of its own text.

Letters in shapes are those of bert.py: B texts, S tokens of the longest, T real tokens, H heads of
size D.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.
"""

from __future__ import annotations

import math
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.attention.varlen import varlen_attn

from bert_min.model.packing import PackedLayout


def attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    layout: PackedLayout,
    dropout: float = 0.0,
    bias: Tensor | None = None,
) -> Tensor:
    """Let every token attend to the tokens of its own text: softmax(q k^T / sqrt(D) + bias) v.

    The three ways below give the same numbers up to rounding. Which one runs depends on device,
    type and dropout, never on the lengths, so a text gets the same one in every batch.

    Args:
        q: (T, H, D) queries.
        k: (T, H, D) keys.
        v: (T, H, D) values.
        layout: Where the texts lie in the T tokens.
        dropout: Probability of dropping an attention weight.
        bias: (H, S, S) or None, what each head adds for two positions of a text.

    Returns:
        (T, H, D).
    """
    if layout.equal_length_runs:
        return attention_by_runs(q, k, v, layout, dropout, bias)
    half = q.dtype in (torch.float16, torch.bfloat16)
    if q.is_cuda and half and not dropout and bias is None:
        s, starts = layout.max_seqlen, layout.cu_seqlens
        return cast(Tensor, varlen_attn(q, k, v, starts, starts, s, s))
    return attention_padded(q, k, v, layout, dropout, bias)


def attention_by_runs(
    q: Tensor, k: Tensor, v: Tensor, layout: PackedLayout, dropout: float, bias: Tensor | None
) -> Tensor:
    """Attend with one call for each run of texts of equal length: no padding, no mask."""
    out = []
    for first, texts, size in layout.equal_length_runs:
        part = slice(first, first + texts * size)
        shape = (texts, size, *q.shape[1:])
        q_, k_, v_ = (x[part].view(shape).transpose(1, 2) for x in (q, k, v))  # (n, H, S, D)
        mask = None if bias is None else bias[:, :size, :size].to(q.dtype)
        attended = F.scaled_dot_product_attention(q_, k_, v_, mask, dropout)  # (n, H, S, D)
        out.append(attended.transpose(1, 2).flatten(0, 1))  # (n * S, H, D)
    return out[0] if len(out) == 1 else torch.cat(out)  # (T, H, D)


def attention_padded(
    q: Tensor, k: Tensor, v: Tensor, layout: PackedLayout, dropout: float, bias: Tensor | None
) -> Tensor:
    """Attend in a padded batch under a mask: works everywhere, wastes time on padding."""
    q, k, v = (layout.to_padded(x).transpose(1, 2) for x in (q, k, v))  # (B, H, S, D) each
    mask = layout.to_padded(layout.positions, fill=-1) >= 0  # (B, S), True for a real token
    mask = mask[:, None, None]  # (B, 1, 1, S)
    if bias is not None:
        mask = bias.to(q.dtype).masked_fill(~mask, -torch.inf)  # (B, H, S, S)
    attended = F.scaled_dot_product_attention(q, k, v, mask, dropout)
    return attended.transpose(1, 2).flatten(0, 1)[layout.padded_index]  # (B * S, H, D) -> (T, H, D)


def attention_weights(
    q: Tensor, k: Tensor, layout: PackedLayout, bias: Tensor | None = None
) -> Tensor:
    """Return the softmax itself, which the fast ways above never store.

    Returns:
        (B, H, S, S): row i of a text says how much its token i takes from each token; 0 on padding.
    """
    q, k = (layout.to_padded(x).transpose(1, 2) for x in (q, k))  # (B, H, S, D) each
    mask = layout.to_padded(layout.positions, fill=-1) >= 0  # (B, S)
    scores = q @ k.transpose(2, 3) / q.shape[-1] ** 0.5  # (B, H, S, S)
    if bias is not None:
        scores = scores + bias
    weights: Tensor = scores.masked_fill(~mask[:, None, None], -torch.inf).softmax(-1)
    return weights * mask[:, None, :, None]


class DistanceBias(nn.Module):
    """What each head adds to the scores of two tokens, by their distance and its direction (MPNet).

    Distances below 8 have a number each; larger ones share eight numbers, in steps that grow as the
    logarithm does up to 128.

    Source: Raffel et al. 2020, "Exploring the Limits of Transfer Learning", section 2.1.
    """

    BUCKETS, SINGLE, FARTHEST = 32, 8, 128  # the half of the buckets is for each direction

    def __init__(self, heads: int) -> None:
        """Make the table."""
        super().__init__()
        self.table = nn.Embedding(self.BUCKETS, heads)

    def forward(self, size: int) -> Tensor:
        """Return (H, S, S) for texts of up to S tokens; [h, i, j] is for token i looking at j."""
        place = torch.arange(size, device=self.table.weight.device)
        ahead = place - place[:, None]  # (S, S)
        distance, half = ahead.abs(), self.BUCKETS // 2
        steps = (half - self.SINGLE) / math.log(self.FARTHEST / self.SINGLE)
        far = self.SINGLE + ((distance.clamp(min=1) / self.SINGLE).log() * steps).long()
        bucket = distance.where(distance < self.SINGLE, far.clamp(max=half - 1))
        return cast(Tensor, self.table(bucket + half * (ahead > 0))).permute(2, 0, 1)
