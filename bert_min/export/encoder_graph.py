"""The encoder of bert.py and modern.py as a graph on padded batches.

The same steps in the same order, read beside those two pages. A batch is (B, S) with a mask, as
other programs give it; what padding computes is never looked at by another token.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn

from bert_min.export.graph import Graph
from bert_min.model.bert import BertLayer, BertModel
from bert_min.model.modern import ModernEmbeddings, ModernLayer, Rotation, modern_of
from bert_min.model.modern_config import GLOBAL, LOCAL

IDS, MASK, TYPES = "input_ids", "attention_mask", "token_type_ids"  # as transformers names them


class Inputs(NamedTuple):
    """What every layer may ask of a batch.

    Attributes:
        real: (B, S), whether a token is no padding.
        places: (S,) the numbers 0, 1, 2 ...
    """

    real: str
    places: str


class Place(NamedTuple):
    """What a layer's attention knows of positions.

    Attributes:
        allowed: (B, 1, 1 or S, S), who may look at whom.
        bias: (1, H, S, S) that is added to scores, or None.
        turn: Cosines and sines (S, D) that rotate queries and keys, or None.
    """

    allowed: str
    bias: str | None = None
    turn: tuple[str, str] | None = None


def input_names(model: BertModel) -> list[str]:
    """Return the inputs of the graph: token types only for a model that has several."""
    return [IDS, MASK, *([TYPES] if model.config.type_vocab_size > 1 else [])]


def encode(graph: Graph, model: BertModel) -> tuple[str, Inputs]:
    """Add the encoder to a graph whose inputs are `input_names`.

    Args:
        graph: Gets the operations.
        model: In float32.

    Returns:
        The token vectors (B, S, E), those of padding undefined, and what is known of the batch.
    """
    size = graph.op("Gather", graph.op("Shape", IDS), graph.constant(1, np.int64))
    zero, one = graph.constant(0, np.int64), graph.constant(1, np.int64)
    batch = Inputs(graph.op("Cast", MASK, to="BOOL"), graph.op("Range", zero, size, one))
    x = _embeddings(graph, model, batch)
    kinds = _modern_places(graph, model, batch) if model.config.family.is_modern else {}
    plain = None if kinds else _place(graph, model, batch)
    for module in model.layers:
        if isinstance(module, ModernLayer):
            x = _modern_layer(graph, module, x, kinds[module.is_local])
        else:
            x = _layer(graph, cast(BertLayer, module), x, cast(Place, plain))
    return (x if model.final_norm is None else graph.norm(x, model.final_norm)), batch


def _embeddings(graph: Graph, model: BertModel, batch: Inputs) -> str:
    config, parts = model.config, model.embeddings
    x = graph.table(parts.word, IDS)  # (B, S, E)
    if isinstance(parts, ModernEmbeddings):
        return graph.norm(x, parts.norm)
    rows = graph.constant(parts.position.weight)
    if parts.token_type is not None and config.type_vocab_size > 1:
        x = graph.op("Add", x, graph.op("Gather", graph.constant(parts.token_type.weight), TYPES))
    elif parts.token_type is not None:
        x = graph.op("Add", x, graph.constant(parts.token_type.weight[0]))
    if model.uncounted_id is None:
        position = graph.op("Gather", rows, batch.places)  # (S, E)
    else:
        pad = graph.constant(model.uncounted_id, np.int64)
        counted = graph.op("Cast", graph.op("Not", graph.op("Equal", IDS, pad)), to="INT64")
        number = graph.op("CumSum", counted, graph.constant(1, np.int64))  # from 1
        number = graph.op("Add", graph.op("Mul", number, counted), pad)  # (B, S)
        position = graph.op("Gather", rows, number)
    x = graph.norm(graph.op("Add", x, position), parts.norm)
    return x if parts.project is None else graph.dense(x, parts.project, quantize=False)


def _place(graph: Graph, model: BertModel, batch: Inputs) -> Place:
    allowed = graph.op("Unsqueeze", batch.real, graph.whole(1, 2))  # (B, 1, 1, S)
    if model.distance_bias is None:
        return Place(allowed)
    longest = model.config.longest_text
    square: Tensor = model.distance_bias(longest).detach()  # (H, L, L), the same along diagonals
    ahead, behind = square[:, 0], square[:, 1:, 0].flip(1)  # j - i of 0 .. L-1, and of 1-L .. -1
    table = np.concatenate((behind.cpu().numpy(), ahead.cpu().numpy()), 1).T  # (2L - 1, H)
    distance = graph.op("Add", _distances(graph, batch), graph.constant(longest - 1, np.int64))
    found = graph.op("Gather", graph.constant(np.ascontiguousarray(table)), distance)  # (S, S, H)
    bias = graph.op("Transpose", found, perm=[2, 0, 1])
    return Place(allowed, graph.op("Unsqueeze", bias, graph.whole(0)))


def _modern_places(graph: Graph, model: BertModel, batch: Inputs) -> dict[bool, Place]:
    config, modern = model.config, modern_of(model.config)
    head = config.hidden_size // config.num_attention_heads
    real = graph.op("Unsqueeze", batch.real, graph.whole(1, 2))  # (B, 1, 1, S)
    reach = graph.constant(modern.local_attention // 2, np.int64)
    near = graph.op("LessOrEqual", graph.op("Abs", _distances(graph, batch)), reach)  # (S, S)
    found = {}
    for kind, theta in ((GLOBAL, modern.global_rope_theta), (LOCAL, modern.local_rope_theta)):
        every = Rotation.of(torch.arange(config.longest_text), head, theta, torch.float32)
        cos, sin = (
            graph.op("Gather", graph.constant(table[:, 0]), batch.places) for table in every
        )
        allowed = graph.op("And", real, near) if kind == LOCAL else real
        found[kind == LOCAL] = Place(allowed, None, (cos, sin))
    return found


def _distances(graph: Graph, batch: Inputs) -> str:
    """Return j - i, (S, S)."""
    column = graph.op("Unsqueeze", batch.places, graph.whole(1))
    return graph.op("Sub", batch.places, column)


def _attend(graph: Graph, mixed: str, layer: BertLayer | ModernLayer, place: Place) -> str:
    """Map queries, keys and values side by side, (B, S, 3E), to what attention makes, (B, S, E)."""
    heads = layer.heads
    width = layer.attention_output.in_features
    size = width // heads
    q, k, v = (
        graph.op(
            "Transpose",
            graph.op("Reshape", part, graph.whole(0, 0, heads, size)),
            perm=[0, 2, 1, 3],
        )
        for part in graph.split(mixed, 3, width)
    )  # (B, H, S, D) each
    if place.turn is not None:
        q, k = (_turn(graph, x, place.turn, size) for x in (q, k))
    attended = graph.attention(q, k, v, size, place.allowed, place.bias)
    together = graph.op("Transpose", attended, perm=[0, 2, 1, 3])
    return graph.op("Reshape", together, graph.whole(0, 0, width))


def _turn(graph: Graph, x: str, turn: tuple[str, str], size: int) -> str:
    first, second = graph.split(x, 2, size // 2)
    crossed = graph.op("Concat", graph.op("Neg", second), first, axis=-1)
    cos, sin = turn
    return graph.op("Add", graph.op("Mul", x, cos), graph.op("Mul", crossed, sin))


def _layer(graph: Graph, layer: BertLayer, x: str, place: Place) -> str:
    attended = _attend(graph, graph.dense(x, layer.qkv), layer, place)
    attended = graph.dense(attended, layer.attention_output)
    x = graph.norm(graph.op("Add", x, attended), layer.attention_norm)
    y = graph.dense(graph.dense(x, layer.intermediate), layer.output)
    return graph.norm(graph.op("Add", x, y), layer.output_norm)


def _modern_layer(graph: Graph, layer: ModernLayer, x: str, place: Place) -> str:
    norm = layer.attention_norm
    ready = graph.norm(x, norm) if isinstance(norm, nn.LayerNorm) else x  # the first has none
    mixed = graph.dense(ready, layer.wqkv)
    attended = graph.dense(_attend(graph, mixed, layer, place), layer.attention_output)
    x = graph.op("Add", x, attended)
    inner = graph.dense(graph.norm(x, layer.mlp_norm), layer.intermediate)
    value, gate = graph.split(inner, 2, layer.output.in_features)
    return graph.op(
        "Add", x,
        graph.dense(graph.op("Mul", graph.activate(value, layer.activation), gate), layer.output),
    )  # fmt: skip
