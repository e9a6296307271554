"""AdamW and the learning rate of each step.

Recipe: Devlin et al. 2019 with the corrections of Mosbach et al. 2021 and Zhang et al. 2021: AdamW
with bias correction, no decay on biases and LayerNorm, linear warm-up and decay.
"""

import math

import torch
from torch import nn

from bert_min.training.train_config import TrainConfig


def learning_rate(config: TrainConfig, step: int, total: int) -> float:
    """Return the rate of a step (counted from 0): a linear rise, then a linear fall that ends at 0.

    Example:
        >>> [learning_rate(TrainConfig(lr=1.0, warmup=0.5), s, 4) for s in range(4)]
        [0.5, 1.0, 1.0, 0.5]
    """
    rise = math.ceil(config.warmup * total)
    if step < rise:
        return config.lr * (step + 1) / rise
    return config.lr * (total - step) / max(total - rise, 1)


def make_optimizer(model: nn.Module, config: TrainConfig) -> torch.optim.AdamW:
    """Make AdamW with decay on matrices only: not on biases and LayerNorm, which are vectors."""
    trained = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.lr, betas=config.betas, eps=config.eps, fused=True)
