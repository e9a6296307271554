from typing import Any

import numpy as np
import numpy.typing as npt

# What other extension modules call: the C functions of the .pxd.
__pyx_capi__: dict[str, Any]

def to_lists(
    ids: npt.NDArray[np.uint32], row_splits: npt.NDArray[np.int64], ints: list[int]
) -> list[list[int]]: ...
def trim_rows(
    offsets: npt.NDArray[np.int32],
    ids: npt.NDArray[np.uint32],
    row_splits: npt.NDArray[np.int64],
    prefix_size: int,
    spaces: npt.NDArray[np.int32],
    add_prefix_space: bool,
) -> None: ...
