"""The k best of many scores, kept while the scores come in blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Rows = NDArray[np.int64]


class Best:
    """The best rows so far of some queries; among equal scores the lower row goes first.

    Args:
        queries: How many.
        k: Rows to keep of each.

    Example:
        >>> best = Best(1, 2)
        >>> best.add(np.array([[0.5, 0.9, 0.9]], np.float32), 0)
        >>> best.add(np.array([[0.9, 1.0]], np.float32), 3)
        >>> best.rows.tolist()
        [[4, 1]]
    """

    def __init__(self, queries: int, k: int) -> None:
        self.k = k
        self.scores: Scores = np.full((queries, k), -np.inf, np.float32)
        self.rows: Rows = np.full((queries, k), -1, np.int64)

    def add(self, scores: Scores, first: int) -> None:
        """Take the scores of a block of rows, all behind those of earlier blocks.

        Args:
            scores: (queries, n).
            first: Number of the first of the n rows.

        Raises:
            ValueError: A score is no number.
        """
        top = scores.max(1)  # NaN if there is one
        if np.isnan(top).any():
            query = int(np.flatnonzero(np.isnan(top))[0])
            row = first + int(np.flatnonzero(np.isnan(scores[query]))[0])
            raise ValueError(f"vectors must be finite, got a score of NaN in row {row}")
        better = np.flatnonzero(top > self.scores[:, -1])
        if not len(better):
            return
        both = np.concatenate((self.scores[better], scores[better]), 1)
        columns = highest(both, self.k)
        numbers = np.concatenate(
            (
                self.rows[better],
                np.broadcast_to(first + np.arange(scores.shape[1]), (len(better), scores.shape[1])),
            ),
            1,
        )
        self.scores[better] = np.take_along_axis(both, columns, 1)
        self.rows[better] = np.take_along_axis(numbers, columns, 1)


def highest(scores: NDArray[Any], k: int) -> Rows:
    """Return the columns of the k highest scores of each row, the best first.

    Args:
        scores: (N, M), M at least k.
        k: At least 1.

    Returns:
        (N, k); equal scores in the order of their columns.

    Example:
        >>> highest(np.array([[1, 3, 2, 3]]), 3).tolist()
        [[1, 3, 2]]
    """
    if scores.shape[1] == k:
        return np.argsort(-scores, 1, kind="stable")
    found = np.sort(np.argpartition(-scores, k - 1, 1)[:, :k], 1)
    picked = np.take_along_axis(scores, found, 1)
    # where several share the last place, the partition has kept any of them
    tied = np.flatnonzero((scores >= picked.min(1, keepdims=True)).sum(1) > k)
    order = np.argsort(-picked, 1, kind="stable")
    found = np.take_along_axis(found, order, 1)
    for row in tied.tolist():
        found[row] = np.argsort(-scores[row], kind="stable")[:k]
    return found
