"""The post-processor of byte-level models: offsets without the spaces around a token."""

from __future__ import annotations

from subword._core.shared_fields import ByteLevelFields
from subword.processors.base import PostProcessor, SpecialAffixes
from subword.processors.trim_offsets import trim_parts
from subword.results.encoding import Encoding


class ByteLevel(ByteLevelFields, PostProcessor):
    """Leave the spaces around byte-level tokens out of their offsets; add nothing.

    Args:
        add_prefix_space: Whether the pre-tokenizer put a space before the text: that one is not in
            the text, so it is not trimmed.
        trim_offsets: False leaves offsets as they are.
        use_regex: Kept for the file format; it does not change what is done here.
    """

    type_name = "ByteLevel"

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        return 0

    def single_affixes(self) -> SpecialAffixes | None:
        return (), ()

    def offset_trim(self) -> bool | None:
        return self.add_prefix_space if self.trim_offsets else None

    def process_parts(self, parts: list[Encoding], add_special_tokens: bool) -> list[Encoding]:
        if self.trim_offsets:
            trim_parts(parts, self.add_prefix_space)
        for i, part in enumerate(parts):
            part.set_sequence_id(i)
        return parts
