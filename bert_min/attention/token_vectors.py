"""The vectors of the tokens of a text, and their projection onto a plane."""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from bert_min.attention.hidden_states import hidden_states
from bert_min.model.bert import BertModel
from bert_min.text.tokenizers import Tokenizer


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
    tokens, states = hidden_states(model, tokenizer, text)
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
