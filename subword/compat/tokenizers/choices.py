"""The enumerations that `tokenizers` exports; its functions take their values, as str."""

from enum import Enum


class OffsetReferential(Enum):
    """Which text offsets are of."""

    ORIGINAL = "original"
    NORMALIZED = "normalized"


class OffsetType(Enum):
    """What offsets count."""

    BYTE = "byte"
    CHAR = "char"


class SplitDelimiterBehavior(Enum):
    """What becomes of the matches of a pattern that splits.

    Example:
        >>> from subword.compat.tokenizers.pre_tokenizers import Split
        >>> Split("-", SplitDelimiterBehavior.REMOVED.value).pre_tokenize_str("a-b")
        [('a', (0, 1)), ('b', (2, 3))]
    """

    REMOVED = "removed"
    ISOLATED = "isolated"
    MERGED_WITH_PREVIOUS = "merged_with_previous"
    MERGED_WITH_NEXT = "merged_with_next"
    CONTIGUOUS = "contiguous"
