from collections.abc import Callable, Mapping
from typing import Any, final

from subword.models.word_level import WordLevel
from subword.vocab.byte_alphabet import BYTE_TOKENS as BYTE_TOKENS

UNKNOWN: int
FOUND: tuple[int, ...]

@final
class PieceWords(WordLevel):
    def __init__(
        self, vocab: Mapping[str, int], kinds: bytes, byte_fallback: bool = False
    ) -> None: ...
    @property
    def kinds(self) -> bytes: ...
    @property
    def byte_fallback(self) -> bool: ...
    def __reduce__(self) -> tuple[Callable[..., PieceWords], tuple[Any, ...]]: ...
