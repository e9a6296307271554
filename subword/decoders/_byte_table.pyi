from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

@disjoint_base
class TokenByteTable:
    def __init__(
        self,
        token_bytes: list[bytes | None],
        edge_bytes: list[bytes | None] | None = None,
        *,
        edge_is_last: bool = False,
        byte_runs: Iterable[int] = (),
        strip: tuple[str, int, int] = (" ", 0, 0),
    ) -> None: ...
    def decode_rows(
        self, ids: npt.NDArray[np.uint32], row_splits: npt.NDArray[np.int64]
    ) -> list[str]: ...
