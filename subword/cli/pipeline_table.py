"""The stages of a tokenizer as a table: which runs how, for which texts, and why."""

from __future__ import annotations

from collections.abc import Sequence

from subword.cli.inspection import visible, width
from subword.encode.pipeline_view import StageView

HEADINGS = ("stage", "what", "runs", "for", "why")


def pipeline_table(views: Sequence[StageView]) -> str:
    """Return a line for each stage, below a line of headings.

    A column that is empty throughout is left out; the stage is named in its first line only.
    """
    rows = [
        list(map(visible, (view.stage, view.what, view.runs, view.runs_for, view.why)))
        for view in views
    ]
    kept = [i for i in range(len(HEADINGS)) if any(row[i] for row in rows)]
    lines = [list(HEADINGS)]
    for i, row in enumerate(rows):
        repeats = i > 0 and rows[i - 1][0] == row[0]
        lines.append(["" if repeats else row[0], *row[1:]])
    widths = [max(width(line[i]) for line in lines) for i in range(len(HEADINGS))]
    return "".join(
        "  ".join(line[i] + " " * (widths[i] - width(line[i])) for i in kept).rstrip() + "\n"
        for line in lines
    )
