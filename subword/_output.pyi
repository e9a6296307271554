import numpy as np
import numpy.typing as npt

def to_lists(
    ids: npt.NDArray[np.uint32], row_splits: npt.NDArray[np.int64], ints: list[int]
) -> list[list[int]]: ...

@disjoint_base
