"""Exact search: the k nearest of many stored vectors, in blocks, with bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.progress import Progress
from bert_min.retrieval.best import Best
from bert_min.retrieval.scorers import (
    TINY,
    BitScorer,
    ByteScorer,
    FloatScorer,
    Metric,
    RoughByteScorer,
    Scorer,
    products,
)
from bert_min.retrieval.similarity import as_rows
from bert_min.text.whole_numbers import check_count

QUERIES: Final = 1_024  # at once; the scores of a block take some megabytes
BYTES_MORE, BITS_MORE = 4, 40  # times k rows of a first pass
Found = tuple[NDArray[np.float32], NDArray[np.int64]]


def search(
    queries: NDArray[Any],
    corpus: NDArray[Any],
    k: int = 10,
    *,
    metric: Metric = "cosine",
    coarse: NDArray[Any] | None = None,
    ranges: NDArray[Any] | None = None,
    oversample: int | None = None,
    progress: bool = False,
) -> Found:
    """Find the k nearest vectors of a corpus for each query.

    Every row is compared, a block at a time, so that a memmap of millions of vectors takes some
    megabytes of memory. With `coarse`, a copy of the corpus in fewer bits, only the best
    `oversample` times k rows of that copy are compared in floats.

    Args:
        queries: (Q, E) floats, or one vector (E,).
        corpus: (N, E) floats, or what `quantize` made of them: int8 or uint8, (N, E) with `ranges`
            or (N, E / 8 rounded up) bits. May be a memmap.
        k: Rows to find; at most N are.
        metric: "cosine", or "dot", which is the same for vectors of length 1 and faster.
        coarse: The corpus in int8, uint8 or bits, which is searched first.
        ranges: (2, E) of `calibrate`, with which a corpus in int8 or uint8 was quantized.
        oversample: How many times k rows of `coarse` are compared in floats; None for 4 of bytes
            and 40 of bits.
        progress: Show a bar, or where there is no terminal a line now and then.

    Returns:
        Scores (Q, k) float32, the best first, and the numbers of their rows (Q, k) int64. Among
        equal scores the lower row goes first. Of bits, a score is 1 minus twice the share of the
        signs that differ.

    Raises:
        TypeError: k or oversample is no whole number.
        ValueError: A corpus of no row, vectors of different widths, a value that is not finite, k
            or oversample below 1, int8 without ranges, a `coarse` of another number of rows.

    Example:
        >>> corpus = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]])
        >>> scores, rows = search(np.array([0.0, 1.0]), corpus, 2)
        >>> rows.tolist()
        [[1, 2]]
        >>> scores.round(3).tolist()
        [[1.0, 0.7070000171661377]]
    """
    wanted = as_rows("queries", queries)
    if metric not in get_args(Metric):
        raise ValueError(f"metric must be one of {get_args(Metric)}, got {metric!r}")
    if not np.isfinite(wanted).all():
        row = int(np.flatnonzero(~np.isfinite(wanted).all(1))[0])
        raise ValueError(f"queries must be finite, got {wanted[row]} in row {row}")
    k = check_count("k", k)
    if oversample is not None:
        oversample = check_count("oversample", oversample)
    _check_corpus("corpus", corpus, wanted.shape[1])
    if metric == "cosine":
        wanted = wanted / np.maximum(np.linalg.norm(wanted, axis=1, keepdims=True), TINY)
    k = min(k, len(corpus))
    if coarse is None:
        return _scan(wanted, corpus, k, metric, ranges, progress)
    _check_corpus("coarse", coarse, wanted.shape[1])
    if len(coarse) != len(corpus):
        raise ValueError(f"coarse must have the {len(corpus)} rows of corpus, got {len(coarse)}")
    if not np.issubdtype(corpus.dtype, np.floating):
        raise ValueError(f"with coarse, corpus must be floats, got {corpus.dtype}")
    if oversample is None:
        oversample = BYTES_MORE if coarse.shape[1] == wanted.shape[1] else BITS_MORE
    some = min(oversample * k, len(corpus))
    _, rows = _scan(wanted, coarse, some, metric, ranges, progress, first_pass=True)
    return _rescore(wanted, corpus, rows, k, metric)


def _scan(
    queries: NDArray[np.float32],
    corpus: NDArray[Any],
    k: int,
    metric: Metric,
    ranges: NDArray[Any] | None,
    progress: bool,
    first_pass: bool = False,
) -> Found:
    parts = []
    groups = range(0, len(queries), QUERIES)
    with Progress(len(groups) * len(corpus), "vectors", shown=progress) as bar:
        for group in groups:
            some = queries[group : group + QUERIES]
            scorer = _scorer(some, corpus, metric, ranges, first_pass)
            best = Best(len(some), k)
            for first, block in _blocks(scorer, len(corpus)):
                best.add(block, first)
                bar.advance(block.shape[1])
            scores, rows = best.found()
            parts.append((scorer.shown(scores), rows))
    if not parts:
        return np.zeros((0, k), np.float32), np.zeros((0, k), np.int64)
    return np.concatenate([s for s, _ in parts]), np.concatenate([r for _, r in parts])


def _blocks(scorer: Scorer, rows: int) -> Iterator[tuple[int, NDArray[Any]]]:
    """Yield the first row of each block and the scores of the block, in order."""
    size, threads = scorer.block_rows, torch.get_num_threads()
    firsts = range(0, rows, size)
    if not scorer.side_by_side or threads == 1 or len(firsts) == 1:
        for first in firsts:
            yield first, scorer.scores(first, min(first + size, rows))
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[tuple[int, Future[NDArray[Any]]]] = deque()
        for first in firsts:
            waiting.append((first, pool.submit(scorer.scores, first, min(first + size, rows))))
            if len(waiting) > 2 * threads:
                done, block = waiting.popleft()
                yield done, block.result()
        for done, block in waiting:
            yield done, block.result()


def _scorer(
    queries: NDArray[np.float32],
    corpus: NDArray[Any],
    metric: Metric,
    ranges: NDArray[Any] | None,
    first_pass: bool,
) -> Scorer:
    width = queries.shape[1]
    if np.issubdtype(corpus.dtype, np.floating):
        return FloatScorer(queries, corpus, metric)
    if corpus.shape[1] != width:
        return BitScorer(queries, corpus)
    if ranges is None:
        raise ValueError(
            f"vectors of {corpus.dtype} need the ranges they were quantized with, got ranges=None"
        )
    if first_pass and metric == "dot" and RoughByteScorer.takes(*queries.shape):
        return RoughByteScorer(queries, corpus, ranges)
    return ByteScorer(queries, corpus, ranges, metric)


def _rescore(
    queries: NDArray[np.float32],
    corpus: NDArray[Any],
    rows: NDArray[np.int64],
    k: int,
    metric: Metric,
) -> Found:
    """Compare the rows (Q, m) that a first pass has found in floats, and keep k."""
    rows = np.sort(rows, 1)  # as they lie in the file; and equal scores by their row
    scores = np.empty(rows.shape, np.float32)
    for number, query in enumerate(queries):
        block = np.asarray(corpus[rows[number]], np.float32)
        scores[number] = products(query[None], block, metric)
    if np.isnan(scores).any():
        where = rows[np.isnan(scores)][0]
        raise ValueError(f"vectors must be finite, got a score of NaN in row {where}")
    columns = np.argsort(-scores, 1, kind="stable")[:, :k]
    return np.take_along_axis(scores, columns, 1), np.take_along_axis(rows, columns, 1)


def _check_corpus(name: str, corpus: NDArray[Any], width: int) -> None:
    kind: Any = corpus.dtype if isinstance(corpus, np.ndarray) else type(corpus).__name__
    is_float = isinstance(kind, np.dtype) and np.issubdtype(kind, np.floating)
    if not is_float and kind not in (np.int8, np.uint8):
        raise ValueError(f"{name} must be an array of floats, int8 or uint8, got {kind}")
    if corpus.ndim != 2 or not len(corpus):
        raise ValueError(f"{name} must be (N, E) with at least one row, got shape {corpus.shape}")
    fits = (width,) if is_float else (width, (width + 7) // 8)
    if corpus.shape[1] not in fits:
        what = " or ".join(str(size) for size in fits)
        raise ValueError(
            f"{name} must be {what} wide for queries of {width} numbers, got {corpus.shape[1]}"
        )
