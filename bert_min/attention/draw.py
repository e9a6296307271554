"""A picture of attention, and of the token vectors in two dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bert_min.attention.maps import AttentionMap
from bert_min.attention.token_vectors import TokenVectors, flatten
from subword.file_access import atomic_file

SPECIAL = ("[CLS]", "[SEP]")


def draw(maps: Sequence[AttentionMap], vectors: Sequence[TokenVectors], path: str | Path) -> None:
    """Draw the attention of each text, averaged over heads, and all token vectors in one plane.

    Args:
        maps: One a text.
        vectors: One a text.
        path: Where to write the picture; its ending says the format, PNG without one.

    Raises:
        ImportError: Matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("pictures need matplotlib: pip install 'subword[plot]'") from None
    figure = Figure(figsize=(5.5 * (len(maps) + 1), 5.5), layout="constrained")
    panels: Any = figure.subplots(1, len(maps) + 1)
    for panel, (tokens, weights) in zip(panels, maps, strict=False):
        panel.imshow(weights.mean(0), cmap="magma_r", vmin=0)
        panel.set_xticks(range(len(tokens)), tokens, rotation=90)
        panel.set_yticks(range(len(tokens)), tokens)
        panel.set_xlabel("attended to")
        panel.set_ylabel("attending token")
    plane = panels[-1]
    points = flatten(np.concatenate([text.vectors for text in vectors]))  # (n, 2)
    first = 0
    for number, (tokens, _) in enumerate(vectors, 1):
        own = points[first : first + len(tokens)]
        first += len(tokens)
        dots = plane.scatter(*own.T, label=f"text {number}")
        for token, point in zip(tokens, own, strict=True):
            plane.annotate(
                token,
                point,
                textcoords="offset points",
                xytext=(4, 4),
                color=dots.get_facecolor()[0],
                alpha=0.4 if token in SPECIAL else 1.0,
            )
    plane.set_title("token vectors, two main directions")
    if len(vectors) > 1:
        plane.legend()
    with atomic_file(path) as file:
        figure.savefig(file, format=Path(path).suffix[1:] or "png")
