"""The curves of a training run as a picture."""

import json
from pathlib import Path
from typing import Any

from bert_min.pictures import fonts_for
from bert_min.training.names import shown_name
from subword.file_access import atomic_file

Series = dict[str, list[tuple[int, float]]]

FEW = 30  # a line of at most so many points shows them
MANY = 8  # scores; with more, those of single labels are left out
NO_SCORES = ("best_f1_threshold",)
ERRORS = ("mean_squared_error",)  # drawn with the losses


def read_series(log: str | Path) -> tuple[Series, Series]:
    """Read the losses and the scores of a log, under names for people.

    Args:
        log: A ``log.jsonl``.

    Returns:
        Name -> its (step, value) pairs, of the losses and of the scores. Where scores are in
        percent, all are.
    """
    losses: Series = {}
    scores: Series = {}
    for line in Path(log).read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        values = {f"dev {key}": value for key, value in record.get("evaluation", {}).items()}
        values |= {f"training {key}": record[key] for key in record}
        for name, value in values.items():
            side, _, key = name.partition(" ")
            kind = key.split("_")[0]
            if key in NO_SCORES or (side == "training" and kind not in ("loss", "accuracy")):
                continue
            series = losses if kind == "loss" or key in ERRORS else scores
            series.setdefault(name, []).append((record["step"], value))
    if len(scores) > MANY:
        scores = {name: points for name, points in scores.items() if not name.startswith("dev f1_")}
    percent = any(value > 1 for points in scores.values() for _, value in points)
    for name, points in scores.items():
        if percent and name.startswith("training"):
            scores[name] = [(step, 100 * value) for step, value in points]
    return _renamed(losses), _renamed(scores)


def _renamed(series: Series) -> Series:
    split = [(name.partition(" "), points) for name, points in series.items()]
    return {f"{side} {shown_name(key)}": points for (side, _, key), points in split}


def draw_curves(log: str | Path) -> Path | None:
    """Draw the losses and scores of a log into a picture in its folder.

    Args:
        log: A ``log.jsonl``.

    Returns:
        ``curves.png`` in the same folder; None if matplotlib is not installed or there is nothing
        to draw.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return None
    panels = read_series(log)
    if not any(panels):
        return None
    path = Path(log).resolve().with_name("curves.png")
    title = path.parent.name
    with fonts_for([title, *panels[0], *panels[1]]):
        figure = Figure(figsize=(12, 5.5), layout="constrained")
        figure.suptitle(title)
        for panel, name, series in zip(
            figure.subplots(1, 2), ("loss", "scores"), panels, strict=True
        ):
            _draw_panel(panel, name, series)
        with atomic_file(path) as file:
            figure.savefig(file, format="png", dpi=120)
    return path


def _draw_panel(panel: Any, title: str, series: Series) -> None:
    for name, points in sorted(series.items()):
        panel.plot(
            *zip(*points, strict=True),
            label=name,
            marker="o" if len(points) <= FEW else "",
            markersize=4,
            linestyle="-" if name.startswith("training") else "--",
        )
    panel.set(title=title, xlabel="step")
    panel.xaxis.get_major_locator().set_params(integer=True)
    panel.grid(alpha=0.3)
    if series:
        panel.legend(fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2)
