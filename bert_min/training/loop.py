"""The training loop, one for pretraining and for every task.

Everything random in a step is a function of the seed and the step: the order of the examples, the
masks, the dropout. So a checkpoint needs weights, optimizer and `RunState` only, and a resumed run
equals the run that was not stopped, bit for bit on a CPU.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn

from bert_min.text.batch import Batch
from bert_min.training.batches import StepBatch, make_batches, prefetch
from bert_min.training.checkpoint import CHECKPOINT, fingerprint, load_checkpoint, save_checkpoint
from bert_min.training.evaluation import Evaluation
from bert_min.training.log import TrainingLog
from bert_min.training.objective import Objective
from bert_min.training.optimizer import learning_rate, make_optimizer
from bert_min.training.processes import Processes
from bert_min.training.run_state import Metrics
from bert_min.training.step_check import StepCheck
from bert_min.training.train_config import TrainConfig
from bert_min.training.write_model import write_model


class TrainResult(NamedTuple):
    """Where training ended: last step, best metrics and their step, and whether it is complete."""

    step: int
    best: Metrics | None
    best_step: int
    finished: bool


def train(
    model: nn.Module,
    objective: Objective,
    config: TrainConfig,
    out: str | Path,
    *,
    save: Callable[[Path], None],
    evaluate: Callable[[], Metrics] | None = None,
    metric: str | None = None,
    larger_is_better: bool = True,
    processes: Processes | None = None,
    resume: bool = False,
    identity: Mapping[str, Any] | None = None,
) -> TrainResult:
    """Train a model.

    Args:
        model: Trained in place, on `processes.device`.
        objective: Examples and loss.
        config: How to train.
        out: Folder for the model, ``log.jsonl`` and ``checkpoint.pt``.
        save: Writes the model into the folder it is given. It is called on the best evaluation so
            far, or at every checkpoint without `evaluate`.
        evaluate: Measures the model; None for no evaluation.
        metric: Which of its values decides what is best; required with `evaluate`.
        larger_is_better: Whether more of `metric` is better.
        processes: Processes and their devices; by default what the environment says.
        resume: Go on from the checkpoint in `out`, if there is one. A complete run goes on if
            `config` has more epochs or steps.
        identity: What a run that goes on must have in common with this one besides `config`, such
            as digests of the data and the model; numbers, str, None, lists and dicts of these.

    Returns:
        Where the run ended. The best model lies in `out`; `model` has the last weights.

    Raises:
        ValueError: If there is no example, the loss is not a finite number (the message names the
            step and the examples), or the checkpoint belongs to a run with other settings.
        OSError: If files cannot be written.
        KeyboardInterrupt: On Ctrl-C, with a message that names the last checkpoint; it and the best
            model stay as they are.
    """
    if evaluate is not None and metric is None:
        raise ValueError("metric must name the value of evaluate() that decides what is best")
    evaluation = None
    if evaluate is not None:
        evaluation = Evaluation(evaluate, metric or "", larger_is_better, config.patience)
    processes = processes or Processes()
    loop = TrainingLoop(
        model.to(processes.device),
        objective,
        config,
        Path(out),
        processes,
        save,
        resume=resume,
        identity=identity,
    )
    try:
        return loop.run(evaluation)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"interrupted at step {loop.state.step}; the last checkpoint in {out} is of step "
            f"{loop.state.saved_step}: go on from there with --resume"
        ) from None
    finally:
        loop.log.stop()


class TrainingLoop:
    """One run: its model, optimizer, log and state.

    Args:
        model: Trained in place; on `processes.device`.
        objective: Examples and loss.
        config: How to train.
        out: Folder of the run.
        processes: Of the run.
        save: Writes the model into a folder.
        resume: Continue from the checkpoint in `out`, if there is one.
        identity: As in `train`.

    Raises:
        ValueError: There is no example, the precision does not fit the device, or the checkpoint
            in `out` does not fit the run.
    """

    def __init__(
        self,
        model: nn.Module,
        objective: Objective,
        config: TrainConfig,
        out: Path,
        processes: Processes,
        save: Callable[[Path], None],
        *,
        resume: bool = False,
        identity: Mapping[str, Any] | None = None,
    ) -> None:
        if config.precision == "bf16" and processes.device.type == "cpu":
            raise ValueError("precision bf16 trains on a GPU only, the device is cpu: use fp32")
        out.mkdir(parents=True, exist_ok=True)
        objective.start_epoch(0)
        examples = len(objective)
        if not examples:
            raise ValueError("there must be at least one example to train on, got none")
        self.model, self.objective, self.config = model, objective, config
        self.out, self.processes, self.save = out, processes, save
        self.optimizer = make_optimizer(model, config)
        self.epoch_steps = math.ceil(examples / config.batch_size)
        self.total = config.max_steps or max(1, math.ceil(config.epochs * self.epoch_steps))
        self.log = TrainingLog(out, processes, self.total)
        self.settings = fingerprint(config, self.total, examples, identity or {})
        self.state = load_checkpoint(
            out / CHECKPOINT,
            model,
            self.optimizer,
            self.settings,
            device=processes.device,
            resume=resume,
        )
        self.steps = StepCheck(model, objective, self.optimizer, self.state, processes.device)

    def run(self, evaluation: Evaluation | None) -> TrainResult:
        """Train to the last step, to `config.stop_at`, or until patience ends.

        Args:
            evaluation: How to measure the model; without, the model is written at every checkpoint.
        """
        config, state, log = self.config, self.state, self.log
        eval_every = config.eval_every or self.epoch_steps
        checkpoint_every = config.checkpoint_every or eval_every
        last = min(self.total, config.stop_at or self.total)
        log.open(state.step)
        self.model.train()
        for epoch, position, batch in self.batches(0 if state.stopped else last):
            self.train_step(batch)
            state.epoch, state.epoch_position = epoch, position
            if state.step % config.log_every == 0 or state.step == last:
                self.steps.check()
                log.write(state.step, epoch, learning_rate(config, state.step - 1, self.total))
            if evaluation and (state.step % eval_every == 0 or state.step == self.total):
                self.evaluate(evaluation)
            if state.step % checkpoint_every == 0 or state.step == last or state.stopped:
                self.checkpoint()
                if evaluation is None:
                    self.write_model()
            if state.stopped:
                break
        log.close()
        finished = state.stopped or state.step == self.total
        return TrainResult(state.step, state.best, state.best_step, finished)

    def batches(self, last: int) -> Iterator[StepBatch]:
        """Make the batches up to step `last`; on a GPU each while the one before runs."""
        made = make_batches(self.objective, self.config, self.state, last)
        return made if self.processes.device.type == "cpu" else prefetch(made)

    def train_step(self, batch: Batch) -> None:
        """Take one step: the gradient of a batch, in micro-batches, then the optimizer."""
        config, processes, step = self.config, self.processes, self.state.step
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(config, step, self.total)
        counts = self.objective.term_counts(batch)
        total = torch.zeros((), device=processes.device)
        first = processes.rank * config.accumulate  # this process's micro-batches
        for number in range(first, first + config.accumulate):
            part = batch.part(number, processes.size * config.accumulate)
            if not len(part.lengths):
                continue
            torch.manual_seed(_mix(config.seed, step, number))
            with torch.autocast(
                processes.device.type, torch.bfloat16, enabled=config.precision == "bf16"
            ):
                terms = self.objective.loss(self.model, part, processes.device)
            loss = sum(term.loss / max(counts[name], 1) for name, term in terms.items())
            cast(Tensor, loss).backward()  # type: ignore[no-untyped-call]
            total += cast(Tensor, loss).detach()
            self.log.add(terms)
        processes.sum_gradients(self.model.parameters())
        limit = math.inf if config.clip is None else config.clip
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), limit)
        # processes stop together: the norm is the same in all of them, a loss is one's own
        self.steps.add(batch, total if processes.size == 1 else norm, norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.log.count(counts, norm, int(batch.lengths.sum()))
        self.state.step += 1

    def evaluate(self, evaluation: Evaluation) -> None:
        """Measure the model, and write it if it is the best so far."""
        self.steps.check()
        self.model.eval()
        found = self.processes.agree(evaluation.measure())
        is_best = evaluation.record(self.state, found)
        self.log.evaluation(self.state.step, found)
        if is_best:
            self.write_model()
        self.model.train()

    def checkpoint(self) -> None:
        """Write a checkpoint, unless the gradients are broken."""
        self.steps.check()
        if self.processes.is_first:
            saved = replace(self.state, saved_step=self.state.step)
            path = self.out / CHECKPOINT
            save_checkpoint(path, self.model, self.optimizer, saved, self.settings)
        self.state.saved_step = self.state.step
        self.processes.wait()

    def write_model(self) -> None:
        """Write the model into the folder of the run."""
        if self.processes.is_first:
            write_model(self.save, self.out)
        self.processes.wait()


def _mix(*numbers: int) -> int:
    """A seed that differs wherever one of the numbers does."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1)
