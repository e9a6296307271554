"""A graph of named operations, as ONNX has them, and the few layers a BERT is made of.

A value is the name of what an operation makes. Nothing here needs the package onnx: nodes are plain
tuples until onnx_file.py writes them. Shapes: B texts, S tokens of the longest, K and N the widths
of a dense layer.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from bert_min.model.activations import Activation
from bert_min.model.linear import Linear

# Inputs of a product in 8 bits are ZERO + [-LEVELS, LEVELS]. Weights have 7 bits, so that two
# products fit in the 16 bits of processors without VNNI, 2 * 255 * 63: a file runs anywhere. The
# other way round, with 7 bits for the inputs, vectors are twice as far from those of float32.
LEVELS, ZERO = 127, 128
WEIGHT_LEVELS: Final = 63
TABLE_LEVELS: Final = 127  # of embeddings, which are not multiplied
TINY: Final = 1e-12


class Node(NamedTuple):
    """An operation: its kind, the values it takes ("" for one left out) and makes, its settings."""

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    settings: dict[str, Any]


class Graph:
    """Operations in the order they run, and the constants they read.

    Args:
        int8: Whether dense layers multiply in 8-bit integers.

    Attributes:
        nodes: The operations.
        constants: Arrays by name.
    """

    def __init__(self, int8: bool = False) -> None:
        self.int8 = int8
        self.nodes: list[Node] = []
        self.constants: dict[str, NDArray[Any]] = {}

    def op(self, kind: str, *inputs: str, **settings: Any) -> str:
        """Add an operation and return the name of what it makes."""
        return self._add(kind, inputs, 1, settings)[0]

    def rename(self, value: str, name: str) -> None:
        """Give what the last operation makes a name of its own."""
        last = self.nodes[-1]
        if last.outputs != (value,):
            raise ValueError(f"only the last value can be renamed, got {value!r}")
        self.nodes[-1] = last._replace(outputs=(name,))

    def split(self, x: str, parts: int, width: int) -> tuple[str, ...]:
        """Cut (..., parts * width) into parts of (..., width)."""
        sizes = self.constant(np.full(parts, width, np.int64))
        return self._add("Split", (x, sizes), parts, {"axis": -1})

    def constant(self, value: Any, kind: type = np.float32) -> str:
        """Add an array, a tensor, or a number or list of this kind."""
        array = value.detach().float().cpu().numpy() if isinstance(value, Tensor) else value
        array = array if isinstance(array, np.ndarray) else np.array(array, kind)
        name = f"constant_{len(self.constants)}"
        self.constants[name] = array
        return name

    def whole(self, *values: int) -> str:
        """Add a list of whole numbers, such as a shape or axes."""
        return self.constant(list(values), np.int64)

    def dense(self, x: str, layer: Linear | nn.Linear, quantize: bool = True) -> str:
        """Apply a dense layer: (..., K) -> (..., N), in 8 bits where the graph is in 8 bits."""
        weight = layer.weight.detach().float().cpu().numpy().T  # (K, N)
        if self.int8 and quantize:
            y = self._product_of_bytes(x, weight)
        else:
            y = self.op("MatMul", x, self.constant(np.ascontiguousarray(weight)))
        if layer.bias is not None:
            y = self.op("Add", y, self.constant(layer.bias))
        activation = getattr(layer, "activation", None)
        return y if activation is None else self.activate(y, activation)

    def table(self, embedding: nn.Embedding, rows: str) -> str:
        """Look rows of an embedding up: rows (...) -> (..., E)."""
        values = embedding.weight.detach().float().cpu().numpy()
        if not self.int8:
            return self.op("Gather", self.constant(values), rows)
        scale = np.maximum(np.abs(values).max(1, keepdims=True) / TABLE_LEVELS, TINY)  # (V, 1)
        whole = self.constant(np.round(values / scale).astype(np.int8))
        found = self.op("Cast", self.op("Gather", whole, rows), to="FLOAT")
        scales = self.constant(scale.astype(np.float32))
        return self.op("Mul", found, self.op("Gather", scales, rows))

    def norm(self, x: str, layer: nn.LayerNorm) -> str:
        """Apply a LayerNorm, with a bias or without."""
        more = [] if layer.bias is None else [self.constant(layer.bias)]
        scale = self.constant(layer.weight)
        return self.op("LayerNormalization", x, scale, *more, axis=-1, epsilon=layer.eps)

    def activate(self, x: str, activation: Activation) -> str:
        """Apply an activation of a model."""
        kind = activation.onednn
        if kind == "gelu":
            formula = "tanh" if activation.algorithm == "tanh" else "none"
            return self.op("Gelu", x, approximate=formula)
        if kind == "swish":
            return self.op("Mul", x, self.op("Sigmoid", x))
        return self.op({"relu": "Relu", "tanh": "Tanh"}[kind], x)

    def module_activation(self, x: str, module: nn.Module) -> str:
        """Apply an activation of a Dense module of sentence-transformers."""
        known = {
            nn.GELU: Activation(F.gelu, "gelu", "none"),
            nn.SiLU: Activation(F.silu, "swish"),
            nn.ReLU: Activation(F.relu, "relu"),
        }
        if type(module) in known:
            return self.activate(x, known[type(module)])
        if isinstance(module, nn.Identity):
            return x
        return self.op("Sigmoid" if isinstance(module, nn.Sigmoid) else "Tanh", x)

    def unit(self, x: str) -> str:
        """Scale vectors of (..., W) to length 1."""
        length = self.op("ReduceL2", x, self.whole(-1), keepdims=1)
        return self.op("Div", x, self.op("Max", length, self.constant(TINY)))

    def attention(self, q: str, k: str, v: str, size: int, allowed: str, bias: str | None) -> str:
        """Let tokens attend: (B, H, S, D) three times -> (B, H, S, D).

        Args:
            q: Queries.
            k: Keys.
            v: Values.
            size: D.
            allowed: (B or 1, 1, S or 1, S), whether a token may look at another.
            bias: (1, H, S, S) that is added to the scores, or None.
        """
        scores = self.op("MatMul", q, self.op("Transpose", k, perm=[0, 1, 3, 2]))
        scores = self.op("Mul", scores, self.constant(1 / math.sqrt(size)))
        if bias is not None:
            scores = self.op("Add", scores, bias)
        # not -infinity: a padded token may have nothing to look at, and must not become NaN
        least = self.constant(float(np.finfo(np.float32).min))
        scores = self.op("Where", allowed, scores, least)
        return self.op("MatMul", self.op("Softmax", scores, axis=-1), v)

    def _product_of_bytes(self, x: str, weight: NDArray[np.float32]) -> str:
        """Multiply in 8 bits, as model/int8.py does: a scale for each token and each output."""
        scale = np.maximum(np.abs(weight).max(0) / WEIGHT_LEVELS, TINY).astype(np.float32)  # (N,)
        whole = self.constant(np.round(weight / scale).astype(np.int8))
        largest = self.op("ReduceMax", self.op("Abs", x), self.whole(-1), keepdims=1)
        step = self.op("Max", largest, self.constant(TINY))
        step = self.op("Mul", step, self.constant(1 / LEVELS))  # (B, S, 1)
        shifted = self.op("Add", self.op("Div", x, step), self.constant(ZERO + 0.5))
        number = self.op("Cast", shifted, to="UINT8")  # cuts, so + 0.5 has rounded
        zero = self.constant(np.array(ZERO, np.uint8))
        product = self.op("Cast", self.op("MatMulInteger", number, whole, zero), to="FLOAT")
        return self.op("Mul", self.op("Mul", product, self.constant(scale)), step)

    def _add(
        self, kind: str, inputs: tuple[str, ...], makes: int, settings: dict[str, Any]
    ) -> tuple[str, ...]:
        number = len(self.nodes)
        outputs = tuple(f"{kind.lower()}_{number}_{i}" for i in range(makes))
        self.nodes.append(Node(kind, inputs, outputs, settings))
        return outputs
