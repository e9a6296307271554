"""How good the vectors of a model are: the order of scored pairs, and what a search finds."""

from __future__ import annotations

import numpy as np

from bert_min.embedding.embedder import Embedder
from bert_min.retrieval.scores import retrieval_scores
from bert_min.retrieval.search import search
from bert_min.tasks.regression import pearson, ranks
from bert_min.tasks.text_groups import TextGroups

DEPTH = 10  # documents that are looked at


def embedding_scores(embedder: Embedder, data: TextGroups) -> dict[str, float]:
    """Measure vectors on examples that are not trained on.

    Args:
        embedder: Makes the vectors.
        data: Scored pairs, whose cosines are compared with their scores; and pairs, whose first
            texts search among all the other texts.

    Returns:
        ``spearman`` and ``pearson`` of the scored pairs; ``ndcg_at_10``, ``mrr_at_10`` and
        ``recall_at_10`` of the pairs; those of which there are examples.
    """
    found: dict[str, float] = {}
    scored, pairs = np.flatnonzero(data.scored), np.flatnonzero(~data.scored)
    if len(scored):
        sides = [[data.texts[row][side] for row in scored.tolist()] for side in (0, 1)]
        a, b = (embedder.encode(side, progress=False) for side in sides)
        lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        cosines = ((a * b).sum(1) / np.maximum(lengths, 1e-12)).astype(np.float64)
        wanted = data.scores[scored]
        found["spearman"] = pearson(ranks(cosines), ranks(wanted))
        found["pearson"] = pearson(cosines, wanted)
    if len(pairs) and not data.alone:
        relevant: dict[str, set[int]] = {}
        number: dict[str, int] = {}
        for row in pairs.tolist():
            first, *others = data.texts[row]
            for text in others:
                number.setdefault(text, len(number))
            relevant.setdefault(first, set()).add(number[others[0]])
        queries = embedder.encode_query(list(relevant), progress=False)
        corpus = embedder.encode_document(list(number), progress=False)
        _, rows = search(queries, corpus, DEPTH)
        found |= retrieval_scores(rows, list(relevant.values()), DEPTH)
    return found
