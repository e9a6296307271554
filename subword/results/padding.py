"""Padding of a batch: its encodings become equally long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from subword.results.encoding import Encoding


@dataclass(frozen=True, slots=True)
class Padding:
    """How a batch is padded.

    Attributes:
        length: Tokens of a row; None for those of the longest row.
        direction: The side that the padding goes to, "right" or "left".
        pad_id: Id of the padding.
        pad_type_id: Its type.
        pad_token: Its text.
        pad_to_multiple_of: Round the length up to a multiple of this; None leaves it.
    """

    length: int | None = None
    direction: str = "right"
    pad_id: int = 0
    pad_type_id: int = 0
    pad_token: str = "[PAD]"
    pad_to_multiple_of: int | None = None


def padded_length(lengths: Sequence[int], length: int | None, multiple: int | None) -> int:
    """Return the number of tokens that a batch is padded to.

    Args:
        lengths: Tokens of each row.
        length: Tokens wanted; None for those of the longest row.
        multiple: Round up to a multiple of this.

    Returns:
        The number of tokens; rows that are longer stay as they are.
    """
    wanted = max(lengths, default=0) if length is None else length
    return wanted + -wanted % multiple if multiple else wanted


def pad_batch(encodings: Sequence[Encoding], padding: Padding | None = None) -> list[Encoding]:
    """Pad encodings to one length, their overflowing chunks too.

    Args:
        encodings: The rows. Their overflowing chunks do not count for the longest row.
        padding: How to pad; None pads with the defaults.

    Returns:
        New encodings.
    """
    how = padding or Padding()
    lengths = [len(encoding) for encoding in encodings]
    wanted = padded_length(lengths, how.length, how.pad_to_multiple_of)
    padded = [encoding.copy() for encoding in encodings]
    for encoding in padded:
        encoding.pad(wanted, how.direction, how.pad_id, how.pad_type_id, how.pad_token)
    return padded
