from collections.abc import Iterable
from typing import Any, Final

from typing_extensions import disjoint_base

from subword._core.pipeline import PreTokenizer
from subword._regex.split_patterns import DEEPSEEK as DEEPSEEK
from subword._regex.split_patterns import PATTERNS as PATTERNS
from subword.pre_tokenizers.splits import BertPreTokenizer as BertPreTokenizer
from subword.pre_tokenizers.splits import CharDelimiterSplit as CharDelimiterSplit
from subword.pre_tokenizers.splits import Digits as Digits
from subword.pre_tokenizers.splits import FixedLength as FixedLength
from subword.pre_tokenizers.splits import Punctuation as Punctuation
from subword.pre_tokenizers.splits import Split as Split
from subword.pre_tokenizers.splits import UnicodeScripts as UnicodeScripts
from subword.pre_tokenizers.splits import Whitespace as Whitespace
from subword.pre_tokenizers.splits import WhitespaceSplit as WhitespaceSplit
from subword.vocab.byte_alphabet import CHARS as CHARS

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
