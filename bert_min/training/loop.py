"""The training loop, one for pretraining and for every task.

Everything random in a step is a function of the seed and the step: the order of the examples, the
masks, the dropout. A checkpoint therefore holds weights, optimizer and position and nothing else,
and a resumed run is the run that was not stopped, bit for bit on a CPU.

Recipe: Devlin et al. 2019 with the corrections of Mosbach et al. 2021 and Zhang et al. 2021: AdamW
with bias correction, no decay on biases and LayerNorm, linear warm-up and decay, clipped gradients.
"""

import math
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn

from bert_min.text.batch import Batch, Objective
from bert_min.training.log import TrainingLog
from bert_min.training.processes import World
from subword.file_access import atomic_file, replace_file

CHECKPOINT = "checkpoint.pt"
Metrics = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How to train.

    Attributes:
        batch_size: examples of a step, all processes together.
        epochs: passes over the examples; used if `max_steps` is None.
        max_steps: steps of the whole run; the learning rate ends at 0 there.
        accumulate: parts a process cuts its share of a batch into, to save memory.
        lr: highest learning rate.
        warmup: share of the steps over which the rate rises from 0.
        weight_decay: decoupled decay of matrices and embeddings.
        betas: of AdamW.
        eps: of AdamW.
        clip: largest norm of the gradient; None for no limit.
        seed: drives everything random.
        precision: "fp32", or "bf16" for autocast on a GPU.
        eval_every: steps between evaluations; None for once an epoch.
        patience: stop after so many evaluations without a better one; None for never.
        checkpoint_every: steps between checkpoints; None for at each evaluation.
        log_every: steps between lines of the log.
        stop_at: leave after this step with a checkpoint, as if interrupted.
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
            ValueError: naming the field, its value and the rule.
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


class TrainResult(NamedTuple):
    """Where training ended: last step, best metrics and their step, and whether it is complete."""

    step: int
    best: Metrics | None
    best_step: int
    finished: bool


def learning_rate(config: TrainConfig, step: int, total: int) -> float:
    """The rate of a step (counted from 0): a linear rise, then a linear fall that ends at 0.

    Example:
        >>> [learning_rate(TrainConfig(lr=1.0, warmup=0.5), s, 4) for s in range(4)]
        [0.5, 1.0, 1.0, 0.5]
    """
    rise = math.ceil(config.warmup * total)
    if step < rise:
        return config.lr * (step + 1) / rise
    return config.lr * (total - step) / max(total - rise, 1)


def make_optimizer(model: nn.Module, config: TrainConfig) -> torch.optim.AdamW:
    """AdamW with decay on matrices only: not on biases and LayerNorm, which are vectors."""
    trained = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.lr, betas=config.betas, eps=config.eps, fused=True)


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
    world: World | None = None,
    resume: bool = False,
) -> TrainResult:
    """Train a model.

    Args:
        model: trained in place, on `world.device`.
        objective: examples and loss.
        config: how to train.
        out: folder for the model, ``log.jsonl`` and ``checkpoint.pt``.
        save: writes the model into the folder it is given. It is called on the best evaluation so
            far, or at every checkpoint without `evaluate`.
        evaluate: measures the model; None for no evaluation.
        metric: which of its values decides what is best; required with `evaluate`.
        larger_is_better: whether more of `metric` is better.
        world: processes and device; by default what the environment says.
        resume: go on from the checkpoint in `out`, if there is one.

    Returns:
        Where the run ended. The best model lies in `out`; `model` has the last weights.

    Raises:
        ValueError: if there is no example, the loss is not a finite number, or the checkpoint
            belongs to a run with other settings.
        OSError: if files cannot be written.
        KeyboardInterrupt: on Ctrl-C, with a message that names the last checkpoint; it and the best
            model stay as they are.
    """
    if evaluate is not None and metric is None:
        raise ValueError("metric must name the value of evaluate() that decides what is best")
    world = world or World()
    loop = _Loop(model.to(world.device), objective, config, Path(out), world, save)
    loop.load(resume)
    try:
        return loop.run(evaluate, metric or "", larger_is_better)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"interrupted at step {loop.step}; the last checkpoint in {out} is of step "
            f"{loop.saved_step}: go on from there with --resume"
        ) from None


class _Loop:
    """State of one run; what `checkpoint` writes is all of it."""

    def __init__(
        self,
        model: nn.Module,
        objective: Objective,
        config: TrainConfig,
        out: Path,
        world: World,
        save: Callable[[Path], None],
    ) -> None:
        if config.precision == "bf16" and world.device.type == "cpu":
            raise ValueError("precision bf16 trains on a GPU only, the device is cpu: use fp32")
        out.mkdir(parents=True, exist_ok=True)
        objective.start_epoch(0)
        self.examples = len(objective)
        if not self.examples:
            raise ValueError("there must be at least one example to train on, got none")
        self.model, self.objective, self.config = model, objective, config
        self.out, self.world, self.save_model = out, world, save
        self.optimizer = make_optimizer(model, config)
        self.epoch_steps = math.ceil(self.examples / config.batch_size)
        self.total = config.max_steps or max(1, math.ceil(config.epochs * self.epoch_steps))
        self.step = self.epoch = self.place = self.saved_step = 0
        self.best: Metrics | None = None
        self.best_step = self.stale = 0
        self.stopped = False
        self.log = TrainingLog(out, world, self.total)

    def run(
        self, evaluate: Callable[[], Metrics] | None, metric: str, larger_is_better: bool
    ) -> TrainResult:
        config = self.config
        eval_every = config.eval_every or self.epoch_steps
        checkpoint_every = config.checkpoint_every or eval_every
        last = min(self.total, config.stop_at or self.total)
        self.log.open(self.step)
        self.model.train()
        for epoch, place, batch in self.batches(0 if self.stopped else last):
            self.take_step(batch)
            self.epoch, self.place = epoch, place
            if self.step % config.log_every == 0 or self.step == last:
                self.log.write(self.step, epoch, learning_rate(config, self.step - 1, self.total))
            if evaluate is not None and (self.step % eval_every == 0 or self.step == self.total):
                self.log.check(self.step)
                self.model.eval()
                self.judge(self.world.agree(evaluate()), metric, larger_is_better)
                self.model.train()
            if self.step % checkpoint_every == 0 or self.step == last or self.stopped:
                self.log.check(self.step)
                self.checkpoint()
                if evaluate is None:
                    self.write_model()
            if self.stopped:
                break
        self.log.close()
        finished = self.stopped or self.step == self.total
        return TrainResult(self.step, self.best, self.best_step, finished)

    def batches(self, last: int) -> Iterator[tuple[int, int, Batch]]:
        """Epoch, place in it and batch of each step; on a GPU made while the one before runs."""
        made = self.make_batches(last)
        if self.world.device.type == "cpu":
            yield from made
            return
        with ThreadPoolExecutor(1) as pool:
            ready = pool.submit(next, made, None)
            while (item := ready.result()) is not None:
                ready = pool.submit(next, made, None)
                yield item

    def make_batches(self, last: int) -> Iterator[tuple[int, int, Batch]]:
        seed, step, epoch, place = self.config.seed, self.step, self.epoch, self.place
        order = np.zeros(0, np.int64)
        begun = -1
        while step < last:
            if begun != epoch:
                self.objective.start_epoch(epoch)
                order = np.random.default_rng([seed, epoch, 0]).permutation(len(self.objective))
                begun = epoch
            rows = order[place : place + self.config.batch_size]
            if not len(rows):
                epoch, place = epoch + 1, 0
                continue
            place += len(rows)
            step += 1
            yield epoch, place, self.objective.batch(rows, np.random.default_rng([seed, step, 1]))

    def take_step(self, batch: Batch) -> None:
        config, world = self.config, self.world
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(config, self.step, self.total)
        weights = self.objective.weights(batch)
        parts = world.size * config.accumulate
        for number in range(world.rank * config.accumulate, (world.rank + 1) * config.accumulate):
            part = batch.part(number, parts)
            if not len(part.lengths):
                continue
            torch.manual_seed(_mix(config.seed, self.step, number))
            with torch.autocast(
                world.device.type, torch.bfloat16, enabled=config.precision == "bf16"
            ):
                terms = self.objective.loss(self.model, part, world.device)
            loss = sum(term.loss / max(weights[name], 1) for name, term in terms.items())
            cast(Tensor, loss).backward()  # type: ignore[no-untyped-call]
            self.log.add(terms)
        world.sum_gradients(self.model.parameters())
        limit = math.inf if config.clip is None else config.clip
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), limit)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.log.count(weights, norm, int(batch.lengths.sum()))
        self.step += 1

    def judge(self, found: Metrics, metric: str, larger_is_better: bool) -> None:
        """Note an evaluation and keep the model if it is the best so far."""
        if metric not in found:
            raise ValueError(f"metric must be one of {', '.join(found)}, got {metric!r}")
        self.log.evaluation(self.step, found)
        gain = 0.0 if self.best is None else found[metric] - self.best[metric]
        if self.best is None or (gain > 0 if larger_is_better else gain < 0):
            self.best, self.best_step, self.stale = found, self.step, 0
            self.write_model()
        else:
            self.stale += 1
        self.stopped = self.config.patience is not None and self.stale >= self.config.patience

    def write_model(self) -> None:
        """Write the model beside its place first, so that a crash leaves the one before whole."""
        if self.world.first:
            beside = self.out / ".model.tmp"
            shutil.rmtree(beside, ignore_errors=True)
            try:
                self.save_model(beside)
                for file in beside.iterdir():
                    replace_file(file, self.out / file.name)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
        self.world.wait()

    def fingerprint(self) -> dict[str, Any]:
        """What a checkpoint and the run that goes on from it must agree on."""
        settings = asdict(replace(self.config, stop_at=None))
        settings["betas"] = list(self.config.betas)
        return {**settings, "total steps": self.total, "examples": self.examples}

    def checkpoint(self) -> None:
        if self.world.first:
            state = {
                "settings": self.fingerprint(),
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                **{name: getattr(self, name) for name in _PROGRESS},
                "saved_step": self.step,
            }
            with atomic_file(self.out / CHECKPOINT, sync=True) as file:
                _save(state, file)
        self.saved_step = self.step
        self.world.wait()

    def load(self, resume: bool) -> None:
        path = self.out / CHECKPOINT
        if not path.exists():
            return
        try:
            state = torch.load(path, map_location=self.world.device, weights_only=True)
        except (RuntimeError, UnpicklingError, EOFError) as error:
            raise ValueError(f"{path}: not a checkpoint of bert_min: {error}") from error
        if not resume:
            if not state["stopped"] and state["step"] < state["settings"]["total steps"]:
                raise ValueError(
                    f"{path}: a run was cut off here at step {state['step']}; go on with "
                    "--resume, or remove the file to begin anew"
                )
            return
        ours = self.fingerprint()
        for name, value in state["settings"].items():
            if ours[name] != value:
                raise ValueError(
                    f"{path}: the run to go on from had {name} = {value!r}, this one has "
                    f"{ours[name]!r}; use the same settings, or begin anew in another folder"
                )
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        for name in _PROGRESS:
            setattr(self, name, state[name])


_PROGRESS = ("step", "epoch", "place", "saved_step", "best", "best_step", "stale", "stopped")


def _save(state: dict[str, Any], file: BinaryIO) -> None:
    try:
        torch.save(state, file)
    except RuntimeError as error:
        # torch closes its archive in a file that cannot be written, and complains about that.
        if isinstance(error.__context__, OSError):
            raise error.__context__ from None
        raise


def _mix(*numbers: int) -> int:
    """A seed that differs wherever one of the numbers does."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1)
