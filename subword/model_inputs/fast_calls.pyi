from collections.abc import Callable
from typing import Any, final

import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

from subword.encode.special_tokens import Special
from subword.encode.text_encoder import TextEncoder
from subword.model_inputs.batch_encoding import BatchEncoding
from subword.model_inputs.call_options import CallOptions
from subword.results.encoding import Encoding

@final
class CachedCall: ...

@final
class LazyEncodings:
    def __call__(self, *args: Any, **kwargs: Any) -> list[Encoding]: ...

@disjoint_base
class FastCalls:
    def __init__(
        self, text_encoder: TextEncoder, resolve_options: Callable[..., CallOptions]
    ) -> None: ...
    def encode_ids(
        self, text: str, *, add_special_tokens: bool = True, special: Special = "all"
    ) -> npt.NDArray[np.uint32]: ...
    def encode_padded(
        self,
        texts: list[str],
        add_special_tokens: bool,
        max_length: int | None,
        length: int | None,
        multiple: int | None,
        pad: tuple[int, int] | None,
        left: bool,
    ) -> npt.NDArray[np.int64] | None: ...
    def __call__(
        self, text: Any = None, text_pair: Any = None, **options: Any
    ) -> BatchEncoding: ...
