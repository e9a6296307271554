"""Dense layers in 8-bit integers, on a CPU.

Source of the scheme: Dettmers et al. 2022, "LLM.int8()", section 2 (vector-wise quantization): each
row of the input and each column of the matrix has a scale of its own. The scale of a token depends
on that token alone, so vectors still do not depend on the batch.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from bert_min.model.bert import BertModel
from bert_min.model.linear import Linear

# Inputs are stored without a sign, as ZERO + [-LEVELS, LEVELS]. Without VNNI the products of two
# neighbours are added in 16 bits with saturation: 2 * 127 * 127 fits, 2 * 255 * 127 does not, so
# inputs have 7 bits there.
LEVELS: Final = 127 if torch.cpu._is_vnni_supported() else 63
ZERO: Final = LEVELS + 1


class Int8Linear(nn.Module):
    """A dense layer whose product is computed in 8-bit integers, result in float32."""

    def __init__(self, layer: Linear) -> None:
        """Quantize a layer: one scale for each of its N outputs."""
        super().__init__()
        weight = layer.weight.detach().float()  # (N, K)
        self.activation = layer.activation
        self.bias = None if layer.bias is None else layer.bias.detach().float()
        self.scale = (weight.abs().amax(1) / 127).clamp(min=1e-12)  # (N,)
        self.zero = torch.zeros(len(weight), dtype=torch.int64)
        whole = (weight / self.scale[:, None]).round().to(torch.int8)
        self.packed = torch.ops.onednn.qlinear_prepack(whole, None)

    def forward(self, x: Tensor) -> Tensor:
        """Map (T, K) to (T, N)."""
        # amin and amax are two reads of x, and still several times faster than one aminmax
        largest = torch.maximum(x.amax(1, True), -x.amin(1, True))  # (T, 1)
        scale = largest.clamp_(min=1e-12) / LEVELS
        # + 0.5 rounds, as .to() cuts
        whole = (x * scale.reciprocal()).add_(ZERO + 0.5).to(torch.uint8)  # (T, K)
        y = torch.ops.onednn.qlinear_pointwise(
            whole, 1.0, ZERO, self.packed, self.scale, self.zero, None,
            1.0, 0, torch.float32, "none", [], "",
        )  # fmt: skip
        y = y.mul_(scale) if self.bias is None else torch.addcmul(self.bias, y, scale, out=y)
        return y if self.activation is None else self.activation.function(y)


def quantize_int8(model: BertModel) -> None:
    """Replace the dense layers of the encoder, in place; embeddings and pooler stay float32."""
    for layer in model.layers:
        for name, child in list(layer.named_children()):
            if isinstance(child, Linear):
                setattr(layer, name, Int8Linear(child))
