"""Files of texts in, the texts that answer a query out: what `bert-min search` and `rank` run."""

from __future__ import annotations

import argparse
import json
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from bert_min.embedding.embedder import Embedder
from bert_min.embedding.quantized_files import ranges_path, read_ranges
from bert_min.retrieval.rank import Reranker, rank
from bert_min.retrieval.scorers import Metric
from bert_min.retrieval.search import search
from bert_min.text.text_files import read_texts
from subword.file_access import standard_output


def search_texts(args: argparse.Namespace) -> None:
    """Run ``bert-min search``.

    Args:
        args: As `bert_min.cli.search` defines them.

    Raises:
        ValueError: An option or a file breaks a rule, or the vectors are not those of the texts.
        OSError: A file cannot be read or written.
    """
    embedder = Embedder.from_pretrained(args.model, args.device)
    ranges = None
    texts = list(read_texts([args.corpus], args.field))
    if not texts:
        raise ValueError(f"{args.corpus}: a corpus must hold at least one text, got none")
    if args.vectors is None:
        vectors = embedder.encode_document(texts)
    else:
        vectors = _load(args.vectors)
        if len(vectors) != len(texts):
            raise ValueError(
                f"{args.vectors}: there must be a vector for each of the {len(texts)} texts of "
                f"{args.corpus}, got {len(vectors)}"
            )
    queries = embedder.encode_query(args.queries, progress=False)
    if vectors.dtype in (np.int8, np.uint8) and vectors.shape[-1] == queries.shape[1]:
        ranges = read_ranges(ranges_path(args.vectors))
    metric = cast(Metric, embedder.metric)
    scores, rows = search(queries, vectors, args.top, metric=metric, ranges=ranges, progress=True)
    for query, found, where in zip(args.queries, scores, rows, strict=True):
        _show(query, texts, found, where, args, heading=len(args.queries) > 1)


def rank_texts(args: argparse.Namespace) -> None:
    """Run ``bert-min rank``.

    Args:
        args: As `bert_min.cli.rank` defines them.

    Raises:
        ValueError: An option or a file breaks a rule.
        OSError: A file cannot be read or written.
    """
    model = Reranker.from_pretrained(args.model, args.device, args.max_length)
    texts = list(read_texts([args.documents], args.field))
    scores, rows = rank(args.query, texts, model, args.top)
    _show(args.query, texts, scores, rows, args, heading=False)


def _load(path: str) -> NDArray[Any]:
    try:
        found = np.load(path, mmap_mode="r")
    except ValueError as error:
        raise ValueError(f"{path}: cannot be read as vectors: {error}") from None
    if not isinstance(found, np.ndarray):
        raise ValueError(f"{path}: expected one array of vectors, as bert-min embed writes it")
    return found


def _show(
    query: str,
    texts: list[str],
    scores: NDArray[np.float32],
    rows: NDArray[np.int64],
    args: argparse.Namespace,
    *,
    heading: bool,
) -> None:
    out = standard_output()
    if heading and not args.json:
        out.write(f"{query}\n")
    for score, row in zip(scores.tolist(), rows.tolist(), strict=True):
        if args.json:
            record = {"query": query, "score": score, "row": row, "text": texts[row]}
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
        else:
            out.write(f"{score:.4f}\t{row}\t{texts[row]}\n")
