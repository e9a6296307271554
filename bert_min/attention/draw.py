"""A picture of attention, and of the token vectors in two dimensions."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from bert_min.attention.labels import place_labels
from bert_min.attention.maps import AttentionMap
from bert_min.attention.token_vectors import TokenVectors, flatten
from bert_min.pictures import fonts_for
from subword.file_access import atomic_file

SPECIAL: Final = ("[CLS]", "[SEP]", "<s>", "</s>")
FONT: Final = 8.0  # points
TOKEN: Final = 0.16  # inches of a row of a map: the font, and a little between the lines
SMALLEST, LARGEST = 4.5, 36.0  # inches of a map's side
CHARS: Final = 11  # of a title, in an inch


def draw(
    maps: Sequence[AttentionMap],
    vectors: Sequence[TokenVectors],
    path: str | Path,
    *,
    titles: Sequence[str] | None = None,
    heading: str = "",
    head: int | None = None,
) -> None:
    """Draw the attention of each text, and all token vectors in one plane.

    The picture grows with the number of tokens, so that each can be read up to some two hundred.

    Args:
        maps: One a text.
        vectors: One a text.
        path: Where to write the picture; its ending says the format, PNG without one.
        titles: Of the maps; the texts are numbered by default.
        heading: Of the whole picture.
        head: Which head to draw, from 0; None for the mean of all.

    Raises:
        ImportError: Matplotlib is not installed.
        ValueError: There is no such head.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("pictures need matplotlib: pip install 'subword[plot]'") from None
    titles = titles or [f"text {number}" for number in range(1, len(maps) + 1)]
    weights = [weights_of(found, head) for found in maps]
    maps = [found._replace(tokens=_composed(found.tokens)) for found in maps]
    vectors = [found._replace(tokens=_composed(found.tokens)) for found in vectors]
    longest = max(len(tokens) for tokens, _ in maps)
    side = min(max(SMALLEST, TOKEN * longest), LARGEST)
    columns = len(maps) + 1 if len(maps) < 3 else math.ceil(math.sqrt(len(maps) + 1))
    rows = math.ceil((len(maps) + 1) / columns)
    texts = [heading, *titles, *(token for tokens, _ in maps for token in tokens)]
    with fonts_for(texts):
        size = ((side + 1.6) * columns, (side + 1.8) * rows + 0.5)
        figure = Figure(figsize=size, layout="compressed")  # for maps that are square
        figure.suptitle(heading)
        panels: list[Any] = list(np.ravel(figure.subplots(rows, columns, squeeze=False)))
        top = max(float(found.max()) for found in weights)
        for panel, (tokens, _), found, title in zip(panels, maps, weights, titles, strict=False):
            image = panel.imshow(found, cmap="magma_r", vmin=0, vmax=top)
            _name_rows(panel, tokens, side)
            panel.set_title(_shortened(title, side), fontsize=FONT + 2)
        figure.colorbar(
            image, ax=panels[: len(maps)], label="share of the attention", shrink=0.6, aspect=30
        )
        plane = panels[len(maps)]
        for panel in panels[len(maps) + 1 :]:
            panel.set_axis_off()
        _draw_plane(plane, vectors, titles, side)
        with atomic_file(path) as file:
            figure.savefig(file, format=Path(path).suffix[1:] or "png")


def _composed(tokens: Sequence[str]) -> list[str]:
    """Syllables of Hangul that a normalizer took apart, as the syllables that fonts have."""
    return [unicodedata.normalize("NFC", token) for token in tokens]


def weights_of(found: AttentionMap, head: int | None) -> NDArray[np.float32]:
    """Return the weights (S, S) of one head, or the mean of all.

    Args:
        found: Of a text.
        head: From 0; None for the mean.

    Raises:
        ValueError: There is no such head.
    """
    heads = len(found.weights)
    if head is not None and not 0 <= head < heads:
        raise ValueError(f"head must lie in [0, {heads}), got {head}")
    chosen = found.weights.mean(0) if head is None else found.weights[head]
    return cast(NDArray[np.float32], chosen)


def _name_rows(panel: Any, tokens: Sequence[str], side: float) -> None:
    """Write the tokens beside their rows and columns, every other one where they are too many."""
    shown = range(0, len(tokens), math.ceil(TOKEN * len(tokens) / side - 0.01))
    names = [tokens[i] for i in shown]
    panel.set_xticks(shown, names, rotation=90, fontsize=FONT)
    panel.set_yticks(shown, names, fontsize=FONT)
    panel.set_xlabel("attended to")
    panel.set_ylabel("attending token")


def _shortened(title: str, inches: float) -> str:
    title, room = " ".join(title.split()), int(CHARS * inches)
    return title if len(title) <= room else f"{title[: room - 3]}..."


def _draw_plane(
    plane: Any, vectors: Sequence[TokenVectors], titles: Sequence[str], side: float
) -> None:
    points = flatten(np.concatenate([text.vectors for text in vectors])).astype(float)  # (n, 2)
    tokens = [token for text in vectors for token in text.tokens]
    plane.set_title("token vectors, the two main directions", fontsize=FONT + 2)
    plane.set_box_aspect(1)
    low, high = points.min(0), points.max(0)
    reach = max(float((high - low).max()) * 0.62, 1e-3)  # the same scale in both directions
    low, high = (low + high) / 2 - reach, (low + high) / 2 + reach
    plane.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    area = side * 72  # of the plane, in typographic points
    placed = (points - low) / (high - low) * area
    sizes = np.array([(FONT * _width(token), FONT * 1.25) for token in tokens])
    corners = place_labels(placed, sizes, (area, area))
    first = 0
    for number, (own, _) in enumerate(vectors):
        last = first + len(own)
        label = f" {_shortened(titles[number], side)}"  # one that begins with _ would be left out
        dots = plane.scatter(*points[first:last].T, s=14, label=label)
        for i in range(first, last):
            shift = corners[i] - placed[i]
            far = np.abs(shift + sizes[i] / 2).max() > sizes[i].max() / 2 + 12
            plane.annotate(
                tokens[i],
                points[i],
                textcoords="offset points",
                xytext=shift,
                fontsize=FONT,
                color=dots.get_facecolor()[0],
                alpha=0.4 if tokens[i] in SPECIAL else 1.0,
                arrowprops={"arrowstyle": "-", "lw": 0.4, "alpha": 0.5} if far else None,
            )
        first = last
    if len(vectors) > 1:
        plane.legend(fontsize=FONT, loc="upper center", bbox_to_anchor=(0.5, -0.06))


def _width(text: str) -> float:
    """About how wide a text is, in heights of its font."""
    return sum(1.05 if unicodedata.east_asian_width(c) in "WF" else 0.65 for c in text)
