"""Scores of the vectors of a model on a file of pairs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bert_min.embedding.embedder import Embedder
from bert_min.tasks.embedding_scores import embedding_scores
from bert_min.tasks.registry import check_options
from bert_min.tasks.settings import SETTINGS
from bert_min.tasks.text_groups import read_text_groups
from bert_min.training.run_state import Metrics


def is_embedder(folder: Path) -> bool:
    """Whether a folder is one of vectors, of `--task embedding` or sentence-transformers."""
    return (folder / "modules.json").is_file() and not (folder / SETTINGS).is_file()


def evaluate_embedding(
    folder: str | Path, file: str | Path, device: str | None, changes: Mapping[str, Any]
) -> Metrics:
    """Measure the vectors of a model.

    Args:
        folder: Of the model, or a name of the Hub.
        file: Pairs or scored pairs; see `read_text_groups`.
        device: "cpu", "cuda", or None for a GPU if there is one.
        changes: Names of columns; None for none.

    Returns:
        As `embedding_scores`.

    Raises:
        ValueError: The file breaks a rule, or an option means nothing to vectors.
        OSError: A file cannot be read.
    """
    given = {name: value for name, value in changes.items() if value is not None}
    check_options("embedding", given)
    data = read_text_groups(file, **given)
    if data.alone:
        raise ValueError(f"{file}: vectors are measured on pairs, got texts alone")
    return embedding_scores(Embedder.from_pretrained(folder, device), data)
