"""One long text encoded as several, with the ids, offsets and words of the whole.

Threads can share the parts, and a thread that works on a part has all of it in its caches.
Where a text may be split is stated in `split_points`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from subword._core.limits import MAX_TEXT_BYTES
from subword.encode.encoder import Encoder
from subword.encode.parallel import any_longer, texts_to_arrays
from subword.encode.split_points import split_pattern

PART_CHARS = 1 << 18  # characters of a part
WINDOW = 1 << 12  # characters that are searched for a match of `split_pattern`
ENOUGH_TEXTS = 256  # texts that keep all threads busy even if none is split
MAX_CHARS = MAX_TEXT_BYTES // 4  # characters: more may be more bytes than a text can have


def part_starts(text: str, size: int = PART_CHARS) -> list[int]:
    """Return where the parts of a text start, 0 first: about every `size` characters.

    After each such distance only WINDOW characters are searched, so that a text that cannot be
    split costs no more than one that can.
    """
    starts, pos, split = [0], size, split_pattern()
    while pos < len(text):
        found = split.search(text, pos, pos + WINDOW)
        if found is not None:
            starts.append(pos := found.start())
        pos += size
    return starts


def long_texts_to_arrays(
    encoder: Encoder,
    texts: list[str],
    with_offsets: bool = False,
    threads: int | None = None,
    max_ids: int | None = None,
    prefix: tuple[int, ...] = (),
    suffix: tuple[int, ...] = (),
    with_word_ids: bool = False,
    size: int = PART_CHARS,
) -> tuple[Any, ...]:
    """Do what `texts_to_arrays` does, with long texts in parts of about `size` characters.

    Only for an encoder with `splits_long_texts`. With it, every word has a token, so that the words
    of a part can be counted by the word of its last token.
    """
    if max_ids is not None or len(texts) > ENOUGH_TEXTS or not any_longer(texts, 2 * size):
        return texts_to_arrays(
            encoder, texts, with_offsets, threads, max_ids, prefix, suffix, with_word_ids
        )
    long = [type(text) is str and 2 * size <= len(text) <= MAX_CHARS for text in texts]
    starts = [part_starts(t, size) if split else [0] for t, split in zip(texts, long, strict=True)]
    parts = [
        text[start:end] if split else text
        for text, begins, split in zip(texts, starts, long, strict=True)
        for start, end in zip(begins, [*begins[1:], None], strict=True)
    ]
    try:
        ids, splits, offsets, words = texts_to_arrays(
            encoder, parts, with_offsets, threads, with_word_ids=with_word_ids
        )
    except ValueError:  # a lone surrogate: let the error say where it is in the whole text
        return texts_to_arrays(
            encoder, texts, with_offsets, threads, max_ids, prefix, suffix, with_word_ids
        )
    first = np.concatenate([[0], np.cumsum([len(begins) for begins in starts])])
    if offsets is not None:
        shifts = np.array([start for begins in starts for start in begins], np.int32)
        offsets += np.repeat(shifts, np.diff(splits))[:, None]
    if words is not None:
        shift_words(words, splits, first)
    rows = splits[first]
    sides = len(prefix), len(suffix)
    no_offsets, no_words = [[(0, 0)] * side for side in sides], [[-1] * side for side in sides]
    return (
        with_affixes(ids, rows, prefix, suffix),
        rows + sum(sides) * np.arange(len(rows)),
        None if offsets is None else with_affixes(offsets, rows, *no_offsets),
        None if words is None else with_affixes(words, rows, *no_words),
    )


def shift_words(words: npt.NDArray[Any], splits: npt.NDArray[Any], first: npt.NDArray[Any]) -> None:
    """Number the words of each text through all its parts, in place.

    Args:
        words: The word of each token, which starts from 0 in each part.
        splits: Where the tokens of each part start.
        first: The first part of each text, and the number of parts.
    """
    for row in range(len(first) - 1):
        for part in range(first[row] + 1, first[row + 1]):
            words[splits[part] : splits[part + 1]] += words[splits[part] - 1] + 1


def with_affixes(
    values: npt.NDArray[Any], rows: npt.NDArray[Any], prefix: Sequence[Any], suffix: Sequence[Any]
) -> npt.NDArray[Any]:
    """Put the same values before and after each row."""
    if not prefix and not suffix:
        return values
    shape = (-1, *values.shape[1:])
    before, after = (np.array(affix, values.dtype).reshape(shape) for affix in (prefix, suffix))
    parts = [(before, values[a:b], after) for a, b in pairwise(rows)]
    return np.concatenate([part for row in parts for part in row])
