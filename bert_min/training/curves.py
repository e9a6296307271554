"""The curves of a training run as a picture."""

import json
from pathlib import Path

from subword.file_access import atomic_file


def draw_curves(log: str | Path) -> Path | None:
    """Draw the losses and accuracies of a log into a picture in its folder.

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
