"""Anything with weights: initialise, load with a report of every tensor, save for transformers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor, nn

from bert_min.hub import find_folder
from bert_min.model.config import BertConfig
from bert_min.model.weight_files import read_tensors
from bert_min.model.weight_names import HEADS, TIED, current_names, disk_name, fuse_qkv, split_qkv
from subword.file_access import atomic_path

ENCODER: Final = re.compile(r"(bert\.)?(embeddings|layers|distance_bias|final_norm)\.")
# The last matrix of a classifier, whatever comes before its name.
CLASSIFIER: Final = re.compile(r"(.*\.)?classifier\.(out_proj\.)?weight")


@dataclass
class LoadReport:
    """What became of every tensor when a folder was loaded.

    Attributes:
        loaded: Names on disk that were used.
        initialised: Our names that had nothing on disk and kept fresh weights (heads, pooler).
        ignored: Names on disk that the model does not have.
        dtype: Type of the encoder's weights on disk, before any conversion.
        verdict: "as it should be", or "as it should be for this task"; empty if a head is new in
            part only, an encoder has a new pooler, or tensors were ignored that belong to no head.
    """

    loaded: list[str] = field(default_factory=list)
    initialised: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    dtype: torch.dtype = torch.float32
    verdict: str = ""

    def __str__(self) -> str:
        lines = [f"loaded {len(self.loaded)} tensors stored as {self.dtype}"]
        for what, names in (("newly initialised", self.initialised), ("ignored", self.ignored)):
            if names:
                lines.append(f"{what} {len(names)}: {', '.join(names)}")
        if len(lines) > 1 and self.verdict:
            lines.append(self.verdict)
        return "; ".join(lines)


def verdict(names: Sequence[str], initialised: Sequence[str], ignored: Sequence[str]) -> str:
    """Judge what became of the tensors of a folder; see `LoadReport.verdict`.

    Args:
        names: Ours, of the whole model.
        initialised: Ours that kept fresh weights.
        ignored: Those on disk that were not used.

    Example:
        >>> names = ["bert.layers.0.output.weight", "classifier.weight", "classifier.bias"]
        >>> verdict(names, names[1:], ["cls.predictions.bias"])
        'as it should be for this task'
        >>> verdict(names, names[2:], []), verdict(names, [], ["encoder.layer.1.output.dense.bias"])
        ('', '')
    """
    if not all(map(HEADS.fullmatch, ignored)):
        return ""
    has_head = any(name.startswith("bert.") for name in names)
    if not has_head:
        return "" if initialised else "as it should be"
    heads = {_head_of(name) for name in initialised}
    new = {name for name in names if _head_of(name) in heads and name != TIED}
    return "as it should be for this task" if new == set(initialised) else ""


def _head_of(name: str) -> str:
    return name.removeprefix("bert.").split(".")[0]


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
        """Yield (our name after `split_qkv`, name on disk without the encoder's prefix)."""
        encoder = f"{self.config.family.prefix}."
        for name in split_qkv(self.state_dict()):
            yield name, disk_name(name, self.config.model_type).removeprefix(encoder)

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
            folder: Holds config.json and the weights (see `read_tensors`); or a name of the Hub.
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
        folder = find_folder(folder)
        config = BertConfig.from_pretrained(folder)
        tensors = read_tensors(folder)
        model = cls(config.replace(**{**_stored_labels(config, tensors), **changes}))
        model.load_tensors(tensors, str(folder))
        return model.to(device=device, dtype=dtype or torch.float32).eval()

    def load_tensors(self, tensors: dict[str, Tensor], source: str) -> None:
        """Fill the model from tensors under their names on disk, and set `load_report`.

        Args:
            tensors: As `read_tensors` returns them.
            source: Where they come from, for error messages.

        Raises:
            ValueError: As in `from_pretrained`.
        """
        found = current_names(tensors, self.config.model_type)
        fresh = split_qkv(self.state_dict())
        report = LoadReport()
        filled, missing = {}, []
        for name, theirs in self.weight_names():
            if name == TIED and self.config.tie_word_embeddings:
                continue
            if theirs not in found:
                if not ENCODER.match(name):  # a head, or the pooler
                    report.initialised.append(name)
                else:
                    missing.append(theirs)
                filled[name] = fresh[name]
                continue
            stored, tensor = found[theirs]
            if tensor.shape != fresh[name].shape:
                raise ValueError(
                    f"{source}: {stored} must have shape {tuple(fresh[name].shape)}, "
                    f"got {tuple(tensor.shape)}"
                )
            if not torch.isfinite(tensor).all():
                raise ValueError(f"{source}: {stored} holds NaN or infinity")
            report.loaded.append(stored)
            report.dtype = tensor.dtype
            filled[name] = tensor
        if missing:
            raise ValueError(f"{source}: {len(missing)} tensors are missing: {', '.join(missing)}")
        if TIED in fresh and self.config.tie_word_embeddings:
            filled[TIED] = filled["bert.embeddings.word.weight"]
        used = set(report.loaded)
        report.ignored = [name for name in tensors if name not in used]
        report.verdict = verdict(list(fresh), report.initialised, report.ignored)
        self.load_state_dict(fuse_qkv(filled))
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
            for name, tensor in split_qkv(self.state_dict()).items()
        }
        if self.config.tie_word_embeddings:
            tensors.pop(disk_name(TIED, model_type), None)  # the embedding, stored once
        path = Path(folder) / "model.safetensors"
        with atomic_path(path) as temporary:
            try:
                save_file(tensors, temporary, metadata={"format": "pt"})
            except SafetensorError as error:
                raise OSError(f"{path}: cannot be written: {error}") from error


def _stored_labels(config: BertConfig, tensors: dict[str, Tensor]) -> dict[str, Any]:
    """Return the labels of a classifier that has fewer rows than the largest id of a label.

    transformers makes as many rows as there are names. If their ids have gaps, the rows are not
    those of the last ids, and no file says which: the names without a row are left out.
    """
    rows = [len(x) for name, x in tensors.items() if CLASSIFIER.fullmatch(name)]
    names = config.id2label or {}
    named = [index for index, name in names.items() if name != f"LABEL_{index}"]
    if len(rows) != 1 or rows[0] != len(named) or rows[0] == len(names):
        return {}
    return {"id2label": {index: names[index] for index in range(rows[0])}}
