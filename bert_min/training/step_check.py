"""A check of every step: a loss or a gradient that is no finite number stops the run.

The message names the examples: each of the batch is run once more, alone.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import torch
from torch import Tensor, nn

from bert_min.text.batch import Batch
from bert_min.training.objective import LossTerm, Objective
from bert_min.training.run_state import RunState

NAMED: Final = 5  # examples of a message
WAITING: Final = 64  # steps that are kept until they are checked


class _Step(NamedTuple):
    number: int
    batch: Batch
    loss: Tensor
    norm: Tensor


class StepCheck:
    """Stops a run at the first step whose loss or gradient is broken.

    On a CPU a step is checked before its update. On a GPU reading a number waits for it, so steps
    are checked some at a time; there the optimizer leaves out an update that would break weights.

    Args:
        model: Of the run.
        objective: Of the run.
        optimizer: A fused one.
        state: Of the run, for the message.
        device: Of the model.

    Attributes:
        at_once: Whether every step is checked before its update.
    """

    def __init__(
        self,
        model: nn.Module,
        objective: Objective,
        optimizer: torch.optim.Optimizer,
        state: RunState,
        device: torch.device,
    ) -> None:
        self._model, self._objective, self._optimizer = model, objective, optimizer
        self._state, self._device = state, device
        self.at_once = device.type == "cpu"
        self._waiting: list[_Step] = []

    def add(self, batch: Batch, loss: Tensor, norm: Tensor) -> None:
        """Take a step before its update.

        Args:
            batch: Its examples.
            loss: A number that is not finite where a term of the loss is not.
            norm: Of the gradient.

        Raises:
            ValueError: As `check`.
        """
        self._waiting.append(_Step(self._state.step + 1, batch, loss.detach(), norm.detach()))
        if self.at_once or len(self._waiting) == WAITING:
            self.check()
        else:
            # fused optimizers read it; with 1 they change nothing
            self._optimizer.found_inf = 1 - torch.isfinite(norm).float()  # type: ignore[attr-defined]

    def check(self) -> None:
        """Look at the steps since the last check.

        Raises:
            ValueError: A loss or a gradient is not finite; the message names step and examples.
        """
        if not self._waiting:
            return
        values = [torch.stack((step.loss.float(), step.norm.float())) for step in self._waiting]
        for step, (loss, norm) in zip(self._waiting, torch.stack(values).tolist(), strict=True):
            if not math.isfinite(loss):
                raise ValueError(
                    self._message(step, f"the loss must be a finite number, got {loss}")
                )
            if not math.isfinite(norm):
                raise ValueError(
                    self._message(step, f"the gradient must be finite, got a norm of {norm}")
                )
        self._waiting.clear()

    def _message(self, step: _Step, what: str) -> str:
        self._optimizer.zero_grad(set_to_none=True)
        saved = self._state.saved_step
        kept = f"the last checkpoint is of step {saved}" if saved else "there is no checkpoint yet"
        found = broken_examples(self._model, self._objective, step.batch, self._device)
        return f"{what} at step {step.number}: {found}; {kept}"


def broken_examples(
    model: nn.Module, objective: Objective, batch: Batch, device: torch.device
) -> str:
    """Run each example of a batch alone, and say which have a loss or a gradient that is broken.

    Args:
        model: Its gradients are replaced if they are recorded at all.
        objective: Made the batch.
        batch: Some examples.
        device: Of the model.

    Returns:
        Where these examples are from, as a part of a message.
    """
    every, broken = [], []
    for place, alone in objective.alone(batch):
        every.append(place)
        terms = objective.loss(model, alone, device)
        if not all_finite(terms) or not _gradients_are_finite(model, terms):
            broken.append(place)
    if not broken:
        return f"of no example alone, those of the batch are {_some(every)}"
    if len(broken) < len(every):
        return f"of {_some(broken)}, {len(broken)} of the {len(every)} examples of the batch"
    return f"of every example, {_some(every)}: the weights may be broken, a smaller lr may help"


def all_finite(terms: dict[str, LossTerm]) -> bool:
    """Whether every term of a loss is a finite number."""
    return all(bool(torch.isfinite(term.loss)) for term in terms.values())


def _gradients_are_finite(model: nn.Module, terms: dict[str, LossTerm]) -> bool:
    losses = [term.loss for term in terms.values() if term.loss.requires_grad]
    if not losses:
        return True
    torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
    found = [p.grad for p in model.parameters() if p.grad is not None]
    finite = all(bool(torch.isfinite(gradient).all()) for gradient in found)
    model.zero_grad(set_to_none=True)
    return finite


def _some(places: list[str]) -> str:
    more = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
    return ", ".join(places[:NAMED]) + more
