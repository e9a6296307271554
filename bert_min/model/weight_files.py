"""Read the tensors of a model folder: safetensors or PyTorch files, whole or in shards."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file
from torch import Tensor

# Keys under which checkpoints of training loops keep the weights.
NESTED: Final = ("state_dict", "model_state_dict", "model", "module")


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
            lambda path: _tensors_of(
                torch.load(path, map_location="cpu", weights_only=True, mmap=_is_zip(path))
            ),
        ),
    ]
    folder = Path(folder)
    for name, read in readers:
        index = folder / f"{name}.index.json"
        if (folder / name).is_file():
            files = [folder / name]
        elif index.is_file():
            files = [folder / shard for shard in _shards(index)]
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


def _shards(index: Path) -> list[str]:
    """Return the files that an index names."""
    try:
        shards = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
        return sorted(set(shards))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{index}: expected a JSON object whose weight_map names a file for each tensor: "
            f"{type(error).__name__}: {error}"
        ) from None


def _tensors_of(content: Any) -> dict[str, Tensor]:
    """Return the weights of a PyTorch file: its content, or what training loops store them under.

    Raises:
        ValueError: There are none.
    """
    inner = [content]
    if isinstance(content, dict):
        inner += [content[name] for name in NESTED if name in content]
    for state in inner:
        if not isinstance(state, dict):
            continue
        found = {name: x for name, x in state.items() if isinstance(x, Tensor)}
        if found:
            return found
    what = list(content)[:5] if isinstance(content, dict) else type(content).__name__
    raise ValueError(f"expected tensors by name, got {what}")


def _is_zip(path: Path) -> bool:
    """Whether a .bin file has the format that can be memory-mapped (torch 1.6 and later)."""
    with path.open("rb") as file:
        return file.read(2) == b"PK"
