"""How alike vectors are, each of some with each of others."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

Similarity = Literal["cosine", "dot", "euclidean", "manhattan"]


def similarity(
    a: NDArray[Any], b: NDArray[Any], metric: Similarity = "cosine"
) -> NDArray[np.float32]:
    """Compare vectors, each of a with each of b.

    Args:
        a: (N, E) floats, or one vector (E,).
        b: (M, E) floats, or one vector (E,).
        metric: "cosine", "dot", or a distance with its sign turned, "euclidean" or "manhattan", so
            that more is always nearer. The names are those of sentence-transformers.

    Returns:
        (N, M) float32.

    Raises:
        ValueError: An unknown metric, or vectors of different widths.

    Example:
        >>> similarity(np.array([1.0, 0.0]), np.array([[2.0, 0.0], [0.0, 3.0]])).tolist()
        [[1.0, 0.0]]
    """
    if metric not in get_args(Similarity):
        raise ValueError(f"metric must be one of {get_args(Similarity)}, got {metric!r}")
    left, right = (torch.tensor(as_rows(name, x)) for name, x in (("a", a), ("b", b)))
    if left.shape[1] != right.shape[1]:
        raise ValueError(
            f"a and b must be of one width, got {left.shape[1]} and {right.shape[1]} numbers"
        )
    if metric == "cosine":
        found = F.normalize(left) @ F.normalize(right).T
    elif metric == "dot":
        found = left @ right.T
    else:
        p = 2.0 if metric == "euclidean" else 1.0
        found = -torch.cdist(left, right, p, "donot_use_mm_for_euclid_dist")
    return np.asarray(found.numpy(), np.float32)


def as_rows(name: str, vectors: NDArray[Any]) -> NDArray[np.float32]:
    """Return (N, E) float32 of vectors, or of a single one.

    Raises:
        ValueError: They are no rows of numbers.
    """
    if np.iscomplexobj(vectors):
        raise ValueError(f"{name} must be (N, E) vectors of real numbers, got complex ones")
    found = np.asarray(vectors, np.float32)
    if found.ndim == 1:
        found = found[None]
    if found.ndim != 2:
        raise ValueError(f"{name} must be (N, E) vectors, got shape {found.shape}")
    return found
