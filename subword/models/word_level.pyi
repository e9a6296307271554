from collections.abc import Callable, Mapping
from typing import Any

from typing_extensions import disjoint_base

from subword._core.pipeline import Model
from subword.vocab.token_table import TokenTable

@disjoint_base
class WordLevel(Model):
    def __init__(self, vocab: Mapping[str, int] | TokenTable, unk_token: str = "<unk>") -> None: ...
    @property
    def vocab(self) -> dict[str, int]: ...
    @property
    def unk_token(self) -> str: ...
    def options(self) -> dict[str, Any]: ...
    def __reduce__(self) -> tuple[Callable[..., WordLevel], tuple[Any, ...]]: ...
