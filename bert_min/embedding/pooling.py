"""The pooling of token vectors: one vector a text, and one of the windows of a long text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Pooling = Literal["mean", "cls", "max", "pooler"]  # "pooler" is a layer of the model


def pool(x: Tensor, lengths: Sequence[int], pooling: Pooling) -> Tensor:
    """Make one vector of the token vectors of each text.

    Args:
        x: (T, E) token vectors of packed texts.
        lengths: B token counts.
        pooling: "mean" or "max" over the tokens, [CLS] and [SEP] included, or "cls", the first.

    Returns:
        (B, E).

    Example:
        >>> pool(torch.tensor([[1.0], [3.0], [5.0]]), [2, 1], "mean")
        tensor([[2.],
                [5.]])
    """
    sizes = torch.as_tensor(lengths, device=x.device)
    if pooling == "cls":
        return x[sizes.cumsum(0) - sizes]
    return torch.segment_reduce(x, pooling, lengths=sizes, unsafe=True)


def pool_windows(
    vectors: Tensor, text_index: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Tensor:
    """Average the windows of each text, weighted by their tokens.

    Args:
        vectors: (windows, W).
        text_index: (windows,) the text of each window, ascending, every text at least once.
        lengths: (windows,) tokens of each window.

    Returns:
        (N, W).
    """
    weights = torch.from_numpy(lengths).to(vectors)  # (windows,)
    text = torch.from_numpy(text_index).to(vectors.device)
    total = vectors.new_zeros(int(text_index[-1]) + 1, vectors.shape[1])
    total.index_add_(0, text, vectors * weights[:, None])
    return total / vectors.new_zeros(len(total)).index_add_(0, text, weights)[:, None]
