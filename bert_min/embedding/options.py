"""How to embed: the options of a call, and what a model folder says about itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple, cast, get_args

from bert_min.model.bert import BertModel

Pooling = Literal["mean", "cls", "max", "pooler"]
Combine = Literal["concat", "sum"]
LongTexts = Literal["truncate", "windows", "error"]

# The flags of old sentence-transformers folders, and what they mean here.
POOLING_FLAGS: Final[dict[str, Pooling]] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
}


@dataclass(frozen=True)
class EmbedOptions:
    """Say how texts become vectors; the meaning of each field is in `Embedder.encode`.

    Attributes:
        pooling: One of Pooling.
        layers: Which layers, at least one.
        combine: One of Combine.
        normalize: Scale vectors to length 1.
        max_length: Most tokens of a text.
        batch_tokens: Most tokens of a batch.
        long_texts: One of LongTexts.
        overlap: Tokens that neighbouring windows share.
    """

    pooling: Pooling
    layers: tuple[int, ...]
    combine: Combine
    normalize: bool
    max_length: int
    batch_tokens: int
    long_texts: LongTexts
    overlap: int

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("pooling", self.pooling, get_args(Pooling)),
            ("combine", self.combine, get_args(Combine)),
            ("long_texts", self.long_texts, get_args(LongTexts)),
        ):
            if value not in allowed:
                raise ValueError(f"{name} must be one of {allowed}, got {value!r}")
        if not self.layers:
            raise ValueError("layers must name at least one layer, got none")
        if self.batch_tokens < 1:
            raise ValueError(f"batch_tokens must be at least 1, got {self.batch_tokens}")
        if self.pooling == "pooler" and self.layers != (-1,):
            raise ValueError(f"pooling 'pooler' reads the last layer only, got {self.layers}")

    def check(self, model: BertModel) -> None:
        """Raise ValueError for what this model cannot do."""
        config = model.config
        limit = config.max_position_embeddings
        if not 3 <= self.max_length <= limit:
            raise ValueError(
                f"max_length must lie in [3, max_position_embeddings = {limit}], "
                f"got {self.max_length}"
            )
        layers = config.num_hidden_layers
        for layer in self.layers:
            if not -layers - 1 <= layer <= layers:
                raise ValueError(f"layers must lie in [{-layers - 1}, {layers}], got {layer}")
        report = model.load_report
        if self.pooling == "pooler" and (
            model.pooler is None or (report is not None and "pooler.weight" in report.initialised)
        ):
            raise ValueError("pooling 'pooler' needs a model stored with its pooler")

    def width(self, model: BertModel) -> int:
        """Return W, the width of a vector."""
        parts = len(self.layers) if self.combine == "concat" else 1
        return model.config.hidden_size * parts


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


def read_folder(folder: str | Path) -> FolderSettings:
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
