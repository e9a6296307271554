"""ModernBERT where its arithmetic differs from BERT's: a page of its own.

Vectors are normalised before each block instead of behind it; positions are no vectors that are
added, but rotations of queries and keys; two layers of three look at the tokens near by alone; the
feed-forward block multiplies one half of its inner vector by the other (GeGLU).

Letters in shapes are those of bert.py. Sources: Warner et al. 2024, "Smarter, Better, Faster,
Longer" (ModernBERT); Su et al. 2021, "RoFormer" (rotary positions); Shazeer 2020, "GLU Variants".
"""

from __future__ import annotations

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from bert_min.model.activations import ACTIVATIONS
from bert_min.model.attention import attention
from bert_min.model.config import BertConfig
from bert_min.model.linear import Linear
from bert_min.model.modern_config import GLOBAL, LOCAL, ModernConfig
from bert_min.model.packing import PackedLayout


class Rotation(NamedTuple):
    """Cosines and sines of the angles of each token, (T, 1, D) each."""

    cos: Tensor
    sin: Tensor

    @classmethod
    def of(cls, positions: Tensor, size: int, theta: float, dtype: torch.dtype) -> Rotation:
        """Compute the angles: position / theta^(2 i / D), for the pair i of the D numbers.

        Args:
            positions: (T,) position of each token in its text.
            size: D, of a head.
            theta: The base of the angles.
            dtype: Of what is rotated.
        """
        steps = torch.arange(0, size, 2, dtype=torch.float, device=positions.device)
        angles = positions[:, None].float() * (1.0 / theta ** (steps / size))  # (T, D / 2)
        twice = torch.cat((angles, angles), 1)[:, None]  # (T, 1, D): i is paired with i + D / 2
        return cls(twice.cos().to(dtype), twice.sin().to(dtype))

    def turn(self, x: Tensor) -> Tensor:
        """Rotate (T, H, D)."""
        first, second = x.chunk(2, -1)
        return x * self.cos + torch.cat((-second, first), -1) * self.sin


def near_by(size: int, reach: int, like: Tensor) -> Tensor | None:
    """Return what attention to the tokens near by adds to scores: 0 within reach, else -infinity.

    Args:
        size: S, tokens of the longest text.
        reach: How far away a token may be.
        like: Whose type and device to take.

    Returns:
        (1, S, S), or None if every token is within reach.
    """
    if size <= reach + 1:
        return None
    place = torch.arange(size, device=like.device)
    far = (place - place[:, None]).abs() > reach  # (S, S)
    return like.new_zeros(size, size).masked_fill(far, -torch.inf)[None]


class ModernEmbeddings(nn.Module):
    """The token vector and a LayerNorm; there are no positions to add."""

    def __init__(self, config: BertConfig) -> None:
        """Make the table."""
        super().__init__()
        self.word = nn.Embedding(
            config.vocab_size, config.hidden_size, padding_idx=config.pad_token_id
        )
        self.norm = modern_norm(config)
        self.dropout = nn.Dropout(modern_of(config).embedding_dropout)

    def forward(
        self, input_ids: Tensor, token_type_ids: Tensor | None, positions: Tensor
    ) -> Tensor:
        """Map (T,) ids to (T, E); token types and positions play no part here."""
        return cast(Tensor, self.dropout(self.norm(self.word(input_ids))))


class ModernLayer(nn.Module):
    """LayerNorm and attention, LayerNorm and a gated feed-forward block; each is added."""

    def __init__(self, config: BertConfig, number: int) -> None:
        """Make a layer; the first has no LayerNorm before its attention, its input has had one."""
        super().__init__()
        modern = modern_of(config)
        width, inner = config.hidden_size, config.intermediate_size
        self.heads = config.num_attention_heads
        self.is_local = modern.layer_types[number] == LOCAL
        self.attention_norm = modern_norm(config) if number else nn.Identity()
        self.wqkv = Linear(width, 3 * width, bias=modern.attention_bias)
        self.attention_output = Linear(width, width, bias=modern.attention_bias)
        self.mlp_norm = modern_norm(config)
        self.intermediate = Linear(width, 2 * inner, bias=modern.mlp_bias)
        self.output = Linear(inner, width, bias=modern.mlp_bias)
        self.activation = ACTIVATIONS[config.hidden_act]
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.mlp_dropout = nn.Dropout(modern.mlp_dropout)
        self.attention_dropout = config.attention_probs_dropout_prob

    def split_heads(
        self, x: Tensor, rotation: Rotation | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Map (T, E) to rotated queries, rotated keys, and values of (T, H, D) each."""
        mixed = self.wqkv(self.attention_norm(x)).view(len(x), 3, self.heads, -1)
        q, k, v = mixed.unbind(1)  # (T, H, D) each
        return (q, k, v) if rotation is None else (rotation.turn(q), rotation.turn(k), v)

    def forward(
        self,
        x: Tensor,
        layout: PackedLayout,
        bias: Tensor | None = None,
        rotation: Rotation | None = None,
    ) -> Tensor:
        """Map (T, E) to (T, E); bias as in `attention`."""
        q, k, v = self.split_heads(x, rotation)
        dropout = self.attention_dropout if self.training else 0.0
        return self.feed_forward(x, attention(q, k, v, layout, dropout, bias))

    def feed_forward(self, x: Tensor, attended: Tensor) -> Tensor:
        """Do all that follows attention: (T, E) input and (T, H, D) of attention to (T, E)."""
        x = x + self.dropout(self.attention_output(attended.flatten(1)))
        value, gate = self.intermediate(self.mlp_norm(x)).chunk(2, -1)  # (T, I) each
        inner = self.activation.function(value) * gate
        return x + cast(Tensor, self.output(self.mlp_dropout(inner)))


class ModernHead(nn.Module):
    """What stands before every head: dense, activation, LayerNorm."""

    def __init__(self, config: BertConfig) -> None:
        """Make both layers."""
        super().__init__()
        modern, width = modern_of(config), config.hidden_size
        self.dense = Linear(width, width, modern.classifier_activation, modern.classifier_bias)
        self.norm = modern_norm(config)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, E) to (N, E)."""
        return cast(Tensor, self.norm(self.dense(x)))


def modern_of(config: BertConfig) -> ModernConfig:
    """Return the settings of a ModernBERT.

    Raises:
        ValueError: It is none.
    """
    if config.modern is None:
        raise ValueError(f"model_type {config.model_type!r} has no settings of ModernBERT")
    return config.modern


def modern_norm(config: BertConfig) -> nn.LayerNorm:
    """Make a LayerNorm of a ModernBERT."""
    return nn.LayerNorm(
        config.hidden_size, eps=config.layer_norm_eps, bias=modern_of(config).norm_bias
    )


def local_and_global(
    config: BertConfig, positions: Tensor, size: int, like: Tensor
) -> dict[bool, tuple[Tensor | None, Rotation]]:
    """Return what layers of both kinds add to scores, and how they rotate; True for local ones.

    Args:
        config: Of the model.
        positions: (T,) position of each token in its text.
        size: S, tokens of the longest text.
        like: Token vectors.
    """
    modern = modern_of(config)
    head = config.hidden_size // config.num_attention_heads
    thetas = {GLOBAL: modern.global_rope_theta, LOCAL: modern.local_rope_theta}
    return {
        kind == LOCAL: (
            near_by(size, modern.local_attention // 2, like) if kind == LOCAL else None,
            Rotation.of(positions, head, theta, like.dtype),
        )
        for kind, theta in thetas.items()
    }
