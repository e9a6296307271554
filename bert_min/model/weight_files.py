"""Read the tensors of a model folder: safetensors or PyTorch files, whole or in shards."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor


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
