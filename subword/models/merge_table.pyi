from collections.abc import Callable
from typing import Any

from typing_extensions import disjoint_base

# What other extension modules call: the C functions of the .pxd.
__pyx_capi__: dict[str, Any]

@disjoint_base
class MergeTable:
    def __init__(self, buffer: bytes) -> None: ...
    @property
    def buffer(self) -> bytes: ...
    def __len__(self) -> int: ...
    def __reduce__(self) -> tuple[Callable[..., MergeTable], tuple[Any, ...]]: ...
