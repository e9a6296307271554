from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

@disjoint_base
class PieceTable:
    def __init__(
        self,
        pieces: list[bytes | None],
        edges: list[bytes | None] | None = None,
        *,
        at_end: bool = False,
        runs: Iterable[int] = (),
        strip: tuple[str, int, int] = (" ", 0, 0),
    ) -> None: ...
    def decode_rows(
        self, ids: npt.NDArray[np.uint32], row_splits: npt.NDArray[np.int64]
    ) -> list[str]: ...
