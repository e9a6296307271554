"""Activations, by their names in `config.json`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class Activation(NamedTuple):
    """A function of single numbers.

    Attributes:
        function: For any device and dtype.
        onednn: Its name in oneDNN, which applies it to each block of a product.
        algorithm: Which formula of it.
    """

    function: Callable[[Tensor], Tensor]
    onednn: str
    algorithm: str = ""


EXACT_GELU: Final = Activation(F.gelu, "gelu", "none")  # x/2 * (1 + erf(x / sqrt(2)))
TANH_GELU: Final = Activation(partial(F.gelu, approximate="tanh"), "gelu", "tanh")
SILU: Final = Activation(F.silu, "swish")
ACTIVATIONS: Final = {
    "gelu": EXACT_GELU,
    "gelu_python": EXACT_GELU,
    "gelu_new": TANH_GELU,
    "gelu_pytorch_tanh": TANH_GELU,
    "relu": Activation(F.relu, "relu"),
    "silu": SILU,
    "swish": SILU,
    "tanh": Activation(torch.tanh, "tanh"),
}
