"""The dense layer, which chooses the kernel of every matrix product.

A BERT spends nine tenths of its time multiplying matrices. On a CPU torch has two libraries for
that, MKL and oneDNN. `F.linear` calls MKL in float32, which leaves the wide registers of some
processors unused; oneDNN uses them, and can apply the activation to each block of results while it
is still in cache. `linear` takes oneDNN where it can and is otherwise the plain two lines at its
end, which are also what the tests compare it with.
"""

from __future__ import annotations

from typing import Any, Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bert_min.model.activations import ACTIVATIONS, Activation

# Whether this build of torch has oneDNN's dense layer, fused with an activation.
HAS_ONEDNN: Final = torch._C._has_mkldnn and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def onednn(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, activation: Activation | None = None
) -> Tensor:
    """Multiply with oneDNN: (T, K), (N, K), (N,) -> (T, N), any strides, no gradient."""
    name, algorithm = ("none", "") if activation is None else activation[1:]
    y: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, name, [], algorithm)
    return y


class OneDnnLinear(torch.autograd.Function):
    """`x @ weight.T + bias` and its three derivatives, each one oneDNN product."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Map (T, K) to (T, N)."""
        ctx.save_for_backward(x, weight)
        ctx.has_bias = bias is not None
        return onednn(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Map the gradient of the result, (T, N), to those of x, weight and bias."""
        x, weight = ctx.saved_tensors
        dy = gradients[0]  # (T, N)
        dx = onednn(dy, weight.t()) if ctx.needs_input_grad[0] else None  # (T, K)
        dw = onednn(dy.t(), x.t()) if ctx.needs_input_grad[1] else None  # (N, K)
        return dx, dw, dy.sum(0) if ctx.has_bias else None


def linear(
    x: Tensor, weight: Tensor, bias: Tensor | None, activation: Activation | None = None
) -> Tensor:
    """Return `x @ weight.T + bias`, through an activation if asked.

    Args:
        x: (T, K), any number of rows.
        weight: (N, K).
        bias: (N,), or None.
        activation: What is applied to the result; None for nothing.

    Returns:
        (T, N), of the dtype of x.

    Example:
        >>> linear(torch.ones(1, 2), torch.tensor([[1.0, 2.0]]), torch.tensor([0.5]))
        tensor([[3.5000]])
    """
    if (
        HAS_ONEDNN
        and x.device.type == "cpu"
        and x.dtype == weight.dtype == torch.float32
        and x.dim() == 2
        and len(x) > 0
        and torch.backends.mkldnn.enabled
        and not torch.is_autocast_enabled("cpu")
        and not torch.compiler.is_compiling()
    ):
        if not torch.is_grad_enabled():
            return onednn(x, weight, bias, activation)
        y = OneDnnLinear.apply(x, weight, bias)  # type: ignore[no-untyped-call]
    else:
        y = F.linear(x, weight, bias)
    return y if activation is None else activation.function(y)


class Linear(nn.Linear):
    """Dense layer with weights (N, K), followed by an activation if one is named."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        activation: str | None = None,
        bias: bool = True,
    ) -> None:
        """Make a layer from K = in_features to N = out_features."""
        super().__init__(in_features, out_features, bias)
        self.activation = None if activation is None else ACTIVATIONS[activation]

    def forward(self, x: Tensor) -> Tensor:
        """Map (T, K) to (T, N)."""
        return linear(x, self.weight, self.bias, self.activation)
