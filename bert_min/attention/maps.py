"""Attention maps: which token attends to which in one layer.

The fast attention never stores its weights. `attention_maps` runs the model as usual and computes
the weights of one layer a second time, from the input of that layer.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.attention.hidden_states import hidden_states
from bert_min.model.attention import attention_weights
from bert_min.model.bert import BertLayer, BertModel
from bert_min.model.packing import PackedLayout
from bert_min.text.tokenizers import Tokenizer


class AttentionMap(NamedTuple):
    """The attention of one layer over one text.

    Attributes:
        tokens: S tokens.
        weights: (H, S, S); in head h token i takes the share weights[h, i, j] from token j.
    """

    tokens: list[str]
    weights: NDArray[np.float32]


def attention_maps(
    model: BertModel, tokenizer: Tokenizer, text: str, layer: int = -1
) -> AttentionMap:
    """Compute who attends to whom in one layer.

    Args:
        model: The encoder.
        tokenizer: Its tokenizer.
        text: One text, no longer than the model's positions.
        layer: 0 to L - 1, or negative from the last; heads of low layers look at neighbours.

    Returns:
        The tokens and the weights (H, S, S), each row summing to 1.

    Raises:
        ValueError: There is no such layer, or the text is too long.
    """
    layers = model.config.num_hidden_layers
    if not -layers <= layer < layers:
        raise ValueError(f"layer must lie in [{-layers}, {layers}), got {layer}")
    tokens, states = hidden_states(model, tokenizer, text)
    with torch.inference_mode():
        chosen = cast(BertLayer, model.layers[layer % layers])
        x = states[layer % layers]  # the input of that layer
        layout = PackedLayout.of([len(tokens)], x.device)
        bias, rotation = model.places(layout.positions, layout, x)[layer % layers]
        q, k, _ = chosen.split_heads(x, rotation)
        weights = attention_weights(q, k, layout, bias)[0]  # (H, S, S)
    return AttentionMap(tokens, weights.float().cpu().numpy())
