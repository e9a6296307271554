from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from typing_extensions import disjoint_base

from subword._core.limits import MAX_TOKEN_CHARS as MAX_TOKEN_CHARS

# What other extension modules call: the C functions of the .pxd.
__pyx_capi__: dict[str, Any]

@dataclass(frozen=True)
class AddedToken:
    content: str
    single_word: bool = False
    lstrip: bool = False
    rstrip: bool = False
    normalized: bool | None = None
    special: bool = False
    def __post_init__(self) -> None: ...

@disjoint_base
class AddedTokenMatcher:
    def __init__(self, tokens: Iterable[tuple[str, int | None, AddedToken]]) -> None: ...
    @property
    def count(self) -> int: ...
    @property
    def contents(self) -> list[bytes]: ...
