from typing import Any

import numpy as np
import numpy.typing as npt

# What other extension modules call: the C functions of the .pxd.
__pyx_capi__: dict[str, Any]

def to_lists(
    ids: npt.NDArray[np.uint32], row_splits: npt.NDArray[np.int64], ints: list[int]
) -> list[list[int]]: ...
