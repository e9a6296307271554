"""A model folder: its encoder and its tokenizer."""

from __future__ import annotations

from pathlib import Path

from bert_min.hub import find_folder
from bert_min.model.bert import BertModel
from bert_min.text.tokenizers import Tokenizer, has_tokenizer, load_tokenizer
from bert_min.text.vocabulary_checks import check_embedding


def load_pretrained(folder: str | Path) -> tuple[BertModel, Tokenizer | None]:
    """Load an encoder and its tokenizer.

    Args:
        folder: Holds config.json, the weights, and tokenizer.json or a vocabulary; or a name
            of the Hub.

    Returns:
        The model in evaluation mode, and the tokenizer, None if the folder has none.

    Raises:
        OSError: A file is missing.
        ValueError: The architecture is not implemented, the weights do not fit, or the tokenizer
            has ids beyond the token embedding.
    """
    folder = find_folder(folder)
    model = BertModel.from_pretrained(folder)
    if not has_tokenizer(folder):
        return model, None
    tokenizer = load_tokenizer(folder)
    check_embedding(tokenizer, model.config.vocab_size, folder)
    return model, tokenizer
