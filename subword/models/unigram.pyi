from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

from typing_extensions import disjoint_base

from subword._core.pipeline import Model
from subword.models.scored_pieces import ScoredPieces as ScoredPieces
from subword.models.unigram_options import check_id as check_id
from subword.models.unigram_options import checked_count as checked_count
from subword.models.unigram_options import checked_pieces as checked_pieces
from subword.models.unigram_options import checked_sampling as checked_sampling
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
        alpha: float | None = None,
        nbest_size: int | None = None,
    ) -> None: ...
    @property
    def tokens(self) -> TokenTable: ...
    @property
    def alpha(self) -> float | None: ...
    @property
    def nbest_size(self) -> int | None: ...
    @property
    def samples(self) -> bool: ...
    def with_sampling(self, alpha: float | None, nbest_size: int | None = None) -> Self: ...
    def nbest(self, word: str, count: int) -> list[tuple[list[tuple[int, int, int]], float]]: ...
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
