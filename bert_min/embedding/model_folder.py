"""A model folder: its encoder and tokenizer, and how its vectors are meant to be made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, NamedTuple, cast

from bert_min.embedding.pooling import Pooling
from bert_min.model.bert import BertModel
from bert_min.text.tokenizers import Tokenizer, has_tokenizer, load_tokenizer

# The flags of old sentence-transformers folders, and what they mean here.
POOLING_FLAGS: Final[dict[str, Pooling]] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
}


def load_pretrained(folder: str | Path) -> tuple[BertModel, Tokenizer | None]:
    """Load an encoder and its tokenizer.

    Args:
        folder: Holds config.json, the weights, and tokenizer.json or a vocabulary.

    Returns:
        The model in evaluation mode, and the tokenizer, None if the folder has none.

    Raises:
        OSError: A file is missing.
        ValueError: The architecture is not implemented or the weights do not fit.
    """
    model = BertModel.from_pretrained(folder)
    return model, load_tokenizer(folder) if has_tokenizer(folder) else None


class FolderSettings(NamedTuple):
    """What a model folder says about itself.

    Attributes:
        encoder: Where config.json and the weights lie.
        pooling: How the model was trained to be pooled.
        normalize: Whether it was trained for vectors of length 1.
        max_length: Longest text it was trained for, in tokens, or None.
    """

    encoder: Path
    pooling: Pooling = "mean"
    normalize: bool = False
    max_length: int | None = None


def read_folder_settings(folder: str | Path) -> FolderSettings:
    """Read modules.json and what it points to; a folder without it is a plain encoder.

    Raises:
        OSError: A file that modules.json needs is missing.
        ValueError: A module that is not an encoder, a pooling or a normalisation, or a pooling
            that is not implemented.
    """
    root = Path(folder)
    if not (root / "modules.json").is_file():
        return FolderSettings(root)
    settings = FolderSettings(root)
    for module in json.loads((root / "modules.json").read_text(encoding="utf-8")):
        kind = module["type"].rsplit(".", 1)[-1]
        path = root / module["path"]
        if kind == "Transformer":
            settings = settings._replace(encoder=path, max_length=_max_length(root, path))
        elif kind == "Pooling":
            settings = settings._replace(pooling=_pooling(path / "config.json"))
        elif kind == "Normalize":
            settings = settings._replace(normalize=True)
        else:
            raise ValueError(f"{root}/modules.json: the module {kind!r} is not implemented")
    return settings


def _max_length(*folders: Path) -> int | None:
    for folder in folders:
        path = folder / "sentence_bert_config.json"
        if path.is_file():
            value = json.loads(path.read_text(encoding="utf-8")).get("max_seq_length")
            return None if value is None else int(value)
    return None


def _pooling(path: Path) -> Pooling:
    values = json.loads(path.read_text(encoding="utf-8"))
    if "pooling_mode" in values:  # the newer form: one name
        name = values["pooling_mode"]
        if name in ("mean", "cls", "max"):
            return cast(Pooling, name)
        raise ValueError(f"{path}: pooling_mode {name!r} is not implemented")
    on = [key for key, value in values.items() if key.startswith("pooling_mode_") and value]
    if len(on) != 1 or on[0] not in POOLING_FLAGS:
        raise ValueError(f"{path}: this pooling is not implemented: {on}")
    return POOLING_FLAGS[on[0]]
