"""The settings of a training run."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How to train.

    Attributes:
        batch_size: Examples of a step, all processes together.
        epochs: Passes over the examples; used if `max_steps` is None.
        max_steps: Steps of the whole run; the learning rate ends at 0 there.
        accumulate: Parts a process cuts its share of a batch into, to save memory.
        lr: Highest learning rate.
        warmup: Share of the steps over which the rate rises from 0.
        weight_decay: Decoupled decay of matrices and embeddings.
        betas: Of AdamW.
        eps: Of AdamW.
        clip: Largest norm of the gradient; None for no limit.
        seed: Drives everything random.
        precision: "fp32", or "bf16" for autocast on a GPU.
        eval_every: Steps between evaluations; None for once an epoch.
        patience: Stop after so many evaluations without a better one; None for never.
        checkpoint_every: Steps between checkpoints; None for at each evaluation.
        log_every: Steps between lines of the log.
        stop_at: Leave after this step with a checkpoint, as if interrupted.
    """

    batch_size: int = 32
    epochs: float = 3
    max_steps: int | None = None
    accumulate: int = 1
    lr: float = 5e-5
    warmup: float = 0.1
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-6
    clip: float | None = 1.0
    seed: int = 0
    precision: str = "fp32"
    eval_every: int | None = None
    patience: int | None = None
    checkpoint_every: int | None = None
    log_every: int = 10
    stop_at: int | None = None

    def __post_init__(self) -> None:
        """Refuse values that make no sense.

        Raises:
            ValueError: Naming the field, its value and the rule.
        """
        for name in ("batch_size", "accumulate", "log_every"):
            _check(name, getattr(self, name), getattr(self, name) >= 1, "at least 1")
        for name in ("max_steps", "eval_every", "patience", "checkpoint_every", "stop_at"):
            value = getattr(self, name)
            _check(name, value, value is None or value >= 1, "at least 1")
        for name in ("epochs", "lr", "eps"):
            value = getattr(self, name)
            _check(name, value, value > 0 and math.isfinite(value), "above 0")
        _check("clip", self.clip, self.clip is None or self.clip > 0, "above 0")
        _check("warmup", self.warmup, 0 <= self.warmup < 1, "at least 0 and below 1")
        _check("weight_decay", self.weight_decay, self.weight_decay >= 0, "at least 0")
        _check("seed", self.seed, self.seed >= 0, "at least 0")
        _check("precision", self.precision, self.precision in ("fp32", "bf16"), "fp32 or bf16")


def _check(name: str, value: object, good: bool, rule: str) -> None:
    if not good:
        raise ValueError(f"{name} must be {rule}, got {value!r}")
