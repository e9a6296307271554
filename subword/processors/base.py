"""What every post-processor does, and the step around it: truncate, wrap, join.

A processor turns the encodings of one text or two, already truncated and with their overflowing
chunks, into one encoding. Chunks are wrapped like the text they were cut from, and the chunks of
two texts are combined each with each.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

import numpy as np

from subword._core.component import Component
from subword.results.encoding import Encoding, concatenate
from subword.results.truncation import truncate_pair

Affixes = tuple[tuple[int, ...], tuple[int, ...]]


class PostProcessor(Component, ABC):
    """What every post-processor does."""

    @abstractmethod
    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        """Return how many tokens it adds to one text, or to a pair."""

    @abstractmethod
    def process_parts(self, parts: list[Encoding], add_special_tokens: bool) -> list[Encoding]:
        """Return the pieces of the result, to be joined in order; `parts` may be changed."""

    def single_affixes(self) -> Affixes | None:
        """Return the ids before and after a single text, if that is all that is added.

        Returns:
            Both runs of ids, or None when type ids or repetitions make it more than that. Trimming
            of offsets is not counted: see `offset_trim`.
        """
        return None

    def offset_trim(self) -> bool | None:
        """Return None if offsets stay as they are, else whether a prefix space was added."""
        return None

    def process(
        self, encoding: Encoding, pair: Encoding | None = None, add_special_tokens: bool = True
    ) -> Encoding:
        """Join one text or two with their special tokens.

        Args:
            encoding: the first text.
            pair: the second text, if there is one.
            add_special_tokens: False for type ids and offsets alone.

        Returns:
            A new encoding; the chunks in `overflowing` are processed in the same way.
        """
        parts = [encoding] if pair is None else [encoding, pair]
        return Encoding.merge(
            self.process_parts([_own(part, i) for i, part in enumerate(parts)], add_special_tokens),
            growing_offsets=False,
        )


def _own(part: Encoding, sequence: int) -> Encoding:
    """Copy an encoding and its chunks, and declare them all text `sequence`."""
    part = part.copy()
    part.set_sequence_id(sequence)
    part.set_type_id(sequence)
    if part._overflowing:
        part._overflowing = [chunk.copy() for chunk in part._overflowing]
        for chunk in part._overflowing:
            chunk.set_sequence_id(sequence)
    return part


def post_process(
    processor: PostProcessor | None,
    encoding: Encoding,
    pair: Encoding | None = None,
    *,
    add_special_tokens: bool = True,
    max_length: int | None = None,
    stride: int = 0,
    strategy: str = "longest_first",
    direction: str = "right",
    overflow: bool = True,
) -> Encoding:
    """Truncate one text or two and put the special tokens around them.

    Args:
        processor: None joins the texts and adds nothing.
        encoding: the first text, without special tokens.
        pair: the second text, if there is one.
        add_special_tokens: False to leave them out.
        max_length: tokens to keep, special tokens included; None keeps all.
        stride: tokens that overflowing chunks repeat.
        strategy: "longest_first", "only_first" or "only_second".
        direction: the end that is cut, "right" or "left".
        overflow: keep what is cut off as overflowing chunks.

    Returns:
        A new encoding.

    Raises:
        ValueError: when the special tokens alone are more than `max_length`, or the texts cannot
            be cut in this way.
    """
    if pair is not None:
        pair = pair.copy()
        pair.set_type_id(1)
    if max_length is not None:
        added = 0
        if processor is not None and add_special_tokens:
            added = processor.num_special_tokens_to_add(pair is not None)
        if max_length < added:
            raise ValueError(
                f"max_length must leave room for {added} special tokens, got {max_length}"
            )
        encoding, pair = truncate_pair(
            encoding,
            pair,
            max_length - added,
            stride=stride,
            strategy=strategy,
            direction=direction,
            overflow=overflow,
        )
    if processor is not None:
        return processor.process(encoding, pair, add_special_tokens)
    if pair is None:
        return encoding
    parts = [encoding.copy(), pair.copy()]
    for i, part in enumerate(parts):
        part.set_sequence_id(i)
    return Encoding.merge(parts, growing_offsets=False)


def special_encoding(tokens: Iterable[tuple[str, int]], type_id: int, like: Encoding) -> Encoding:
    """Make an encoding of special tokens, spelled by the vocabulary of `like` where it can."""
    named = list(tokens)
    ids = np.array([token_id for _, token_id in named], np.uint32)
    spell = like._id_to_token
    return Encoding(
        ids,
        id_to_token=spell,
        token_overrides={at: text for at, (text, i) in enumerate(named) if spell(i) != text}
        or None,
        type_ids=np.full(len(ids), type_id, np.uint32) if type_id else None,
        special_tokens_mask=np.ones(len(ids), np.uint32),
    )


def wrap(
    part: Encoding,
    before: Iterable[tuple[str, int]],
    after: tuple[str, int],
    sequence: int,
    types: tuple[int, int],
) -> Encoding:
    """Put special tokens around a text and around each of its chunks."""

    def wrapped(inner: Encoding) -> Encoding:
        body = inner.copy()
        # What was special or padded in the text is so no longer.
        body._special = body._attention = body._overflowing = None
        body._ranges = {sequence: (0, len(body))}
        head, tail = (
            special_encoding(before, types[0], body),
            special_encoding([after], types[1], body),
        )
        return concatenate([head, body, tail])

    whole = wrapped(part)
    whole._overflowing = [wrapped(chunk) for chunk in part._overflowing or ()] or None
    return whole
