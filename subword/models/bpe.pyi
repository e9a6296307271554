from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

from typing_extensions import disjoint_base

from subword._core.pipeline import Model
from subword.vocab.byte_alphabet import BYTE_TOKENS as BYTE_TOKENS
from subword.vocab.byte_alphabet import CHARS as CHARS
from subword.vocab.byte_alphabet import spelled_bytes as spelled_bytes
from subword.vocab.vocabulary import checked_vocab as checked_vocab
from subword.vocab.vocabulary import shares_ids as shares_ids

def check_str(name: str, value: object) -> None: ...

@disjoint_base
class BPE(Model):
    def __init__(
        self,
        vocab: Mapping[str, int],
        merges: Iterable[tuple[str, str]],
        *,
        dropout: float | None = None,
        unk_token: str | None = None,
        continuing_subword_prefix: str | None = None,
        end_of_word_suffix: str | None = None,
        fuse_unk: bool = False,
        byte_fallback: bool = False,
        ignore_merges: bool = False,
        byte_level: bool = False,
        ranks: Sequence[int] | None = None,
    ) -> None: ...
    @classmethod
    def from_ranks(cls, ranks: Mapping[bytes, int]) -> Self: ...
    @property
    def vocab(self) -> dict[str, int]: ...
    @property
    def merges(self) -> list[tuple[str, str]]: ...
    @property
    def merge_count(self) -> int: ...
    @property
    def dropout(self) -> float | None: ...
    @property
    def unk_token(self) -> str | None: ...
    @property
    def continuing_subword_prefix(self) -> str | None: ...
    @property
    def end_of_word_suffix(self) -> str | None: ...
    @property
    def fuse_unk(self) -> bool: ...
    @property
    def byte_fallback(self) -> bool: ...
    @property
    def ignore_merges(self) -> bool: ...
    @property
    def byte_level(self) -> bool: ...
    @property
    def ranks(self) -> Sequence[int] | None: ...
    def options(self) -> dict[str, Any]: ...
    def __reduce__(self) -> tuple[Callable[..., BPE], tuple[Any, ...]]: ...
