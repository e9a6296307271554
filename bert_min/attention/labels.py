"""Places for the labels of points, so that they do not cover each other."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Where a label may stand, from near to far: directions and distances of its centre's edge.
DIRECTIONS: Final = np.array(
    [(1, 1), (-1, 1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1)], float
)
DISTANCES: Final = (3.0, 10.0, 20.0, 32.0, 46.0)


def place_labels(points: Floats, sizes: Floats, area: tuple[float, float]) -> Floats:
    """Choose a place for the label of each point, near to it and clear of the others.

    Args:
        points: (n, 2) in typographic points, from the lower left corner of the area.
        sizes: (n, 2) widths and heights of the labels.
        area: Width and height of the area; labels stay inside.

    Returns:
        (n, 2) the lower left corner of each label. Where there is no clear place, the one that
        covers least.

    Example:
        >>> near = np.array([[50.0, 50.0], [52.0, 50.0]])
        >>> place_labels(near, np.full((2, 2), 10.0), (100.0, 100.0)).tolist()
        [[53.0, 53.0], [39.0, 53.0]]
    """
    dots = np.stack((points - 2, points + 2), axis=1)  # (n, 2, 2) lower left, upper right
    boxes = np.zeros((0, 2, 2))
    corners = np.zeros_like(points)
    for i, (point, size) in enumerate(zip(points, sizes, strict=True)):
        offsets = np.concatenate([DIRECTIONS * (size / 2 + distance) for distance in DISTANCES])
        found = np.clip(point + offsets - size / 2, 0, np.maximum(np.array(area) - size, 0))
        tried = np.stack((found, found + size), axis=1)  # (places, 2, 2)
        cost = _overlap(tried, boxes) + _overlap(tried, dots) / 4
        best = int(cost.argmin())  # of equals the nearest
        corners[i] = found[best]
        boxes = np.concatenate((boxes, tried[best][None]))
    return corners


def _overlap(a: Floats, b: Floats) -> Floats:
    """The area that each box of `a` shares with those of `b`."""
    low = np.maximum(a[:, None, 0], b[None, :, 0])
    high = np.minimum(a[:, None, 1], b[None, :, 1])
    shared: Floats = np.clip(high - low, 0, None).prod(axis=-1).sum(axis=1)
    return shared
