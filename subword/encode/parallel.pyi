from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from typing_extensions import Buffer, disjoint_base

from subword.encode.encoder import Encoder

# ids, row_splits, offsets (None unless asked for), word indices (the same).
_Arrays: TypeAlias = tuple[
    npt.NDArray[np.uint32], npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]
]

@disjoint_base
class EncodeJob:
    def run(self) -> None: ...

def texts_to_arrays(
    encoder: Encoder,
    texts: list[Any],
    with_offsets: bool = False,
    threads: int | None = None,
    max_ids: int | None = None,
    prefix: Sequence[int] = (),
    suffix: Sequence[int] = (),
    with_word_ids: bool = False,
    seed: int | None = None,
    first: int = 0,
) -> _Arrays: ...
def buffers_to_arrays(
    encoder: Encoder,
    buffers: list[Buffer],
    separator: bytes | None = None,
    with_offsets: bool = False,
    threads: int | None = None,
    max_ids: int | None = None,
    prefix: Sequence[int] = (),
    suffix: Sequence[int] = (),
) -> _Arrays: ...
def any_longer(texts: list[Any], size: int) -> bool: ...
