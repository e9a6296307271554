"""The log of a training run: lines of JSON and a progress bar."""

import json
import math
import time
from pathlib import Path
from typing import Any, TextIO

import torch
from torch import Tensor

from bert_min.progress import Progress
from bert_min.training.curves import draw_curves
from bert_min.training.names import shown, shown_name
from bert_min.training.objective import LossTerm
from bert_min.training.processes import Processes
from subword.file_access import write_text

LOG = "log.jsonl"


class TrainingLog:
    """Adds up losses on the device and writes their means to ``log.jsonl``.

    Reading a number off a GPU waits for it, so the sums stay there until a line is written.

    Args:
        out: Folder of the run.
        processes: Of the run; the first one writes.
        total: Steps of the whole run.
    """

    def __init__(self, out: Path, processes: Processes, total: int) -> None:
        self._path, self._processes, self._total = out / LOG, processes, total
        self._file: TextIO | None = None
        self._progress: Progress | None = None
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}
        self._norms: list[Tensor] = []
        self._tokens = 0
        self._started = time.perf_counter()

    def open(self, step: int) -> None:
        """Begin at a step: lines of later steps, left by a run that was cut off, are removed."""
        self._started = time.perf_counter()
        if not self._processes.is_first:
            return
        kept = []
        if step and self._path.exists():
            lines = self._path.read_text(encoding="utf-8").splitlines()
            kept = [line for line in lines if _step_of(line) <= step]
        write_text(self._path, "".join(line + "\n" for line in kept))
        self._file = self._path.open("a", encoding="utf-8")
        self._progress = Progress(self._total, "steps", initial=step).__enter__()

    def add(self, terms: dict[str, LossTerm]) -> None:
        """Add the loss and the right answers of a micro-batch."""
        for name, term in terms.items():
            for key, value in ((f"loss_{name}", term.loss), (f"accuracy_{name}", term.right)):
                if value is None:
                    continue
                value = value.detach().float()
                self._sums[key] = self._sums[key] + value if key in self._sums else value

    def count(self, counts: dict[str, int], norm: Tensor, tokens: int) -> None:
        """Count a step: what its terms are averaged over, its gradient norm, its tokens."""
        for name, number in counts.items():
            self._counts[name] = self._counts.get(name, 0) + number
        self._norms.append(norm.detach())
        self._tokens += tokens
        if self._progress is not None:
            self._progress.advance()

    def write(self, step: int, epoch: int, lr: float) -> None:
        """Write the means since the last line.

        Raises:
            ValueError: If one is not a finite number.
        """
        norm = float(torch.stack(self._norms).mean()) if self._norms else 0.0
        # A process whose parts of the batches were empty has nothing to add.
        names = sorted(f"{kind}_{term}" for term in self._counts for kind in ("accuracy", "loss"))
        zero = torch.zeros((), device=self._processes.device)
        own = [self._sums.get(name, zero) for name in names]
        known = [zero + (name in self._sums) for name in names]
        sums, holders = self._processes.sum(torch.stack([*own, *known])).reshape(2, -1).tolist()
        means = {
            name: value / max(self._counts[name.split("_", 1)[1]], 1)
            for name, value, holder in zip(names, sums, holders, strict=True)
            if holder  # a process has it
        }
        if not all(map(math.isfinite, means.values())):
            raise ValueError(f"the loss must be a finite number, got {means} at step {step}")
        now = time.perf_counter()
        rate = self._tokens / max(now - self._started, 1e-9)
        record = {"step": step, "epoch": epoch, "lr": lr, **means, "gradient_norm": norm}
        self._line({**record, "tokens_per_second": rate})
        if self._progress is not None:
            parts = [f"{shown_name(name)} {value:.3f}" for name, value in means.items()]
            self._progress.advance(0, ", ".join([*parts, f"{rate:,.0f} tokens a second"]))
        self._sums, self._counts, self._norms, self._tokens = {}, {}, [], 0
        self._started = now

    def evaluation(self, step: int, metrics: dict[str, float]) -> None:
        """Write the values of an evaluation."""
        self._line({"step": step, "evaluation": metrics})
        if self._progress is not None:
            self._progress.write(f"step {step}: {shown(metrics)}")
        self._started = time.perf_counter()  # evaluation is no training time

    def close(self) -> None:
        """End the file and the bar, and draw the curves."""
        if self._file is not None:
            self.stop()
            draw_curves(self._path)

    def stop(self) -> None:
        """End the file and the bar; also of a run that fails."""
        if self._file is not None and self._progress is not None:
            self._file.close()
            self._progress.__exit__()
            self._file = self._progress = None

    def _line(self, record: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(json.dumps(record) + "\n")
            self._file.flush()


def _step_of(line: str) -> float:
    """Return the step of a line of the log; of one that a full disk cut off, none comes after."""
    try:
        return float(json.loads(line)["step"])
    except (KeyError, TypeError, ValueError):
        return math.inf
