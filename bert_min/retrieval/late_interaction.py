"""Texts compared token by token: MaxSim, as ColBERT does it.

Source: Khattab and Zaharia 2020, "ColBERT", section 3.3.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from bert_min.embedding.embedder import Embedder
from bert_min.text.batch import length_batches
from bert_min.text.lists import check_texts
from bert_min.text.tokenize import encode_texts, truncated_texts, warn_of_cut

Matrix = NDArray[np.float32]


def encode_tokens(embedder: Embedder, texts: Sequence[str], prompt: str = "") -> list[Matrix]:
    """Make a vector of length 1 of every token of each text.

    Args:
        embedder: Its encoder is run; what it does to pooled vectors plays no part.
        texts: N texts, cut to the embedder's max_length.
        prompt: Put before every text.

    Returns:
        For each text (tokens, E), [CLS] and [SEP] included.

    Raises:
        TypeError: The texts are no list of str.
    """
    check_texts("texts", texts)
    prompted, limit = [prompt + text for text in texts], embedder.max_length
    rows = encode_texts(embedder.tokenizer, prompted, limit)
    cut = truncated_texts(embedder.tokenizer, prompted, rows, limit)
    warn_of_cut(cut, len(texts), "texts", limit)
    device = embedder.model.embeddings.word.weight.device
    found: list[Matrix] = [np.zeros((0, 0), np.float32)] * len(texts)
    with torch.inference_mode():
        for batch in length_batches(rows.lengths, embedder.batch_tokens):
            part = rows.take(batch)
            lengths = part.lengths.tolist()
            ids = torch.from_numpy(part.ids).to(device)
            vectors = F.normalize(
                embedder.model.forward_packed(ids, lengths).last_hidden_state.float()
            )
            for row, matrix in zip(
                batch.tolist(),
                np.split(vectors.cpu().numpy(), np.cumsum(lengths)[:-1]),
                strict=True,
            ):
                found[row] = matrix.copy()
    return found


def maxsim(queries: Sequence[Matrix], documents: Sequence[Matrix]) -> Matrix:
    """Add up, over the tokens of a query, the product with the document's nearest token.

    Args:
        queries: Q matrices of (tokens, E).
        documents: D matrices of (tokens, E), each with at least one row.

    Returns:
        (Q, D), at most the tokens of the query where vectors have length 1.

    Raises:
        ValueError: Matrices of different widths, a document without a token, or a value that is
            not finite.

    Example:
        >>> a, b = np.eye(2, dtype=np.float32), np.float32([[1, 0], [0.5, 0.5]])
        >>> maxsim([a], [a, b]).tolist()
        [[2.0, 1.5]]
    """
    queries, documents = (
        [np.asarray(matrix, np.float32) for matrix in side] for side in (queries, documents)
    )
    shapes = [matrix.shape for matrix in (*queries, *documents)]
    if any(len(shape) != 2 for shape in shapes) or len({shape[-1] for shape in shapes}) > 1:
        some = sorted(set(shapes))[:3]
        raise ValueError(f"matrices must be (tokens, E) of one width E, got shapes such as {some}")
    sizes = np.array([len(matrix) for matrix in documents], np.int64)
    if not sizes.all():
        raise ValueError(f"document {int(sizes.argmin())} must have at least one token, got none")
    found = np.zeros((len(queries), len(documents)), np.float32)
    if not len(documents):
        return found
    together, starts = np.concatenate(documents), sizes.cumsum() - sizes
    for query, line in zip(queries, found, strict=True):
        line[:] = np.maximum.reduceat(query @ together.T, starts, axis=1).sum(0)
    if not np.isfinite(found).all():
        row, column = np.argwhere(~np.isfinite(found))[0].tolist()
        raise ValueError(
            f"matrices must be finite, got a score of {found[row, column]} for query {row} and "
            f"document {column}"
        )
    return found
