"""Look inside: which token attends to which, and where the token vectors lie.

The fast attention never writes its weights down. `attention_maps` runs the model as usual and
computes the weights of one layer a second time, from that layer's input.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray

from bert_min.model.bert import BertLayer, BertModel, attention_weights
from bert_min.model.packing import Layout
from bert_min.text.tokenize import encode_texts
from subword import Tokenizer


class AttentionMap(NamedTuple):
    """The attention of one layer over one text.

    Attributes:
        tokens: S tokens.
        weights: (H, S, S); in head h token i takes the share weights[h, i, j] from token j.
    """

    tokens: list[str]
    weights: NDArray[np.float32]


class TokenVectors(NamedTuple):
    """What one layer makes of one text.

    Attributes:
        tokens: S tokens.
        vectors: (S, E).
    """

    tokens: list[str]
    vectors: NDArray[np.float32]

    def of(self, token: str) -> NDArray[np.float32]:
        """Return the vector (E,) of the first such token.

        Raises:
            ValueError: The text has no such token.
        """
        if token not in self.tokens:
            raise ValueError(f"the text has no token {token!r}, its tokens are {self.tokens}")
        return cast(NDArray[np.float32], self.vectors[self.tokens.index(token)])


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
    ids, tokens = _tokens(tokenizer, text)
    with torch.inference_mode():
        device = model.embeddings.word.weight.device
        out = model.forward_packed(ids.to(device), [len(ids)], output_hidden_states=True)
        states = cast(tuple[torch.Tensor, ...], out.hidden_states)
        chosen = cast(BertLayer, model.layers[layer % layers])
        q, k, _ = chosen.split_heads(states[layer % layers])  # the input of that layer
        weights = attention_weights(q, k, Layout.of([len(ids)], device))[0]  # (H, S, S)
    return AttentionMap(tokens, weights.float().cpu().numpy())


def token_vectors(
    model: BertModel, tokenizer: Tokenizer, text: str, layer: int = -1
) -> TokenVectors:
    """Compute the vector of every token of a text.

    Args:
        model: The encoder.
        tokenizer: Its tokenizer.
        text: One text, no longer than the model's positions.
        layer: 0 for the embeddings, 1 to L, or negative from the last.

    Returns:
        The tokens and their vectors (S, E).

    Raises:
        ValueError: There is no such layer, or the text is too long.
    """
    layers = model.config.num_hidden_layers
    if not -layers - 1 <= layer <= layers:
        raise ValueError(f"layer must lie in [{-layers - 1}, {layers}], got {layer}")
    ids, tokens = _tokens(tokenizer, text)
    with torch.inference_mode():
        device = model.embeddings.word.weight.device
        out = model.forward_packed(ids.to(device), [len(ids)], output_hidden_states=True)
        states = cast(tuple[torch.Tensor, ...], out.hidden_states)
    return TokenVectors(tokens, states[layer].float().cpu().numpy())


def flatten(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Project vectors onto the two directions in which they differ most (PCA).

    Args:
        vectors: (n, E).

    Returns:
        (n, 2); the sign of each direction is chosen so that its largest entry is positive.

    Example:
        >>> flatten(np.array([[0.0, 0, 0], [2, 0, 0], [4, 0, 0]], np.float32))[:, 0].tolist()
        [-2.0, 0.0, 2.0]
    """
    centred = vectors - vectors.mean(0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)  # rows: (min(n, E), E)
    axes = np.zeros((2, vectors.shape[1]), vectors.dtype)
    axes[: len(directions[:2])] = directions[:2]
    axes[axes[[0, 1], np.abs(axes).argmax(1)] < 0] *= -1
    return cast(NDArray[np.float32], centred @ axes.T)


def _tokens(tokenizer: Tokenizer, text: str) -> tuple[torch.Tensor, list[str]]:
    ids = encode_texts(tokenizer, [text]).ids
    return torch.from_numpy(ids.copy()), [str(tokenizer.id_to_token(int(i))) for i in ids]
