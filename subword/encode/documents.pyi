from typing import Any

from typing_extensions import disjoint_base

# What other extension modules call: the C functions of the .pxd.
__pyx_capi__: dict[str, Any]

class NotUTF8(ValueError):
    buffer: int
    byte: int
    def __init__(self, buffer: int, byte: int) -> None: ...

@disjoint_base
class Documents:
    @property
    def size(self) -> int: ...
    @property
    def total(self) -> int: ...
    def error(self, document: int, position: int) -> ValueError: ...
