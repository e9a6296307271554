from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

from subword._encoder import Encoder

@disjoint_base
class Documents:
    @property
    def size(self) -> int: ...
    @property
    def total(self) -> int: ...

@disjoint_base
class Job:
    def run(self) -> None: ...

@disjoint_base
class Memory: ...

def encode_texts(
    encoder: Encoder,
    texts: list[Any],
    full: bool = False,
    threads: int = 1,
    most: int | None = None,
    prefix: Sequence[int] = (),
    suffix: Sequence[int] = (),
) -> tuple[
    npt.NDArray[np.uint32], npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]
]: ...
