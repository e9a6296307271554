"""What follows the encoder in a graph: pooling, the modules behind it, lengths of 1, fewer numbers.

It is what `Embedder.encode` does without options.
"""

from __future__ import annotations

from torch import nn

from bert_min.embedding.after_pooling import AfterPooling, Dense, LayerNorm
from bert_min.embedding.embedder import Embedder
from bert_min.export.encoder_graph import encode
from bert_min.export.graph import Graph

TOKENS, TEXT = "last_hidden_state", "sentence_embedding"  # what the graph makes


def embed(graph: Graph, embedder: Embedder) -> None:
    """Add all that makes vectors of token ids to a graph.

    Args:
        graph: Gets the operations; its inputs are those of `input_names`, what it makes is called
            TOKENS, (B, S, E) with zeros on padding, and TEXT, (B, W).
        embedder: In float32.
    """
    x, batch = encode(graph, embedder.model)
    real = graph.op("Unsqueeze", batch.real, graph.whole(2))  # (B, S, 1)
    x = graph.op("Where", real, x, graph.constant(0.0))
    vectors = _pooled(graph, embedder, x, batch.real, real)
    if embedder.after is not None:
        vectors = _after(graph, vectors, embedder.after)
    if embedder.normalize:
        vectors = graph.unit(vectors)
    if embedder.truncate_dim is not None:
        ends = (graph.whole(number) for number in (0, embedder.truncate_dim, 1))
        vectors = graph.op("Slice", vectors, *ends)
    for name, value in ((TOKENS, x), (TEXT, vectors)):
        graph.rename(graph.op("Identity", value), name)


def _pooled(graph: Graph, embedder: Embedder, x: str, flat: str, real: str) -> str:
    """Make one vector of the token vectors of each text: (B, S, E) -> (B, E)."""
    tokens = graph.whole(1)
    if embedder.pooling == "mean":
        count = graph.op("ReduceSum", graph.op("Cast", real, to="FLOAT"), tokens, keepdims=0)
        return graph.op("Div", graph.op("ReduceSum", x, tokens, keepdims=0), count)
    if embedder.pooling == "max":
        least = graph.op("Where", real, x, graph.constant(float("-inf")))
        return graph.op("ReduceMax", least, tokens, keepdims=0)
    numbers = graph.op("Cast", flat, to="INT64")
    first = graph.op("ArgMax", numbers, axis=1, keepdims=1)  # padding may be on the left
    vectors = graph.op("GatherND", x, first, batch_dims=1)
    pooler = embedder.model.pooler
    if embedder.pooling == "cls" or pooler is None:
        return vectors
    return graph.op("Tanh", graph.dense(vectors, pooler, quantize=False))


def _after(graph: Graph, x: str, modules: AfterPooling) -> str:
    """Apply the modules of a folder that follow the pooling: (B, W) -> (B, W')."""
    for module in modules:
        if isinstance(module, Dense):
            y = graph.dense(x, module.linear, quantize=False)
            y = graph.module_activation(y, module.activation)
            if module.has_residual:
                more = module.residual
                added = x if more is None else graph.dense(x, more, quantize=False)
                y = graph.op("Add", y, added)
            x = y
        elif isinstance(module, LayerNorm):
            x = graph.norm(x, module.norm)
        else:
            x = graph.unit(x)
    return x


def made_width(embedder: Embedder) -> int:
    """Return W, the width of a vector of a text."""
    widths = embedder.widths
    full = embedder.model.config.hidden_size if widths is None else widths[1]
    return embedder.truncate_dim or full


def check_pooling(embedder: Embedder) -> None:
    """Refuse what no graph is made of.

    Raises:
        ValueError: The pooling is that of a pooler the folder does not have.
    """
    report = embedder.model.load_report
    fresh = report is not None and "pooler.weight" in report.initialised
    if embedder.pooling == "pooler" and (fresh or not isinstance(embedder.model.pooler, nn.Module)):
        raise ValueError("pooling 'pooler' needs a model stored with its pooler")
