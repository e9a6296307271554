from typing import Any

# What other extension modules call: the C functions of the .pxd.
__pyx_capi__: dict[str, Any]

def read_number(text: str) -> float: ...
def spell_number(value: float) -> str: ...
