"""BERT's post-processor: `[CLS] A [SEP] B [SEP]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from subword._core.component import check_token, get_token_field
from subword.processors.base import PostProcessor, SpecialAffixes
from subword.processors.special_tokens import NamedToken, put_around
from subword.results.encoding import Encoding


class BertProcessing(PostProcessor):
    """`[CLS] A [SEP]`, and `[CLS] A [SEP] B [SEP]` for a pair.

    Args:
        sep: The separator's text and id.
        cls: The first token's text and id.

    Example:
        >>> BertProcessing(("[SEP]", 102), ("[CLS]", 101)).single_affixes()
        ((101,), (102,))
    """

    type_name = "BertProcessing"

    def __init__(self, sep: NamedToken, cls: NamedToken) -> None:
        self.sep, self.cls = check_token("sep", sep), check_token("cls", cls)

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> Self:
        return cls(get_token_field(config, "sep"), get_token_field(config, "cls"))

    def to_dict(self) -> dict[str, Any]:
        return {"type": self.type_name, "sep": list(self.sep), "cls": list(self.cls)}

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        return 3 if is_pair else 2

    def single_affixes(self) -> SpecialAffixes | None:
        return (self.cls[1],), (self.sep[1],)

    def process_parts(self, parts: list[Encoding], add_special_tokens: bool) -> list[Encoding]:
        if not add_special_tokens:
            return parts
        return [
            put_around(part, [], [self.sep], sequence=1, after_type=1)
            if i
            else put_around(part, [self.cls], [self.sep], sequence=0)
            for i, part in enumerate(parts)
        ]
