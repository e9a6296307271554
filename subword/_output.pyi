import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

def to_lists(
    ids: npt.NDArray[np.uint32], row_splits: npt.NDArray[np.int64], ints: list[int]
) -> list[list[int]]: ...

@disjoint_base
class PieceTable:
    def __init__(self, pieces: list[tuple[bytes, bytes] | None]) -> None: ...
    def decode_rows(
        self, ids: npt.NDArray[np.uint32], row_splits: npt.NDArray[np.int64]
    ) -> list[str]: ...
