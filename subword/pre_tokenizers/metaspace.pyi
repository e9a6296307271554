from typing import Final

from typing_extensions import disjoint_base

from subword._core.pipeline import PreTokenizer

PREPEND_SCHEMES: Final[tuple[str, ...]]

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
