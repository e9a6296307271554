"""Offsets without the spaces that byte-level tokens carry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from subword._core.arrays import ArrayI32, ArrayU32
from subword._core.white_space import WHITE_SPACE
from subword.results.encoding import Encoding

# What counts as a space at the ends of a token: white space, and the byte-level alphabet's letter
# for the space.
SPACES = frozenset({*WHITE_SPACE, "\u0120"})


def trim_offsets(offsets: ArrayI32, spaces: ArrayI32, firsts: Any, add_prefix_space: bool) -> None:
    """Leave the spaces at both ends of each token out of its offsets, in place.

    Spaces are counted in the token, not in the text: one character of the token for one character
    of the text. A single leading space of the first token of a text, or of any token that starts at
    character 0, may be one that the pre-tokenizer added: with `add_prefix_space` it is not trimmed.

    Args:
        offsets: (n, 2) int32, start and end of each token. Changed.
        spaces: (2, n) int32, how many spaces each token begins and ends with. Changed.
        firsts: Indices of the tokens that are the first of a text.
        add_prefix_space: Whether the pre-tokenizer adds a space before a text.
    """
    leading, trailing = spaces
    start, end = offsets[:, 0], offsets[:, 1]
    if add_prefix_space:
        is_first = start == 0
        is_first[firsts] = True
        leading[is_first & (leading == 1)] = 0
    np.minimum(start + leading, end, out=start)
    np.maximum(end - trailing, start, out=end, where=end >= trailing)


def trim_parts(parts: Iterable[Encoding], add_prefix_space: bool) -> None:
    """Trim the offsets of encodings and of their chunks in place; see `trim_offsets`."""
    for part in parts:
        for encoding in (part, *part.overflowing):
            spaces = leading_trailing_spaces(encoding.ids_array, encoding.id_to_token)
            for i, text in (encoding.token_overrides or {}).items():
                spaces[:, i] = count_end_spaces(text)
            offsets = encoding.offsets_array.copy()
            trim_offsets(offsets, spaces, [0] if len(encoding) else [], add_prefix_space)
            encoding.set_offsets(offsets)


def leading_trailing_spaces(ids: ArrayU32, id_to_token: Callable[[int], str | None]) -> ArrayI32:
    """Return (2, n) int32: how many spaces each token begins and ends with.

    Args:
        ids: (n,) the tokens.
        id_to_token: Gives the text of an id; called once for each id that occurs.
    """
    unique, where = np.unique(ids, return_inverse=True)
    counts = np.array([count_end_spaces(id_to_token(i) or "") for i in unique.tolist()], np.int32)
    return counts.reshape(-1, 2)[where].T


def count_end_spaces(token: str) -> tuple[int, int]:
    """Return how many spaces a token begins and ends with."""
    n = len(token)
    leading = next((i for i in range(n) if token[i] not in SPACES), n)
    return leading, next((i for i in range(n) if token[n - 1 - i] not in SPACES), n)
