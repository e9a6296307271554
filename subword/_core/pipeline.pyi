from typing import Any, Final, Self

from typing_extensions import disjoint_base

# What other extension modules call: the C functions of the .pxd.
__pyx_capi__: dict[str, Any]

MAX_ID: Final[int]
MAX_TEXT_BYTES: Final[int]

def flatten(stage: Normalizer | PreTokenizer | None) -> list[Any]: ...

@disjoint_base
class Normalizer:
    def flat(self) -> list[Normalizer]: ...

@disjoint_base
class PreTokenizer:
    def __new__(cls, *args: Any, **kwargs: Any) -> Self: ...
    def flat(self) -> list[PreTokenizer]: ...
    def pre_tokenize_str(self, text: str) -> list[tuple[str, tuple[int, int]]]: ...

@disjoint_base
class Model:
    def tokenize_word(self, word: str) -> list[tuple[int, int, int]]: ...
