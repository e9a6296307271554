from collections.abc import Callable, Iterable, Sequence
from typing import Any, final

from subword.models.unigram import Unigram
from subword.vocab.byte_alphabet import BYTE_TOKENS as BYTE_TOKENS

NORMAL: int
UNKNOWN: int
USER_DEFINED: int
BYTE: int

@final
class PieceUnigram(Unigram):
    def __init__(
        self,
        vocab: Iterable[Sequence[Any]],
        kinds: bytes,
        byte_fallback: bool = False,
        *,
        alpha: float | None = None,
        nbest_size: int | None = None,
    ) -> None: ...
    @property
    def kinds(self) -> bytes: ...
    def __reduce__(self) -> tuple[Callable[..., PieceUnigram], tuple[Any, ...]]: ...
