"""Offsets without the spaces that byte-level tokens carry."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from subword._core.arrays import ArrayI32, ArrayU32
from subword._core.white_space import WHITE_SPACE
from subword.results.encoding import Encoding

# What counts as a space at the ends of a token: white space, and the byte-level alphabet's letter
# for the space.
SPACES = frozenset({*WHITE_SPACE, "\u0120"})


def trim_parts(parts: Iterable[Encoding], add_prefix_space: bool) -> None:
    """Trim the offsets of encodings and of their chunks in place; see `trimmed_offsets`."""
    for part in parts:
        part.set_offsets(trimmed_offsets(part, add_prefix_space))
        for chunk in part._overflowing or ():
            chunk.set_offsets(trimmed_offsets(chunk, add_prefix_space))


def trimmed_offsets(encoding: Encoding, add_prefix_space: bool) -> ArrayI32:
    """Leave the spaces at both ends of each token out of its offsets.

    Spaces are counted in the token, not in the text: one character of the token for one character
    of the text. A single leading space of the first token, or of any token that starts at
    character 0, may be one that the pre-tokenizer added: with `add_prefix_space` it stays.

    Args:
        encoding: whose tokens are looked at.
        add_prefix_space: whether the pre-tokenizer adds a space before the text.

    Returns:
        (n, 2) int32: the new offsets.
    """
    lead, trail = spaces_of(encoding.ids_array, encoding._id_to_token)
    # Spellings by position come on top.
    for at, text in (encoding._texts or {}).items():
        lead[at], trail[at] = space_counts(text)
    offsets = encoding.offsets_array.copy()
    start, end = offsets[:, 0], offsets[:, 1]
    if add_prefix_space and len(encoding):
        first = start == 0
        first[0] = True
        lead[first & (lead == 1)] = 0
    np.minimum(start + lead, end, out=start)
    np.maximum(end - trail, start, out=end, where=end >= trail)
    return offsets


def spaces_of(ids: ArrayU32, spell: Callable[[int], str | None]) -> ArrayI32:
    """Return (2, n) int32: how many spaces each token begins and ends with; spells each id once."""
    unique, where = np.unique(ids, return_inverse=True)
    counts = np.array([space_counts(spell(i) or "") for i in unique.tolist()], np.int32)
    return counts.reshape(-1, 2)[where].T


def space_counts(token: str) -> tuple[int, int]:
    """Return how many spaces a token begins and ends with."""
    n = len(token)
    lead = next((i for i in range(n) if token[i] not in SPACES), n)
    return lead, next((i for i in range(n) if token[n - 1 - i] not in SPACES), n)
