"""The state of a training run: how far it is, and its best evaluation."""

from dataclasses import dataclass

Metrics = dict[str, float]


@dataclass
class RunState:
    """How far a run is; a checkpoint stores every field.

    Attributes:
        step: Steps done.
        epoch: Epoch of the last step, from 0.
        epoch_position: Examples of that epoch that were trained on.
        saved_step: Step of the last checkpoint.
        best: Metrics of the best evaluation.
        best_step: Its step.
        evals_without_gain: Evaluations since then.
        stopped: Whether patience ended the run.
    """

    step: int = 0
    epoch: int = 0
    epoch_position: int = 0
    saved_step: int = 0
    best: Metrics | None = None
    best_step: int = 0
    evals_without_gain: int = 0
    stopped: bool = False
