"""The decoder that strips a character off the ends of each token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from subword._core.component import REQUIRED, get_field
from subword.decoders.base import PerTokenDecoder


class Strip(PerTokenDecoder):
    """Strip a character off the ends of each token.

    Args:
        content: The character.
        left: How many to remove at most at the start.
        right: How many at most at the end.

    Raises:
        ValueError: `content` is not one character or a count is negative or of more than 64 bits.

    Example:
        >>> Strip("H", 1, 0).decode(["Hey", "Hi", "HHH"])
        'eyiHH'
    """

    type_name = "Strip"
    fields: ClassVar = {
        "content": (str, REQUIRED),
        "start": (int, REQUIRED),
        "stop": (int, REQUIRED),
    }

    def __init__(self, content: str = " ", left: int = 0, right: int = 0) -> None:
        if len(content) != 1 or not (0 <= left < 2**64 and 0 <= right < 2**64):
            raise ValueError(
                "Strip: content must be one character and the counts at least 0 and below 2**64, "
                f"got {content!r}, {left}, {right}"
            )
        self.content, self.start, self.stop = content, left, right

    def decode_token(self, is_first: bool, token: str) -> str:
        leading = len(token) - len(token.lstrip(self.content))
        trailing = len(token) - len(token.rstrip(self.content))
        # Where both ends would remove the same characters the original panics; here none is left.
        return token[min(leading, self.start) : len(token) - min(trailing, self.stop)]

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        return cls(
            get_field(config, "content", str),
            get_field(config, "start", int),
            get_field(config, "stop", int),
        )
