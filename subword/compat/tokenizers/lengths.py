"""Truncation and padding of a tokenizer: set once, they hold for all calls."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from typing import Any

from subword._core.checks import check_side
from subword.formats.padding_json import (
    STRATEGIES,
    padding_arguments,
    padding_from_config,
    truncation_arguments,
    truncation_from_config,
)
from subword.results.truncation import check_truncation

FILE_STRATEGIES = {ours: theirs for theirs, ours in STRATEGIES.items()}


def _whole(name: str, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an int, got {type(value).__name__}") from None


class Lengths(ABC):
    """The part of a tokenizer that truncates and pads; both are kept as in tokenizer.json."""

    _truncation: dict[str, Any] | None = None
    _padding: dict[str, Any] | None = None

    @abstractmethod
    def _lengths_changed(self) -> None:
        """Hand the new lengths to the tokenizer that works with them."""

    @abstractmethod
    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        """Return how many tokens are added to one text, or to a pair."""

    def enable_truncation(
        self,
        max_length: int,
        stride: int = 0,
        strategy: str = "longest_first",
        direction: str = "right",
    ) -> None:
        """Cut texts to a length from now on.

        Raises:
            TypeError: A number is not an int.
            ValueError: No text could be cut in this way; nothing is changed then.
        """
        if strategy not in FILE_STRATEGIES:
            raise ValueError(f"strategy must be one of {list(FILE_STRATEGIES)}, got {strategy!r}")
        max_length, stride = _whole("max_length", max_length), _whole("stride", stride)
        check_truncation(max_length, stride, strategy, self.num_special_tokens_to_add(False))
        self._truncation = truncation_from_config(
            {
                "direction": check_side("direction", direction).title(),
                "max_length": max_length,
                "strategy": FILE_STRATEGIES[strategy],
                "stride": stride,
            }
        )
        self._lengths_changed()

    def no_truncation(self) -> None:
        """Cut nothing from now on."""
        self._truncation = None
        self._lengths_changed()

    @property
    def truncation(self) -> dict[str, Any] | None:
        """What `enable_truncation` was called with, or None."""
        if self._truncation is None:
            return None
        return truncation_arguments(self._truncation)

    def enable_padding(
        self,
        direction: str = "right",
        pad_id: int = 0,
        pad_type_id: int = 0,
        pad_token: str = "[PAD]",
        length: int | None = None,
        pad_to_multiple_of: int | None = None,
    ) -> None:
        """Pad texts from now on, to a length or to that of the longest in a batch.

        Raises:
            TypeError: A number is not an int, or the token not a str.
            ValueError: A number or the direction is out of range; nothing is changed then.
        """
        if not isinstance(pad_token, str):
            raise TypeError(f"pad_token must be a str, got {type(pad_token).__name__}")
        multiple = pad_to_multiple_of
        self._padding = padding_from_config(
            {
                "strategy": "BatchLongest"
                if length is None
                else {"Fixed": _whole("length", length)},
                "direction": check_side("direction", direction).title(),
                "pad_to_multiple_of": (
                    None if multiple is None else _whole("pad_to_multiple_of", multiple)
                ),
                "pad_id": _whole("pad_id", pad_id),
                "pad_type_id": _whole("pad_type_id", pad_type_id),
                "pad_token": pad_token,
            }
        )
        self._lengths_changed()

    def no_padding(self) -> None:
        """Pad nothing from now on."""
        self._padding = None
        self._lengths_changed()

    @property
    def padding(self) -> dict[str, Any] | None:
        """What `enable_padding` was called with, or None."""
        if self._padding is None:
            return None
        return padding_arguments(self._padding)
