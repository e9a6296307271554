"""The record of a training run: lines of JSON, a progress bar, curves as a picture."""

import json
import math
import sys
import time
from pathlib import Path
from typing import Any, TextIO

import torch
from torch import Tensor
from tqdm import tqdm

from bert_min.text.batch import Term
from bert_min.training.processes import World
from subword.file_access import atomic_file, write_text

LOG = "log.jsonl"


class TrainingLog:
    """Adds up losses on the device and writes their means to ``log.jsonl``.

    Reading a number off a GPU waits for it, so the sums stay there until a line is written.

    Args:
        out: folder of the run.
        world: its processes; the first one writes.
        total: steps of the whole run.
    """

    def __init__(self, out: Path, world: World, total: int) -> None:
        self._path, self._world, self._total = out / LOG, world, total
        self._file: TextIO | None = None
        self._bar: Any = None
        self._sums: dict[str, Tensor] = {}
        self._weights: dict[str, int] = {}
        self._norms: list[Tensor] = []
        self._tokens = 0
        self._since = time.perf_counter()

    def open(self, step: int) -> None:
        """Begin at a step: lines of later steps, left by a run that was cut off, are dropped."""
        self._since = time.perf_counter()
        if not self._world.first:
            return
        kept = []
        if step and self._path.exists():
            lines = self._path.read_text(encoding="utf-8").splitlines()
            kept = [line for line in lines if json.loads(line)["step"] <= step]
        write_text(self._path, "".join(line + "\n" for line in kept))
        self._file = self._path.open("a", encoding="utf-8")
        quiet = not sys.stderr.isatty()
        self._bar = tqdm(total=self._total, initial=step, unit="step", disable=quiet)

    def add(self, terms: dict[str, Term]) -> None:
        """Add the loss and the right answers of a micro-batch."""
        for name, term in terms.items():
            for key, value in ((f"loss_{name}", term.loss), (f"accuracy_{name}", term.right)):
                value = value.detach().float()
                self._sums[key] = self._sums[key] + value if key in self._sums else value

    def count(self, weights: dict[str, int], norm: Tensor, tokens: int) -> None:
        """Count a step: what its terms are averaged over, its gradient norm, its tokens."""
        for name, weight in weights.items():
            self._weights[name] = self._weights.get(name, 0) + weight
        self._norms.append(norm.detach())
        self._tokens += tokens

    def write(self, step: int, epoch: int, lr: float) -> None:
        """Write the means since the last line.

        Raises:
            ValueError: if one is not a finite number.
        """
        norm = self.check(step)
        # A process whose parts of the batches were empty has nothing to add.
        names = sorted(f"{kind}_{term}" for term in self._weights for kind in ("accuracy", "loss"))
        zero = torch.zeros((), device=self._world.device)
        own = torch.stack([self._sums.get(name, zero) for name in names])
        sums = self._world.sum(own).tolist()
        means = {
            name: value / max(self._weights[name.split("_", 1)[1]], 1)
            for name, value in zip(names, sums, strict=True)
        }
        if not all(map(math.isfinite, means.values())):
            raise ValueError(f"the loss must be a finite number, got {means} at step {step}")
        now = time.perf_counter()
        rate = self._tokens / max(now - self._since, 1e-9)
        record = {"step": step, "epoch": epoch, "lr": lr, **means, "gradient_norm": norm}
        self._line({**record, "tokens_per_second": rate})
        if self._bar is not None:
            self._bar.set_postfix_str(
                " ".join(f"{name} {value:.3f}" for name, value in means.items())
                + f" {rate:,.0f} tok/s"
            )
            self._bar.update(step - self._bar.n)
        self._sums, self._weights, self._norms, self._tokens = {}, {}, [], 0
        self._since = now

    def check(self, step: int) -> float:
        """Refuse to go on with broken weights.

        Returns:
            The mean gradient norm since the last line, 0 if there was no step.

        Raises:
            ValueError: if a gradient since the last line was not finite.
        """
        norm = float(torch.stack(self._norms).mean()) if self._norms else 0.0
        if not math.isfinite(norm):
            raise ValueError(
                f"the gradient must be finite, got a norm of {norm} up to step {step}: a smaller "
                "lr or clip may help; the last checkpoint is from before"
            )
        return norm

    def evaluation(self, step: int, metrics: dict[str, float]) -> None:
        """Write the values of an evaluation."""
        self._line({"step": step, "evaluation": metrics})
        if self._bar is not None:
            shown = "  ".join(f"{name} {value:.4f}" for name, value in metrics.items())
            self._bar.write(f"step {step}: {shown}", file=sys.stderr)
        self._since = time.perf_counter()  # evaluation is no training time

    def close(self) -> None:
        """End the file and the bar, and draw the curves."""
        if self._file is not None:
            self._file.close()
            self._bar.close()
            draw_curves(self._path)

    def _line(self, record: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(json.dumps(record) + "\n")
            self._file.flush()


def draw_curves(log: str | Path) -> Path | None:
    """Draw the losses and accuracies of a log beside it.

    Args:
        log: a ``log.jsonl``.

    Returns:
        ``curves.png`` in the same folder; None if matplotlib is not installed or there is nothing
        to draw.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return None
    records = [json.loads(line) for line in Path(log).read_text(encoding="utf-8").splitlines()]
    series: dict[str, list[tuple[int, float]]] = {}
    for record in records:
        for name, value in record.get("evaluation", {}).items():
            series.setdefault(f"dev {name}", []).append((record["step"], value))
        for name, value in record.items():
            if name.startswith(("loss_", "accuracy_")):
                series.setdefault(name, []).append((record["step"], value))
    if not series:
        return None
    figure = Figure(figsize=(11, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for name, points in sorted(series.items()):
        panel = left if "loss" in name else right
        panel.plot(*zip(*points, strict=True), label=name, marker="." if "dev" in name else "")
    for panel, title in ((left, "loss"), (right, "scores")):
        panel.set(title=title, xlabel="step")
        if panel.lines:
            panel.legend(fontsize="small")
    path = Path(log).with_name("curves.png")
    with atomic_file(path) as file:
        figure.savefig(file, format="png", dpi=120)
    return path
