import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

from subword._encoder import Encoder

@disjoint_base
class OneText:
    def _prepare(
        self,
        encoder: Encoder,
        affixes: tuple[tuple[int, ...], tuple[int, ...]] | None,
        refusal: str,
    ) -> None: ...
    def encode_ids(
        self, text: str, *, add_special_tokens: bool = True
    ) -> npt.NDArray[np.uint32]: ...
