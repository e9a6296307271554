"""The k best of many scores, kept while the scores come in blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[Any]  # floats or signed whole numbers
Rows = NDArray[np.int64]


class Best:
    """The best rows so far of some queries; among equal scores the lower row goes first.

    Rows that are better than the k best of an earlier moment are put aside; when they are as many
    as k, the k best are chosen anew.

    Args:
        queries: How many.
        k: Rows to keep of each.

    Example:
        >>> best = Best(1, 2)
        >>> best.add(np.array([[0.5, 0.9, 0.9]], np.float32), 0)
        >>> best.add(np.array([[0.9, 1.0]], np.float32), 3)
        >>> best.found()[1].tolist()
        [[4, 1]]
    """

    def __init__(self, queries: int, k: int) -> None:
        self._k = k
        self._kept = [_Kept(k) for _ in range(queries)]

    def add(self, scores: Scores, first: int) -> None:
        """Take the scores of a block of rows, all behind those of earlier blocks.

        Args:
            scores: (queries, n), of the same type every time.
            first: Number of the first of the n rows.

        Raises:
            ValueError: A score is no number.
        """
        top = scores.max(1)  # NaN if there is one
        for best, line, kept in zip(top.tolist(), scores, self._kept, strict=True):
            if best != best:
                row = first + int(np.flatnonzero(np.isnan(line))[0])
                raise ValueError(f"vectors must be finite, got a score of NaN in row {row}")
            if kept.worst is None:
                kept.put(line.copy(), np.arange(first, first + len(line)))
            elif best > kept.worst:
                better = np.flatnonzero(line > kept.worst)
                kept.put(line[better], first + better)

    def found(self) -> tuple[Scores, Rows]:
        """Return the scores and rows of all queries, (queries, k) each, the best first.

        At least k rows must have been added.
        """
        if not self._kept:
            return np.zeros((0, self._k), np.float32), np.zeros((0, self._k), np.int64)
        for kept in self._kept:
            kept.choose()
        scores = np.stack([kept.scores[0] for kept in self._kept])
        rows = np.stack([kept.rows[0] for kept in self._kept])
        order = np.argsort(-scores, axis=1, kind="stable")  # of equal ones the lower row
        return np.take_along_axis(scores, order, 1), np.take_along_axis(rows, order, 1)


class _Kept:
    """The rows of one query: the k best in the order of their rows, then what is put aside."""

    def __init__(self, k: int) -> None:
        self.k, self.aside = k, 0
        self.worst: Any = None  # the score of the k-th best when they were chosen
        self.scores: list[Scores] = []
        self.rows: list[Rows] = []

    def put(self, scores: Scores, rows: Rows) -> None:
        """Put rows aside."""
        self.scores.append(scores)
        self.rows.append(rows)
        self.aside += len(rows)
        if self.aside >= self.k:
            self.choose()

    def choose(self) -> None:
        """Choose the k best anew; of equal ones the lower row."""
        scores, rows = np.concatenate(self.scores), np.concatenate(self.rows)
        more = len(rows) - self.k
        if more >= 0:
            self.worst = np.partition(scores, more)[more]
            keep = scores > self.worst
            equal = np.flatnonzero(scores == self.worst)
            keep[equal[: self.k - int(keep.sum())]] = True
            scores, rows = scores[keep], rows[keep]
        self.scores, self.rows, self.aside = [scores], [rows], 0
