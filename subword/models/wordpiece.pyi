from collections.abc import Callable, Mapping
from typing import Any

from typing_extensions import disjoint_base

from subword._core.pipeline import Model

@disjoint_base
class WordPiece(Model):
    def __init__(
        self,
        vocab: Mapping[str, int],
        *,
        unk_token: str = "[UNK]",
        continuing_subword_prefix: str = "##",
        max_input_chars_per_word: int = 100,
    ) -> None: ...
    @property
    def vocab(self) -> dict[str, int]: ...
    @property
    def unk_token(self) -> str: ...
    @property
    def continuing_subword_prefix(self) -> str: ...
    @property
    def max_input_chars_per_word(self) -> int: ...
    def options(self) -> dict[str, Any]: ...
    def __reduce__(self) -> tuple[Callable[..., WordPiece], tuple[Any, ...]]: ...
