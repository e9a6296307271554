"""The input and output of every layer of a model for one text."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor

from bert_min.model.bert import BertModel
from bert_min.text.tokenize import encode_texts
from bert_min.text.tokenizers import Tokenizer


def hidden_states(
    model: BertModel, tokenizer: Tokenizer, text: str
) -> tuple[list[str], tuple[Tensor, ...]]:
    """Run a model over one text.

    Args:
        model: The encoder.
        tokenizer: Its tokenizer.
        text: One text, no longer than the model's positions.

    Returns:
        Its S tokens, and L + 1 tensors (S, E) on the model's device: the embeddings, then the
        output of each layer.

    Raises:
        ValueError: The text is too long.
    """
    ids = encode_texts(tokenizer, [text]).ids
    device = model.embeddings.word.weight.device
    with torch.inference_mode():
        out = model.forward_packed(
            torch.from_numpy(ids.copy()).to(device), [len(ids)], output_hidden_states=True
        )
    tokens = [str(tokenizer.id_to_token(int(i))) for i in ids]
    return tokens, cast(tuple[Tensor, ...], out.hidden_states)
