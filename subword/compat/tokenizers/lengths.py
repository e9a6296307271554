"""Truncation and padding of a tokenizer: set once, they hold for all calls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from subword.formats.padding_json import STRATEGIES, padding_arguments, truncation_arguments

FILE_STRATEGIES = {ours: theirs for theirs, ours in STRATEGIES.items()}


class Lengths(ABC):
    """The part of a tokenizer that truncates and pads; both are kept as in tokenizer.json."""

    _truncation: dict[str, Any] | None = None
    _padding: dict[str, Any] | None = None

    @abstractmethod
    def _lengths_changed(self) -> None:
        """Hand the new lengths to the tokenizer that works with them."""

    def enable_truncation(
        self,
        max_length: int,
        stride: int = 0,
        strategy: str = "longest_first",
        direction: str = "right",
    ) -> None:
        """Cut texts to a length from now on."""
        if strategy not in FILE_STRATEGIES:
            raise ValueError(f"strategy must be one of {list(FILE_STRATEGIES)}, got {strategy!r}")
        self._truncation = {
            "direction": direction.title(),
            "max_length": max_length,
            "strategy": FILE_STRATEGIES[strategy],
            "stride": stride,
        }
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
        """Pad texts from now on, to a length or to that of the longest in a batch."""
        self._padding = {
            "strategy": "BatchLongest" if length is None else {"Fixed": length},
            "direction": direction.title(),
            "pad_to_multiple_of": pad_to_multiple_of,
            "pad_id": pad_id,
            "pad_type_id": pad_type_id,
            "pad_token": pad_token,
        }
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
