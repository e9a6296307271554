"""Hard negatives: texts that a model finds near to a first text and that do not belong to it."""

from __future__ import annotations

import numpy as np

from bert_min.embedding.embedder import Embedder
from bert_min.retrieval.search import search
from bert_min.tasks.text_groups import TextGroups

MARGIN = 0.95  # of the cosine of what belongs to a text: what comes nearer may belong to it too


def mine_negatives(embedder: Embedder, data: TextGroups, count: int) -> TextGroups:
    """Add to each pair the nearest of the other pairs' texts.

    What comes nearer to a first text than 0.95 of the cosine of what belongs to it is left out, for
    it may well belong to it (de Souza P. Moreira et al. 2024, "NV-Retriever"). Scored pairs
    stay as they are.

    Args:
        embedder: Says what is near.
        data: Pairs or triplets.
        count: How many negatives to add to each, at most.

    Returns:
        The examples with their negatives behind those that they had.
    """
    rows = np.flatnonzero(~data.scored)
    if not count or not len(rows):
        return data
    others = list(dict.fromkeys(data.texts[row][1] for row in rows.tolist()))
    number = {text: n for n, text in enumerate(others)}
    own: dict[str, set[int]] = {}
    for row in rows.tolist():
        first, second = data.texts[row][:2]
        own.setdefault(first, set()).add(number[second])
    firsts = list(own)
    corpus = embedder.encode_document(others)
    most = max(len(found) for found in own.values())
    queries = embedder.encode_query(firsts)
    scores, near = search(queries, corpus, min(len(others), 4 * count + most))
    chosen: dict[str, list[str]] = {}
    for first, query, values, found in zip(firsts, queries, scores, near, strict=True):
        limit = MARGIN * max(
            float(query @ corpus[n] / max(np.linalg.norm(query) * np.linalg.norm(corpus[n]), 1e-12))
            for n in own[first]
        )
        picked = [
            others[n]
            for n, value in zip(found.tolist(), values.tolist(), strict=True)
            if n not in own[first] and value < limit and others[n] != first
        ]
        chosen[first] = picked[:count]
    texts = list(data.texts)
    for row in rows.tolist():
        texts[row] = (*texts[row], *chosen[texts[row][0]])
    return data._replace(texts=texts)
