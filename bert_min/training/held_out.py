"""The loss on examples that are not trained on."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from bert_min.progress import Progress
from bert_min.text.batch import Batch
from bert_min.training.objective import LossTerm, Objective
from bert_min.training.step_check import all_finite, broken_examples


def held_out_terms(
    model: torch.nn.Module, objective: Objective, *, batch_size: int = 64, max_examples: int = 2048
) -> Iterator[tuple[Batch, dict[str, LossTerm], dict[str, int]]]:
    """Run a model over held-out examples, the same ones with the same masks every time.

    Args:
        model: In evaluation mode.
        objective: Of the held-out examples.
        batch_size: Examples of a batch.
        max_examples: How many examples to use at most.

    Yields:
        Each batch, its terms and what they are averaged over.

    Raises:
        ValueError: A loss is not finite; the message names the examples.
    """
    device = next(model.parameters()).device
    objective.start_epoch(0)
    rng = np.random.default_rng(0)
    rows = rng.permutation(len(objective))[:max_examples]
    with Progress(len(rows), "examples", brief=True) as progress:
        for start in range(0, len(rows), batch_size):
            batch = objective.batch(rows[start : start + batch_size], rng)
            with torch.inference_mode():
                terms = objective.loss(model, batch, device)
                if not all_finite(terms):
                    raise ValueError(
                        "the loss on held-out examples must be a finite number, which it is not: "
                        + broken_examples(model, objective, batch, device)
                    )
            progress.advance(len(batch.lengths))
            yield batch, terms, objective.term_counts(batch)


def held_out_loss(model: torch.nn.Module, objective: Objective, **options: Any) -> float:
    """Compute the mean loss on held-out examples.

    Args:
        model: In evaluation mode.
        objective: Of the held-out examples.
        **options: Those of `held_out_terms`.

    Returns:
        The sum of the means of its terms.
    """
    losses: dict[str, float] = {}
    counted: dict[str, int] = {}
    for _, terms, counts in held_out_terms(model, objective, **options):
        for name, term in terms.items():
            losses[name] = losses.get(name, 0.0) + float(term.loss)
            counted[name] = counted.get(name, 0) + counts[name]
    return sum(losses[name] / max(counted[name], 1) for name in losses)
