"""The k best of many scores, kept while the scores come in blocks."""

from __future__ import annotations

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
        for query in np.flatnonzero(top > self.scores[:, -1]).tolist():
            better = np.flatnonzero(scores[query] > self.scores[query, -1])
            found = np.concatenate((self.scores[query], scores[query, better]))
            rows = np.concatenate((self.rows[query], first + better))
            kept = np.argsort(-found, kind="stable")[: self.k]  # of equal ones the lower row
            self.scores[query], self.rows[query] = found[kept], rows[kept]
