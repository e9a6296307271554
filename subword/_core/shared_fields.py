"""Fields that components of several sections of tokenizer.json have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from subword._core.component import REQUIRED, Component, get_field_or_null

# Before which part of a text Metaspace puts a space: the first alone, each, none.
PREPEND_SCHEMES = ("first", "always", "never")


class ByteLevelFields(Component):
    """The fields of ByteLevel, which the decoder and the post-processor have in common.

    Args:
        add_prefix_space: Whether the pre-tokenizer puts a space before the text.
        trim_offsets: Whether the post-processor leaves spaces out of the offsets.
        use_regex: Whether the pre-tokenizer splits by GPT-2's pattern.
    """

    fields: ClassVar = {
        "add_prefix_space": (bool, REQUIRED),
        "trim_offsets": (bool, REQUIRED),
        "use_regex": (bool, True),
    }

    def __init__(
        self, add_prefix_space: bool = True, trim_offsets: bool = True, use_regex: bool = True
    ) -> None:
        self.add_prefix_space, self.trim_offsets = add_prefix_space, trim_offsets
        self.use_regex = use_regex


def check_prefix_agrees(config: Mapping[str, Any], scheme: str) -> None:
    """Check the older field of Metaspace, `add_prefix_space`, against `prepend_scheme`.

    Args:
        config: The JSON object of the component.
        scheme: Its `prepend_scheme`.

    Raises:
        ValueError: The one says that no space is put before the text, and the other that one
            is, or the older one is no bool. The original loads such a file only when both
            agree, too.
    """
    if not get_field_or_null(config, "add_prefix_space", bool, True) and scheme != "never":
        raise ValueError(
            f'Metaspace: add_prefix_space false needs prepend_scheme "never", got {scheme!r}'
        )
