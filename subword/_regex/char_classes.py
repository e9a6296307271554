"""Classes of characters that a pattern cannot tell apart, and a table of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from subword._regex import charsets as sets
from subword._regex.tree import CharSet

if TYPE_CHECKING:
    import numpy.typing as npt

PAGE_BITS = 7  # a page is the classes of 128 characters; most pages of a pattern are equal
PAGE = 1 << PAGE_BITS


class CharClasses:
    """The coarsest classes such that each of some sets is a union of classes.

    Args:
        charsets: The sets that a pattern names.

    Attributes:
        count: How many classes there are.
        page_starts: Where the page of characters i * PAGE ... begins in `pages`, int32.
        pages: The class of each character of the pages, uint16.
        members: Which classes each set holds, bool of shape (sets, count).

    Example:
        >>> classes = CharClasses([((97, 122),), ((97, 97), (48, 57))])
        >>> classes.count  # "a", the other letters, digits, the rest
        4
    """

    def __init__(self, charsets: Sequence[CharSet]) -> None:
        edges = {0, sets.LAST + 1}
        for chars in charsets:
            for first, last in chars:
                edges |= {first, last + 1}
        starts = np.array(sorted(edges), dtype=np.int64)
        # Which sets the characters from one edge to the next belong to.
        member = np.zeros((len(starts) - 1, len(charsets)), dtype=bool)
        for i, chars in enumerate(charsets):
            if chars:
                pairs = np.array(chars, dtype=np.int64)
                change = np.zeros(len(starts), dtype=np.int32)
                change[np.searchsorted(starts, pairs[:, 0])] += 1
                change[np.searchsorted(starts, pairs[:, 1] + 1)] -= 1
                member[:, i] = np.cumsum(change)[:-1]
        kinds, class_of_interval = np.unique(member, axis=0, return_inverse=True)
        self.count = len(kinds)
        self.members: npt.NDArray[np.bool_] = np.ascontiguousarray(kinds.T)
        if self.count > np.iinfo(np.uint16).max:
            raise ValueError(f"the pattern has {self.count} classes of characters")
        self.page_starts, self.pages = _paged(
            np.repeat(class_of_interval.ravel().astype(np.uint16), np.diff(starts))
        )

    def of(self, codes: npt.NDArray[np.int64]) -> npt.NDArray[np.uint16]:
        """Return the classes of characters."""
        found: npt.NDArray[np.uint16] = self.pages[
            self.page_starts[codes >> PAGE_BITS] + (codes & (PAGE - 1))
        ]
        return found


def _paged(
    classes: npt.NDArray[np.uint16],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint16]]:
    """Return a table of all characters as its different pages, and where each page is."""
    rows = classes.reshape(-1, PAGE)
    number: dict[bytes, int] = {}
    page_of = [number.setdefault(row.tobytes(), len(number)) for row in rows]
    pages = np.frombuffer(b"".join(number), dtype=np.uint16).copy()
    return np.array(page_of, dtype=np.int32) * PAGE, pages
