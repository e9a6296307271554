"""Scores of a search: how well what was found is what should have been."""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np
from numpy.typing import NDArray


def retrieval_scores(
    found: NDArray[np.int64], relevant: Sequence[Set[int]], k: int = 10
) -> dict[str, float]:
    """Score what a search has found, averaged over the queries.

    Args:
        found: (Q, n) numbers of documents, the best first, as `search` returns them.
        relevant: The documents that should be found, for each query at least one.
        k: How many of those found are looked at.

    Returns:
        ``ndcg_at_10`` (each relevant document counts 1 / log2(rank + 1), over the best there could
        be), ``mrr_at_10`` (1 / rank of the first relevant one) and ``recall_at_10`` (the share of
        the relevant that is found), with k for 10.

    Raises:
        ValueError: No query, other numbers of queries, or one without a relevant document.

    Example:
        >>> retrieval_scores(np.array([[3, 1, 2]]), [{1, 9}])
        {'ndcg_at_10': 0.38685280723454163, 'mrr_at_10': 0.5, 'recall_at_10': 0.5}
    """
    if not len(found) or len(found) != len(relevant):
        raise ValueError(
            f"there must be at least one query, and relevant documents for each, got {len(found)} "
            f"and {len(relevant)}"
        )
    discounts = 1 / np.log2(np.arange(k) + 2)
    totals = np.zeros(3)
    for query, (rows, wanted) in enumerate(zip(found, relevant, strict=True)):
        if not wanted:
            raise ValueError(f"a query must have a relevant document, query {query} has none")
        hits = np.array([row in wanted for row in rows[:k].tolist()], bool)
        best = discounts[: min(len(wanted), k)].sum()
        rank = np.flatnonzero(hits)
        totals += (
            discounts[: len(hits)][hits].sum() / best,
            1 / (rank[0] + 1) if len(rank) else 0.0,
            hits.sum() / len(wanted),
        )
    ndcg, mrr, recall = (totals / len(found)).tolist()
    return {f"ndcg_at_{k}": ndcg, f"mrr_at_{k}": mrr, f"recall_at_{k}": recall}
