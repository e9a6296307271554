"""Post-processors, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from subword._core.checks import check_steps
from subword._core.component import get_field
from subword.processors.base import PostProcessor, SpecialAffixes, from_dict
from subword.results.encoding import Encoding


class Sequence(PostProcessor):
    """Post-processors, one after the other.

    Args:
        processors: In their order; each gets the parts that the one before returned.

    Raises:
        TypeError: One of them is no post-processor.
    """

    type_name = "Sequence"

    def __init__(self, processors: Iterable[PostProcessor]) -> None:
        self.processors: tuple[PostProcessor, ...] = check_steps(PostProcessor, processors)

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        return cls([from_dict(item) for item in get_field(config, "processors", list)])

    def to_dict(self) -> dict[str, Any]:
        return {
            "type": self.type_name,
            "processors": [processor.to_dict() for processor in self.processors],
        }

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        return sum(each.num_special_tokens_to_add(is_pair) for each in self.processors)

    def single_affixes(self) -> SpecialAffixes | None:
        # Simple as long as only the last one adds something.
        before, last = self.processors[:-1], self.processors[-1:]
        if any(processor.single_affixes() != ((), ()) for processor in before):
            return None
        return last[0].single_affixes() if last else ((), ())

    def offset_trim(self) -> bool | None:
        trims = [trim for each in self.processors if (trim := each.offset_trim()) is not None]
        return trims[0] if trims else None

    def process_parts(self, parts: list[Encoding], add_special_tokens: bool) -> list[Encoding]:
        for processor in self.processors:
            parts = processor.process_parts(parts, add_special_tokens)
        return parts
