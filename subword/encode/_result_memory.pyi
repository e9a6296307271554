from typing import Any

from typing_extensions import disjoint_base

# What other extension modules call: the C functions of the .pxd.
__pyx_capi__: dict[str, Any]

def free_spare() -> None: ...

@disjoint_base
class ResultMemory: ...
