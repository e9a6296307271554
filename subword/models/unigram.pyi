from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from typing_extensions import disjoint_base

from subword._core.pipeline import Model
from subword.models.scored_pieces import ScoredPieces as ScoredPieces
from subword.vocab.byte_alphabet import BYTE_TOKENS as BYTE_TOKENS
from subword.vocab.token_table import TokenTable

UNKNOWN_PENALTY: float

@disjoint_base
class Unigram(Model):
    def __init__(
        self,
        vocab: Iterable[Sequence[Any]] | ScoredPieces,
        unk_id: int | None = None,
        byte_fallback: bool = False,
        *,
        fuse_unk: bool = True,
        unmatched: Iterable[int] = (),
    ) -> None: ...
    @property
    def tokens(self) -> TokenTable: ...
    @property
    def vocab(self) -> dict[str, int]: ...
    @property
    def unk_id(self) -> int | None: ...
    @property
    def byte_fallback(self) -> bool: ...
    @property
    def fuse_unk(self) -> bool: ...
    @property
    def unmatched(self) -> frozenset[int]: ...
    @property
    def pieces(self) -> list[tuple[str, float]]: ...
    @property
    def repeated(self) -> dict[int, str]: ...
    def options(self) -> dict[str, Any]: ...
    def __reduce__(self) -> tuple[Callable[..., Unigram], tuple[Any, ...]]: ...

def check_id(name: str, index: int, count: int) -> None: ...
def checked_pieces(vocab: Iterable[Sequence[Any]]) -> tuple[list[str], array[float]]: ...
