"""The base class of post-processors, and the step that runs one: truncate, process, join.

A post-processor turns the encodings of one text or two, already truncated and with their
overflowing chunks, into one encoding. Chunks get the same special tokens as the text that they were
cut from, and the chunks of two texts are combined each with each.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from subword._core.component import Component, component_type
from subword.results.encoding import Encoding
from subword.results.truncation import tokens_left, truncate_pair

# The ids before a text and the ids after it.
SpecialAffixes = tuple[tuple[int, ...], tuple[int, ...]]

# By the type that tokenizer.json names.
_TYPES: dict[str, type[PostProcessor]] = {}
# The fields that tell types where a file does not.
TEMPLATE = ("single", "pair", "special_tokens")
ROBERTA_FLAGS = ("trim_offsets", "add_prefix_space")
ENDS = ("BertProcessing", "RobertaProcessing")


class PostProcessor(Component, ABC):
    """What every post-processor does. A subclass that sets `type_name` is known to `from_dict`."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "type_name" in vars(cls):
            _TYPES.setdefault(cls.type_name, cls)

    @abstractmethod
    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        """Return how many tokens it adds to one text, or to a pair."""

    @abstractmethod
    def process_parts(self, parts: list[Encoding], add_special_tokens: bool) -> list[Encoding]:
        """Return the parts of the result, to be joined in order; `parts` may be changed."""

    def single_affixes(self) -> SpecialAffixes | None:
        """Return the ids before and after a single text, if nothing else is added.

        Returns:
            Both runs of ids, or None when type ids or repetitions are needed too. Trimming of
            offsets does not count: see `offset_trim`.
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
            encoding: The first text.
            pair: The second text, if there is one.
            add_special_tokens: False for type ids and offsets alone.

        Returns:
            A new encoding; the chunks in `overflowing` are processed in the same way.
        """
        parts = [encoding] if pair is None else [encoding, pair]
        return Encoding.merge(
            self.process_parts(
                [_copy_as(part, i) for i, part in enumerate(parts)], add_special_tokens
            ),
            growing_offsets=False,
        )


def _copy_as(part: Encoding, sequence: int) -> Encoding:
    """Copy an encoding and its chunks, and declare them all to be text `sequence`."""
    part = part.copy()
    part.set_sequence_id(sequence)
    part.set_type_id(sequence)
    if chunks := part.overflowing:
        part.set_overflowing([chunk.copy() for chunk in chunks])
        for chunk in part.overflowing:
            chunk.set_sequence_id(sequence)
    return part


def from_dict(config: Mapping[str, Any]) -> PostProcessor:
    """Build a post-processor from its JSON object.

    Args:
        config: The "post_processor" of a tokenizer.json.

    Returns:
        The post-processor.

    Raises:
        ValueError: Its type is unknown or a field is wrong.
    """
    by_fields = {"BertProcessing": ("sep", "cls"), "TemplateProcessing": TEMPLATE}
    kind = component_type("post_processor", config, _TYPES, by_fields)
    if kind in ENDS:  # the original tells these two by their fields alone
        kind = ENDS[all(isinstance(config.get(flag), bool) for flag in ROBERTA_FLAGS)]
    return _TYPES[kind].from_dict(config)


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
        encoding: The first text, without special tokens.
        pair: The second text, if there is one.
        add_special_tokens: False to leave them out.
        max_length: Tokens to keep, special tokens included; None keeps all.
        stride: Tokens that overflowing chunks repeat.
        strategy: "longest_first", "only_first" or "only_second".
        direction: The end that is cut, "right" or "left".
        overflow: Keep what is cut off as overflowing chunks.

    Returns:
        A new encoding.

    Raises:
        ValueError: The special tokens alone are more than `max_length`, or the texts cannot be cut
            in this way.
    """
    if pair is not None:
        pair = pair.copy()
        pair.set_type_id(1)
    added = 0
    if processor is not None and add_special_tokens and max_length is not None:
        added = processor.num_special_tokens_to_add(pair is not None)
    kept = tokens_left(max_length, added)
    if kept is not None:
        encoding, pair = truncate_pair(
            encoding,
            pair,
            kept,
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
