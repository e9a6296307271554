from typing import Any

# What other extension modules call: the C variables of the .pxd.
__pyx_capi__: dict[str, Any]

def value_of_every_code_point() -> bytes: ...
