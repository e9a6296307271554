"""The batches of a run, in the order that seed and epoch say."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from bert_min.text.batch import Batch
from bert_min.training.objective import Objective
from bert_min.training.run_state import RunState
from bert_min.training.train_config import TrainConfig


class StepBatch(NamedTuple):
    """The batch of a step, its epoch, and the examples of that epoch used when it is done."""

    epoch: int
    epoch_position: int
    batch: Batch


def make_batches(
    objective: Objective, config: TrainConfig, state: RunState, last: int
) -> Iterator[StepBatch]:
    """Make the batches of the steps after the state, up to step `last`.

    The order of the examples is a function of seed and epoch; what is random in a batch (masks) is
    a function of seed and step.
    """
    step, epoch, position = state.step, state.epoch, state.epoch_position
    order = np.zeros(0, np.int64)
    started = -1
    while step < last:
        if started != epoch:
            objective.start_epoch(epoch)
            order = np.random.default_rng([config.seed, epoch, 0]).permutation(len(objective))
            started = epoch
        rows = order[position : position + config.batch_size]
        if not len(rows):
            epoch, position = epoch + 1, 0
            continue
        position += len(rows)
        step += 1
        rng = np.random.default_rng([config.seed, step, 1])
        yield StepBatch(epoch, position, objective.batch(rows, rng))


def prefetch(batches: Iterator[StepBatch]) -> Iterator[StepBatch]:
    """Make the next batch on another thread while the caller works on this one."""
    with ThreadPoolExecutor(1) as pool:
        ready = pool.submit(next, batches, None)
        while (item := ready.result()) is not None:
            ready = pool.submit(next, batches, None)
            yield item
