"""Weights on disk: read what others wrote, write what transformers reads, say what happened.

The names on disk are those of transformers. Two things differ in memory: names are shorter
(`RENAMES`), and each layer keeps queries, keys and values in one matrix (`fuse`, `split`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from bert_min.model.config import BertConfig
from subword.file_access import atomic_path

# Ours -> theirs. A name is translated by the first pattern that matches all of it.
LAYER = r"layers\.(\d+)\."
RENAMES: Final[dict[str, list[tuple[str, str]]]] = {
    "bert": [
        (r"embeddings\.word\.(\w+)", r"embeddings.word_embeddings.\1"),
        (r"embeddings\.position\.(\w+)", r"embeddings.position_embeddings.\1"),
        (r"embeddings\.segment\.(\w+)", r"embeddings.token_type_embeddings.\1"),
        (r"embeddings\.norm\.(\w+)", r"embeddings.LayerNorm.\1"),
        (LAYER + r"(query|key|value)\.(\w+)", r"encoder.layer.\1.attention.self.\2.\3"),
        (LAYER + r"attention_out\.(\w+)", r"encoder.layer.\1.attention.output.dense.\2"),
        (LAYER + r"attention_norm\.(\w+)", r"encoder.layer.\1.attention.output.LayerNorm.\2"),
        (LAYER + r"inner\.(\w+)", r"encoder.layer.\1.intermediate.dense.\2"),
        (LAYER + r"out\.(\w+)", r"encoder.layer.\1.output.dense.\2"),
        (LAYER + r"out_norm\.(\w+)", r"encoder.layer.\1.output.LayerNorm.\2"),
        (r"pooler\.(\w+)", r"pooler.dense.\1"),
    ],
    "distilbert": [
        (r"embeddings\.word\.(\w+)", r"embeddings.word_embeddings.\1"),
        (r"embeddings\.position\.(\w+)", r"embeddings.position_embeddings.\1"),
        (r"embeddings\.norm\.(\w+)", r"embeddings.LayerNorm.\1"),
        (LAYER + r"query\.(\w+)", r"transformer.layer.\1.attention.q_lin.\2"),
        (LAYER + r"key\.(\w+)", r"transformer.layer.\1.attention.k_lin.\2"),
        (LAYER + r"value\.(\w+)", r"transformer.layer.\1.attention.v_lin.\2"),
        (LAYER + r"attention_out\.(\w+)", r"transformer.layer.\1.attention.out_lin.\2"),
        (LAYER + r"attention_norm\.(\w+)", r"transformer.layer.\1.sa_layer_norm.\2"),
        (LAYER + r"inner\.(\w+)", r"transformer.layer.\1.ffn.lin1.\2"),
        (LAYER + r"out\.(\w+)", r"transformer.layer.\1.ffn.lin2.\2"),
        (LAYER + r"out_norm\.(\w+)", r"transformer.layer.\1.output_layer_norm.\2"),
    ],
}
RENAMES["electra"] = [
    (r"embeddings\.project\.(\w+)", r"embeddings_project.\1"),
    *RENAMES["bert"],
]
HEAD_RENAMES: Final = [
    (r"predictions\.transform\.(\w+)", r"cls.predictions.transform.dense.\1"),
    (r"predictions\.norm\.(\w+)", r"cls.predictions.transform.LayerNorm.\1"),
    (r"predictions\.decoder\.weight", r"cls.predictions.decoder.weight"),
    (r"predictions\.decoder\.bias", r"cls.predictions.bias"),
    (r"seq_relationship\.(\w+)", r"cls.seq_relationship.\1"),
]
# Never weights: positions 0, 1, 2 ... that old versions stored.
NOT_WEIGHTS: Final = re.compile(r"(.*\.)?embeddings\.(position_ids|token_type_ids)")
TIED: Final = "predictions.decoder.weight"  # the token embedding again, unless the config unties it
# Our six matrices and biases of a layer that are two on disk three times over.
FUSED: Final = re.compile(r"(.*layers\.\d+\.)qkv\.(\w+)")


@dataclass
class LoadReport:
    """What became of every tensor when a folder was loaded.

    Attributes:
        loaded: Names on disk that were used.
        initialised: Our names that had nothing on disk and kept fresh weights (heads, pooler).
        ignored: Names on disk that the model has no place for.
        dtype: Type of the encoder's weights on disk, before any conversion.
    """

    loaded: list[str] = field(default_factory=list)
    initialised: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    dtype: torch.dtype = torch.float32

    def __str__(self) -> str:
        lines = [f"loaded {len(self.loaded)} tensors stored as {self.dtype}"]
        for what, names in (("newly initialised", self.initialised), ("ignored", self.ignored)):
            if names:
                lines.append(f"{what} {len(names)}: {', '.join(names)}")
        return "; ".join(lines)


def disk_name(name: str, model_type: str) -> str:
    """Translate one of our names into transformers' name.

    Example:
        >>> disk_name("bert.layers.3.inner.weight", "bert")
        'bert.encoder.layer.3.intermediate.dense.weight'
    """
    prefix, inner = ("", name)
    if name.startswith("bert."):
        prefix, inner = f"{model_type}.", name.removeprefix("bert.")
    for pattern, theirs in [*RENAMES[model_type], *HEAD_RENAMES]:
        if re.fullmatch(pattern, inner):
            return prefix + re.sub(pattern, theirs, inner)
    return name


def split(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Cut every fused (3E, E) matrix and (3E,) bias into query, key and value."""
    parts: dict[str, Tensor] = {}
    for name, tensor in state.items():
        match = FUSED.fullmatch(name)
        if match is None:
            parts[name] = tensor
            continue
        for part, piece in zip(("query", "key", "value"), tensor.chunk(3), strict=True):
            parts[f"{match[1]}{part}.{match[2]}"] = piece  # (E, E) or (E,)
    return parts


def fuse(parts: dict[str, Tensor]) -> dict[str, Tensor]:
    """Undo `split`."""
    state: dict[str, Tensor] = {}
    for name, tensor in parts.items():
        if ".query." in name:
            others = (parts[name.replace(".query.", f".{part}.")] for part in ("key", "value"))
            state[name.replace(".query.", ".qkv.")] = torch.cat([tensor, *others])
        elif ".key." not in name and ".value." not in name:
            state[name] = tensor
    return state


def read_tensors(folder: str | Path) -> dict[str, Tensor]:
    """Read all tensors of a model folder, onto the CPU.

    Args:
        folder: Holds model.safetensors or pytorch_model.bin, or either of them in shards with an
            index; looked for in this order.

    Returns:
        The tensors by their names on disk.

    Raises:
        OSError: None of these files is there, or a shard is missing.
        ValueError: A file is damaged.
    """
    readers: list[tuple[str, Callable[[Path], dict[str, Tensor]]]] = [
        ("model.safetensors", lambda path: load_file(str(path))),
        (
            "pytorch_model.bin",
            lambda path: torch.load(
                path, map_location="cpu", weights_only=True, mmap=_is_zip(path)
            ),
        ),
    ]
    folder = Path(folder)
    for name, read in readers:
        index = folder / f"{name}.index.json"
        if (folder / name).is_file():
            files = [folder / name]
        elif index.is_file():
            shards = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
            files = [folder / shard for shard in sorted(set(shards))]
        else:
            continue
        tensors: dict[str, Tensor] = {}
        for file in files:
            if not file.is_file():
                raise OSError(f"{file}: named by {index.name}, but not there")
            try:
                tensors |= read(file)
            except Exception as error:  # each format raises errors of its own
                raise ValueError(f"{file}: cannot be read as weights: {error}") from error
        return tensors
    names = ", ".join(name for name, _ in readers)
    raise OSError(f"{folder}: a model folder must hold one of {names}, or its index")


def _is_zip(path: Path) -> bool:
    """Whether a .bin file has the format that can be memory-mapped (torch 1.6 and later)."""
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def canonical(tensors: dict[str, Tensor], model_type: str) -> dict[str, tuple[str, Tensor]]:
    """Give the tensors of a file today's names: without the prefix, gamma, beta or positions.

    Returns:
        Today's name without prefix -> (name on disk, tensor).
    """
    found = {}
    for name, tensor in tensors.items():
        if NOT_WEIGHTS.fullmatch(name):
            continue
        today = name.removeprefix(f"{model_type}.")
        today = re.sub(r"LayerNorm\.gamma$", "LayerNorm.weight", today)
        today = re.sub(r"LayerNorm\.beta$", "LayerNorm.bias", today)
        # older files may hold the decoder's bias under the other of its two names only
        if today == "cls.predictions.decoder.bias" and "cls.predictions.bias" in tensors:
            continue
        found[today.replace("predictions.decoder.bias", "predictions.bias")] = (name, tensor)
    return found


class PretrainedModel(nn.Module):
    """Anything with weights: how to initialise, load and save them.

    Attributes:
        config: The sizes the model was made with.
        load_report: What happened when the weights were loaded; None for a fresh model.
    """

    def __init__(self, config: BertConfig) -> None:
        """Keep the configuration."""
        super().__init__()
        self.config = config
        self.load_report: LoadReport | None = None

    @torch.no_grad()
    def init_weights(self) -> None:
        """Draw matrices from N(0, initializer_range), zero biases, neutral LayerNorms."""
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                module.weight.normal_(0.0, self.config.initializer_range)
            if isinstance(module, nn.Linear) and module.bias is not None:
                module.bias.zero_()
            if isinstance(module, nn.Embedding) and module.padding_idx is not None:
                module.weight[module.padding_idx].zero_()

    def weight_names(self) -> Iterator[tuple[str, str]]:
        """Yield (our name after `split`, name on disk without the encoder's prefix)."""
        model_type = self.config.model_type
        for name in split(self.state_dict()):
            yield name, disk_name(name, model_type).removeprefix(f"{model_type}.")

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        *,
        dtype: torch.dtype | None = None,
        device: str | torch.device | None = None,
        **changes: Any,
    ) -> Self:
        """Load a model from a folder, in evaluation mode.

        Args:
            folder: Holds config.json and the weights (see `read_tensors`).
            dtype: Type to convert weights to; None keeps float32, and makes float32 of others.
            device: Where to put the model; None leaves it on the CPU.
            **changes: Fields of the configuration to replace, such as num_labels.

        Returns:
            The model; `load_report` says which tensors were loaded, initialised, ignored.

        Raises:
            OSError: A file is missing.
            ValueError: The architecture is not implemented, a tensor of the encoder is missing,
                or one has the wrong shape or holds NaN or infinity.
        """
        config = BertConfig.from_pretrained(folder)
        model = cls(config.replace(**changes) if changes else config)
        model.load_tensors(read_tensors(folder), str(folder))
        return model.to(device=device, dtype=dtype or torch.float32).eval()

    def load_tensors(self, tensors: dict[str, Tensor], place: str) -> None:
        """Fill the model from tensors under their names on disk, and set `load_report`.

        Args:
            tensors: As `read_tensors` returns them.
            place: Where they come from, for error messages.

        Raises:
            ValueError: As in `from_pretrained`.
        """
        found = canonical(tensors, self.config.model_type)
        fresh = split(self.state_dict())
        report = LoadReport()
        filled, missing = {}, []
        for name, theirs in self.weight_names():
            if name == TIED and self.config.tie_word_embeddings:
                continue
            if theirs not in found:
                if not re.match(r"(bert\.)?(embeddings|layers)\.", name):  # a head, or the pooler
                    report.initialised.append(name)
                else:
                    missing.append(theirs)
                filled[name] = fresh[name]
                continue
            stored, tensor = found[theirs]
            if tensor.shape != fresh[name].shape:
                raise ValueError(
                    f"{place}: {stored} must have shape {tuple(fresh[name].shape)}, "
                    f"got {tuple(tensor.shape)}"
                )
            if not torch.isfinite(tensor).all():
                raise ValueError(f"{place}: {stored} holds NaN or infinity")
            report.loaded.append(stored)
            report.dtype = tensor.dtype
            filled[name] = tensor
        if missing:
            raise ValueError(f"{place}: {len(missing)} tensors are missing: {', '.join(missing)}")
        if TIED in fresh and self.config.tie_word_embeddings:
            filled[TIED] = filled["bert.embeddings.word.weight"]
        used = set(report.loaded)
        report.ignored = [name for name in tensors if name not in used]
        self.load_state_dict(fuse(filled))
        self.load_report = report

    def save_pretrained(self, folder: str | Path) -> None:
        """Write config.json and model.safetensors under the names transformers expects.

        Args:
            folder: Made if it is not there; files of these two names are replaced.
        """
        self.config.save_pretrained(folder, architecture=type(self).__name__)
        model_type = self.config.model_type
        tensors = {
            disk_name(name, model_type): tensor.detach().cpu().contiguous()
            for name, tensor in split(self.state_dict()).items()
        }
        if self.config.tie_word_embeddings:
            tensors.pop("cls.predictions.decoder.weight", None)  # the embedding, stored once
        path = Path(folder) / "model.safetensors"
        with atomic_path(path) as beside:
            try:
                save_file(tensors, beside, metadata={"format": "pt"})
            except SafetensorError as error:
                raise OSError(f"{path}: cannot be written: {error}") from error
