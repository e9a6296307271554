from collections.abc import Iterable
from typing import Any, Final

from typing_extensions import disjoint_base

from subword._pipeline import PreTokenizer
from subword.byte_alphabet import CHARS as CHARS
from subword.cutting import BertPreTokenizer as BertPreTokenizer
from subword.cutting import CharDelimiterSplit as CharDelimiterSplit
from subword.cutting import Digits as Digits
from subword.cutting import FixedLength as FixedLength
from subword.cutting import Punctuation as Punctuation
from subword.cutting import Split as Split
from subword.cutting import UnicodeScripts as UnicodeScripts
from subword.cutting import Whitespace as Whitespace
from subword.cutting import WhitespaceSplit as WhitespaceSplit
from subword.cutting import use_simd as use_simd
from subword.split_patterns import DEEPSEEK as DEEPSEEK
from subword.split_patterns import PATTERNS as PATTERNS

__all__ = [
    "PATTERNS",
    "BertPreTokenizer",
    "ByteLevel",
    "CharDelimiterSplit",
    "Digits",
    "FixedLength",
    "Metaspace",
    "Punctuation",
    "Sequence",
    "Split",
    "UnicodeScripts",
    "Whitespace",
    "WhitespaceSplit",
    "is_scanned",
    "use_simd",
    "with_raw_bytes",
]

# What other extension modules call: the C functions of the .pxd.
__pyx_capi__: dict[str, Any]
PREPEND_SCHEMES: Final[tuple[str, ...]]

def with_raw_bytes(pre_tokenizer: PreTokenizer) -> PreTokenizer | None: ...

@disjoint_base
class ByteLevel(PreTokenizer):
    def __init__(
        self, add_prefix_space: bool = True, trim_offsets: bool = True, use_regex: bool = True
    ) -> None: ...
    @property
    def add_prefix_space(self) -> bool: ...
    @property
    def trim_offsets(self) -> bool: ...
    @property
    def use_regex(self) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@disjoint_base
class Metaspace(PreTokenizer):
    def __init__(
        self, replacement: str = "▁", prepend_scheme: str = "always", split: bool = True
    ) -> None: ...
    @property
    def replacement(self) -> str: ...
    @property
    def prepend_scheme(self) -> str: ...
    @property
    def split_words(self) -> bool: ...
    def __reduce__(self) -> tuple[type[Metaspace], tuple[str, str, bool]]: ...

@disjoint_base
class Sequence(PreTokenizer):
    def __init__(self, pre_tokenizers: Iterable[PreTokenizer]) -> None: ...
    @property
    def steps(self) -> tuple[PreTokenizer, ...]: ...
    def __reduce__(self) -> tuple[type[Sequence], tuple[tuple[PreTokenizer, ...]]]: ...

def is_scanned(pre_tokenizer: PreTokenizer | None) -> bool: ...
