"""The names of weights: ours in memory, those of transformers on disk.

Two things differ: our names are shorter (families.py has both), and each layer keeps queries, keys
and values in one matrix (`fuse_qkv`, `split_qkv`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import torch
from torch import Tensor

from bert_min.model.families import FAMILIES

# Never weights: positions 0, 1, 2 ... that old versions stored.
NOT_WEIGHTS: Final = re.compile(r"(.*\.)?embeddings\.(position_ids|token_type_ids)")
ANCHOR: Final = "embeddings.word.weight"  # every model has it, whatever comes before
# What a model for another task leaves on disk: heads, poolers, and what never was a weight.
HEADS: Final = re.compile(
    r"(.*\.)?(cls|lm_head|classifier|pre_classifier|qa_outputs|pooler|head|decoder|vocab_(transform|layer_norm|projector)"
    r"|(discriminator|generator)_\w+|embeddings\.(position_ids|token_type_ids))(\..*)?"
)
TIED: Final = "predictions.decoder.weight"  # the token embedding again, unless the config unties it
# One matrix and one bias of ours that are three each on disk.
FUSED: Final = re.compile(r"(.*layers\.\d+\.)qkv\.(\w+)")


def disk_name(name: str, model_type: str) -> str:
    """Translate one of our names into transformers' name.

    Example:
        >>> disk_name("bert.layers.3.intermediate.weight", "bert")
        'bert.encoder.layer.3.intermediate.dense.weight'
    """
    family = FAMILIES[model_type]
    prefix, inner = ("", name)
    if name.startswith("bert."):
        prefix, inner = f"{family.prefix}.", name.removeprefix("bert.")
    for pattern, theirs in [*family.encoder_names, *family.head_names]:
        if re.fullmatch(pattern, inner):
            return prefix + re.sub(pattern, theirs, inner)
    return prefix + inner


def split_qkv(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Cut every fused (3E, E) matrix and (3E,) bias into query, key and value."""
    parts: dict[str, Tensor] = {}
    for name, tensor in state.items():
        match = FUSED.fullmatch(name)
        if match is None:
            parts[name] = tensor
            continue
        for part, matrix in zip(("query", "key", "value"), tensor.chunk(3), strict=True):
            parts[f"{match[1]}{part}.{match[2]}"] = matrix  # (E, E) or (E,)
    return parts


def fuse_qkv(parts: dict[str, Tensor]) -> dict[str, Tensor]:
    """Undo `split_qkv`."""
    state: dict[str, Tensor] = {}
    for name, tensor in parts.items():
        if ".query." in name:
            others = (parts[name.replace(".query.", f".{part}.")] for part in ("key", "value"))
            state[name.replace(".query.", ".qkv.")] = torch.cat([tensor, *others])
        elif ".key." not in name and ".value." not in name:
            state[name] = tensor
    return state


def outer_prefix(names: Iterable[str], model_type: str) -> str:
    """Return what wrappers of a model put before all names of it, such as "module.".

    The token embedding tells: what stands before its name, but for the encoder's own prefix.

    Example:
        >>> outer_prefix(["model.bert.embeddings.word_embeddings.weight"], "bert")
        'model.'
        >>> outer_prefix(["0.auto_model.embeddings.word_embeddings.weight"], "bert")
        '0.auto_model.'
    """
    anchor = disk_name(ANCHOR, model_type)
    found = [name.removesuffix(anchor) for name in names if name.endswith(anchor)]
    encoder = f"{FAMILIES[model_type].prefix}."
    return (
        found[0].removesuffix(encoder) if len(found) == 1 else ""
    )  # of two encoders, neither is meant


def current_names(tensors: dict[str, Tensor], model_type: str) -> dict[str, tuple[str, Tensor]]:
    """Give the tensors of a file today's names: without prefixes, gamma, beta or positions.

    Returns:
        Today's name without prefix -> (name on disk, tensor).
    """
    found = {}
    outer, encoder = outer_prefix(tensors, model_type), f"{FAMILIES[model_type].prefix}."
    for name, tensor in tensors.items():
        if NOT_WEIGHTS.fullmatch(name):
            continue
        today = name.removeprefix(outer).removeprefix(encoder)
        today = re.sub(r"LayerNorm\.gamma$", "LayerNorm.weight", today)
        today = re.sub(r"LayerNorm\.beta$", "LayerNorm.bias", today)
        # older files may hold the decoder's bias under the other of its two names only
        bias = re.sub(r"^(cls\.predictions|lm_head)\.decoder\.bias$", r"\1.bias", today)
        if bias != today and outer + bias in tensors:
            continue
        found[bias] = (name, tensor)
    return found
