"""The sizes of BERT by name: those of Turc et al. 2019, and base of Devlin et al. 2019."""

import json
from pathlib import Path

from bert_min.model.config import BertConfig
from bert_min.text.special_tokens import special_id
from bert_min.text.tokenizers import Tokenizer

# name -> hidden layers and hidden size; heads are 64 wide, the inner layer is four times as wide
SIZES = {
    "tiny": (2, 128),
    "mini": (4, 256),
    "small": (4, 512),
    "medium": (8, 512),
    "base": (12, 768),
}


def sized_config(size: str, tokenizer: Tokenizer, max_length: int) -> BertConfig:
    """Make the configuration of a named size or of a ``config.json``, for a vocabulary.

    Args:
        size: A name of `SIZES`, or the path of a file or folder.
        tokenizer: Gives the vocabulary's size and the id of [PAD].
        max_length: Longest input; positions are at least 512 for a named size.

    Returns:
        The configuration.

    Raises:
        ValueError: If there is no such size, or `max_length` is above the positions of the file.
        OSError: If the file cannot be read.

    Example:
        >>> sorted(SIZES)
        ['base', 'medium', 'mini', 'small', 'tiny']
    """
    if size in SIZES:
        layers, width = SIZES[size]
        return BertConfig(
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=width // 64,
            intermediate_size=4 * width,
            max_position_embeddings=max(512, max_length),
            vocab_size=tokenizer.vocab_size,
            pad_token_id=special_id(tokenizer, "[PAD]"),
        )
    path = Path(size)
    if not path.exists():
        raise ValueError(f"config must be one of {', '.join(SIZES)}, or a file, got {size!r}")
    file = path / "config.json" if path.is_dir() else path
    try:
        config = BertConfig.from_dict(json.loads(file.read_text(encoding="utf-8")), str(file))
    except json.JSONDecodeError as error:
        raise ValueError(f"{file}:{error.lineno}: not valid JSON: {error}") from error
    if config.max_position_embeddings < max_length:
        raise ValueError(
            f"max_length must be at most max_position_embeddings of {path}, "
            f"{config.max_position_embeddings}, got {max_length}"
        )
    return config.replace(
        vocab_size=tokenizer.vocab_size, pad_token_id=special_id(tokenizer, "[PAD]")
    )
