from typing import Any

from typing_extensions import disjoint_base

from subword._core.pipeline import PreTokenizer
from subword._regex.split_patterns import PATTERNS as PATTERNS
from subword.vocab.byte_alphabet import CHARS as CHARS

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
    @property
    def maps_bytes(self) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

def leave_bytes(pre_tokenizer: ByteLevel) -> ByteLevel: ...
