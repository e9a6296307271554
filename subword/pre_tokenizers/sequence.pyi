from collections.abc import Iterable
from typing import Any

from typing_extensions import disjoint_base

from subword._core.pipeline import PreTokenizer
from subword._regex.scanners import is_deepseek as is_deepseek
from subword.pre_tokenizers.byte_level import leave_bytes as leave_bytes

# What other extension modules call: the C functions of the .pxd.
__pyx_capi__: dict[str, Any]

@disjoint_base
class Sequence(PreTokenizer):
    def __init__(self, pre_tokenizers: Iterable[PreTokenizer]) -> None: ...
    @property
    def steps(self) -> tuple[PreTokenizer, ...]: ...
    def flat(self) -> list[PreTokenizer]: ...
    def __reduce__(self) -> tuple[type[Sequence], tuple[tuple[PreTokenizer, ...]]]: ...

def is_scanned(pre_tokenizer: PreTokenizer | None) -> bool: ...
def with_raw_bytes(pre_tokenizer: PreTokenizer) -> PreTokenizer | None: ...
