"""Evaluations of a run: which one is the best, and when to stop."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from bert_min.training.run_state import Metrics, RunState


@dataclass(frozen=True)
class Evaluation:
    """How a run is measured.

    Attributes:
        measure: Measures the model.
        metric: Which of the values decides what is best.
        larger_is_better: Whether more of `metric` is better.
        patience: Stop after so many evaluations without a better one; None for never.
    """

    measure: Callable[[], Metrics]
    metric: str
    larger_is_better: bool = True
    patience: int | None = None

    def record(self, state: RunState, found: Metrics) -> bool:
        """Record an evaluation in the state of the run, and decide whether to stop.

        Args:
            state: Of the run; changed.
            found: The metrics at its step.

        Returns:
            Whether this evaluation is the best so far.

        Raises:
            ValueError: `found` has no value called `metric`, or it is not finite.
        """
        if self.metric not in found:
            raise ValueError(f"metric must be one of {', '.join(found)}, got {self.metric!r}")
        if not math.isfinite(found[self.metric]):
            raise ValueError(
                f"{self.metric} must be a finite number, got {found[self.metric]} at step "
                f"{state.step}: the weights may be broken, a smaller lr may help"
            )
        gain = 0.0 if state.best is None else found[self.metric] - state.best[self.metric]
        is_best = state.best is None or (gain > 0 if self.larger_is_better else gain < 0)
        if is_best:
            state.best, state.best_step, state.evals_without_gain = found, state.step, 0
        else:
            state.evals_without_gain += 1
        state.stopped = self.patience is not None and state.evals_without_gain >= self.patience
        return is_best
