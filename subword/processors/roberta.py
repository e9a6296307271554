"""RoBERTa's post-processor: `<s> A </s></s> B </s>`, with trimmed offsets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from subword._core.component import check_token, get_field, get_token_field
from subword.processors.base import PostProcessor, SpecialAffixes
from subword.processors.special_tokens import NamedToken, put_around
from subword.processors.trim_offsets import trim_parts
from subword.results.encoding import Encoding


class RobertaProcessing(PostProcessor):
    """`<s> A </s>`, and `<s> A </s></s> B </s>` for a pair; every type id is 0.

    Args:
        sep: The separator's text and id.
        cls: The first token's text and id.
        trim_offsets: Leave the spaces around a token out of its offsets.
        add_prefix_space: Whether the pre-tokenizer put a space before the text: that one is not in
            the text, so it is not trimmed.
    """

    type_name = "RobertaProcessing"
    fields: ClassVar = {"trim_offsets": (bool, True), "add_prefix_space": (bool, True)}

    def __init__(
        self,
        sep: NamedToken,
        cls: NamedToken,
        trim_offsets: bool = True,
        add_prefix_space: bool = True,
    ) -> None:
        self.sep, self.cls = check_token("sep", sep), check_token("cls", cls)
        self.trim_offsets, self.add_prefix_space = trim_offsets, add_prefix_space

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        return cls(
            get_token_field(config, "sep"),
            get_token_field(config, "cls"),
            get_field(config, "trim_offsets", bool, True),
            get_field(config, "add_prefix_space", bool, True),
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "type": self.type_name,
            "sep": list(self.sep),
            "cls": list(self.cls),
            "trim_offsets": self.trim_offsets,
            "add_prefix_space": self.add_prefix_space,
        }

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        return 4 if is_pair else 2

    def single_affixes(self) -> SpecialAffixes | None:
        return (self.cls[1],), (self.sep[1],)

    def offset_trim(self) -> bool | None:
        return self.add_prefix_space if self.trim_offsets else None

    def process_parts(self, parts: list[Encoding], add_special_tokens: bool) -> list[Encoding]:
        if self.trim_offsets:
            trim_parts(parts, self.add_prefix_space)
        for part in parts:
            part.set_type_id(0)
        if not add_special_tokens:
            return parts
        result = []
        for i, part in enumerate(parts):
            for chunk in part.overflowing:
                chunk.set_type_id(0)
            before = self.sep if i else self.cls
            result.append(put_around(part, [before], [self.sep], sequence=min(i, 1)))
        return result
