"""The decoder of tokens that spell the space as a character of its own, as SentencePiece does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from subword._core.component import REQUIRED, get_field, get_field_or_null
from subword._core.shared_fields import PREPEND_SCHEMES, check_prefix_agrees
from subword.decoders.base import PerTokenDecoder


class Metaspace(PerTokenDecoder):
    """Read the replacement character as a space; in the first token drop it.

    Args:
        replacement: The character that stands for a space.
        prepend_scheme: "always" and "first" drop it in the first token, "never" does not.
        split: Kept for the file format; it does not change how tokens are decoded.

    Raises:
        ValueError: The replacement is not one character or the scheme is unknown.

    Example:
        >>> Metaspace().decode(["▁Hi", "▁there"])
        'Hi there'
    """

    type_name = "Metaspace"
    fields: ClassVar = {
        "replacement": (str, REQUIRED),
        "prepend_scheme": (str, "always"),
        "split": (bool, True),
    }

    def __init__(
        self, replacement: str = "▁", prepend_scheme: str = "always", split: bool = True
    ) -> None:
        if len(replacement) != 1:
            raise ValueError(f"Metaspace: replacement must be one character, got {replacement!r}")
        if prepend_scheme not in PREPEND_SCHEMES:
            raise ValueError(
                'Metaspace: prepend_scheme must be "always", "first" or "never", '
                f"got {prepend_scheme!r}"
            )
        self.replacement, self.prepend_scheme, self.split = replacement, prepend_scheme, split

    def decode_token(self, is_first: bool, token: str) -> str:
        is_dropped = is_first and self.prepend_scheme != "never"
        return token.replace(self.replacement, "" if is_dropped else " ")

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        scheme = get_field(config, "prepend_scheme", str, "always")
        check_prefix_agrees(config, scheme)
        return cls(
            get_field(config, "replacement", str),
            scheme,
            get_field_or_null(config, "split", bool, True),
        )
